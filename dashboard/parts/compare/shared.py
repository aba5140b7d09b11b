"""How much of something two audits have in common."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Shared:
    """Different things in both audits, and in each."""

    both: int
    here: int
    other: int

    @classmethod
    def of(cls, here: Collection[str], other: Collection[str]) -> "Shared":
        """What both hold counts once, however often it comes."""
        first, second = set(here), set(other)
        return cls(len(first & second), len(first), len(second))

    def said(self, things: str) -> str:
        """The number with its denominators, as Markdown."""
        return (
            f"of {self.here:,} {things} here and {self.other:,} in the other, both have "
            f"**{self.both:,}**"
        )
