"""Words that no auditor is shown unasked: a listed vocabulary, and what it does to texts.

The paper's own figure 8 ends in inappropriate language: a search that only asks which words fit a
feature will find such words where the classifier, or the text encoder, holds them. They are left
out by default; ``filter_words=False`` (``--unfiltered``) shows all, for the auditor who asks.
"""

import re
from functools import cache
from importlib import resources

WITHHELD = "[withheld]"
"""Stands where a listed word stood in a text that is not ours to rephrase."""


@cache
def unasked_words() -> frozenset[str]:
    """The listed words, in lower case."""
    lines = resources.files("analysis.explain").joinpath("unasked.txt").read_text("utf-8")
    return frozenset(
        line.strip() for line in lines.splitlines() if line.strip() and not line.startswith("#")
    )


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(sorted(unasked_words()))})\b", re.IGNORECASE)


def has_unasked(text: str) -> bool:
    """Whether a listed word stands in the text as a whole word."""
    return _pattern().search(text) is not None


def withhold(text: str) -> str:
    """The text with its listed words taken out and marked."""
    return _pattern().sub(WITHHELD, text)
