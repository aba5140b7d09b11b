"""Two audits in one text space: shortcuts gone, new and changed.

Findings are matched by the class's name and the concept's text. A pair is *held* in an audit when
it is unexpected at q <= .05, no duplicate, and was not refuted.

Two audits may differ for reasons that are not the classifiers': they were searched by different
versions of Glowworm, one of them without images, with other words or by other text maps. Whatever
of this holds is told first.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float

from analysis.errors import InputError
from analysis.guard.budget import SUSPECTED_Q, Claim

SAME_TEXT = 1e-3
"""Largest difference of two embeddings of one text by one encoder."""
_BLOCK = 2048  # texts compared at once
RELIANCE = ("masking", "accuracy", "projecting")
"""Columns of a claim that come with an interval."""
Kind = Literal["gone", "new", "changed", "same"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """One audit, as far as it is compared."""

    name: str
    """How messages call it: its directory."""
    classes: tuple[str, ...]
    concepts: tuple[str, ...]
    embeddings: Float[np.ndarray, "concepts embedding"]
    text_map: str
    claims: Sequence[Claim] = field(repr=False)
    made_by: str = ""
    """Version of Glowworm whose search it was; empty where it is not known."""
    with_images: bool = True
    """Else the findings rest on the weights alone, and none was put to tests."""


@dataclass(frozen=True)
class Change:
    """A pair that at least one of the audits holds; None for what an audit does not know of it."""

    kind: Kind
    class_name: str
    concept: str
    before: Claim | None
    after: Claim | None
    why: str = ""

    @property
    def other_words(self) -> str | None:
        """What the second audit calls the concept, where it is matched to another text."""
        words = None if self.after is None else self.after["concept"]
        return words if words != self.concept else None

    @property
    def newly_supported(self) -> bool:
        """Supported in the second audit, not in the first."""
        return _verdict(self.after) == "supported" and _verdict(self.before) != "supported"


@dataclass(frozen=True)
class Counts:
    """How many findings stand behind changes, each counted once.

    A finding may say the same as several of the other audit, so that what both hold is pairs of
    findings: their number is that of neither side.
    """

    before: int
    after: int
    gone: int
    new: int
    changed: int
    same: int

    @classmethod
    def of(cls, changes: Sequence[Change]) -> "Counts":
        """What the changes, all or those of one class, come to."""
        kinds = Counter(change.kind for change in changes)
        return cls(
            before=len({c.before["finding_id"] for c in changes if c.before and c.kind != "new"}),
            after=len({c.after["finding_id"] for c in changes if c.after and c.kind != "gone"}),
            gone=kinds["gone"],
            new=kinds["new"],
            changed=kinds["changed"],
            same=kinds["same"],
        )

    def said(self, before: str, after: str, about: str = "") -> str:
        """The numbers beside what they are out of.

        Args:
            before: where the first audit's findings are held: "in ..." or the like.
            about: what all findings are about, where that is less than everything.
        """
        return (
            f"Findings{about} held {after}: {self.after:,}, of which {self.new:,} new and "
            f"{self.after - self.new:,} held {before} too. Held {before}: {self.before:,}, of "
            f"which {self.gone:,} gone and {self.before - self.gone:,} held {after} too. Pairs of "
            f"those held in both: {self.changed + self.same:,}, of which {self.changed:,} changed "
            f"and {self.same:,} the same."
        )


@dataclass(frozen=True)
class Difference:
    """What stands between two audits."""

    changes: tuple[Change, ...]
    only_before: tuple[str, ...]
    """Classes of the first audit alone."""
    only_after: tuple[str, ...]
    warnings: tuple[str, ...]


def compare(before: Side, after: Side) -> Difference:
    """Match two audits.

    Raises:
        InputError: they share no class or no concept, or their text encoders differ.
    """
    classes = set(before.classes) & set(after.classes)
    concepts = set(before.concepts) & set(after.concepts)
    if not classes:
        raise InputError(
            f"{before.name} and {after.name} have no class name in common: compare audits of "
            "classifiers for the same classes, named alike (--class-names)"
        )
    if not concepts:
        raise InputError(
            f"{before.name} and {after.name} have no concept in common: audit both with the same "
            "--concepts"
        )
    _require_one_text_space(before, after, sorted(concepts))
    return Difference(
        changes=tuple(_changes(before, after, classes, concepts)),
        only_before=tuple(name for name in before.classes if name not in classes),
        only_after=tuple(name for name in after.classes if name not in classes),
        warnings=tuple(_warnings(before, after, len(concepts))),
    )


def _require_one_text_space(before: Side, after: Side, shared: Sequence[str]) -> None:
    """The same texts must have the same embeddings."""
    old, new = (_places(side.concepts, shared) for side in (before, after))
    same = before.embeddings.shape[1] == after.embeddings.shape[1] and all(
        np.abs(before.embeddings[old[i : i + _BLOCK]] - after.embeddings[new[i : i + _BLOCK]]).max()
        <= SAME_TEXT
        for i in range(0, len(shared), _BLOCK)
    )
    if not same:
        raise InputError(
            f"{before.name} and {after.name} were made with different text encoders: audit both "
            "with the same --text-encoder"
        )


def _places(texts: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where the wanted texts stand; of equal ones the first."""
    place = {text: i for i, text in reversed(list(enumerate(texts)))}
    return [place[text] for text in wanted]


def _warnings(before: Side, after: Side, shared: int) -> Iterator[str]:
    if before.claims and before.claims == after.claims:
        yield (
            f"{before.name} is compared with itself: it is one and the same audit, in which "
            "nothing can differ"
            if before.name == after.name
            else f"{before.name} and {after.name} hold the same findings to the last digit: one "
            "audit and its copy, or made again from the same classifier; nothing can differ"
        )
    if before.made_by != after.made_by:
        versions = (side.made_by or "an unknown version" for side in (before, after))
        yield (
            f"{before.name} was searched by Glowworm {next(versions)}, {after.name} by "
            f"{next(versions)}: what is gone or new may be so by Glowworm's rules; audit both "
            "again with one version"
        )
    for side, other in ((before, after), (after, before)):
        if not side.with_images and other.with_images:
            yield (
                f"{side.name} was audited without images: its findings rest on the weights alone "
                "and none was tested, so other findings and verdicts are to be expected"
            )
    for side in (before, after):
        if (own := len(set(side.concepts)) - shared) > 0:
            yield f"{own} concepts of {side.name} are not in the other audit: left out"
    if before.text_map != after.text_map:
        yield (
            f"{before.name} was searched with the text map {before.text_map}, {after.name} with "
            f"{after.text_map}: differences may be the maps'"
        )
    for side in (before, after):
        if twice := len(side.classes) - len(set(side.classes)):
            yield f"{twice} classes of {side.name} share their name with another: the first counts"


def _changes(before: Side, after: Side, classes: set[str], concepts: set[str]) -> Iterator[Change]:
    """From the first audit to the second; from the second to the first it is the same, told in
    the other direction."""
    old, new = (_by_pair(side, classes, concepts) for side in (before, after))
    alike = _duplicates(before, after)
    linked: set[tuple[Pair, Pair]] = set()
    for pair, claim in old.items():
        if not is_held(claim):
            continue
        other = _partner(pair, alike, new)
        if other is None:
            yield Change("gone", *pair, claim, new.get(pair))
        else:
            linked.add((pair, other))
            yield _in_both(pair, claim, new[other])
    for pair, claim in new.items():
        if not is_held(claim):
            continue
        other = _partner(pair, alike, old)
        if other is None:
            yield Change("new", *pair, old.get(pair), claim)
        elif (other, pair) not in linked:
            yield _in_both(other, old[other], claim)


def _in_both(pair: Pair, before: Claim, after: Claim) -> Change:
    reasons = "; ".join(_reasons(before, after))
    return Change("changed" if reasons else "same", *pair, before, after, reasons)


def _partner(
    pair: Pair, alike: Mapping[Pair, set[Pair]], claims: Mapping[Pair, Claim]
) -> Pair | None:
    """What the other audit holds of a pair: itself, else the surest of what says the same."""
    held = [one for one in (pair, *alike.get(pair, ())) if one in claims and is_held(claims[one])]
    return min(held, key=lambda one: (one != pair, claims[one]["q"], one), default=None)


def _duplicates(*sides: Side) -> dict[Pair, set[Pair]]:
    """Pairs that say the same by any of the audits: a better finding and its duplicates."""
    found: dict[Pair, set[Pair]] = {}
    for side in sides:
        by_id = {claim["finding_id"]: claim for claim in side.claims}
        for claim in side.claims:
            leader = by_id.get(claim["duplicate_of"])
            if leader is None:
                continue
            own, better = (
                (claim["class_name"], claim["concept"]),
                (claim["class_name"], leader["concept"]),
            )
            found.setdefault(own, set()).add(better)
            found.setdefault(better, set()).add(own)
    return found


def _reasons(before: Claim, after: Claim) -> Iterator[str]:
    """A changed verdict, or reliance whose intervals lie apart."""
    if before["verdict"] != after["verdict"]:
        yield f"verdict {before['verdict']} → {after['verdict']}"
    for name in RELIANCE:
        ends = [before[f"{name}_low"], before[f"{name}_high"]]
        ends += [after[f"{name}_low"], after[f"{name}_high"]]
        if None not in ends and (ends[1] < ends[2] or ends[3] < ends[0]):
            yield f"{name} {before[name]:.2f} → {after[name]:.2f}"


def is_held(claim: Claim) -> bool:
    """Unexpected at q <= .05, no duplicate, not refuted."""
    return (
        claim["rank"] is not None
        and claim["duplicate_of"] is None
        and claim["q"] <= SUSPECTED_Q
        and claim["verdict"] != "refuted"
    )


def _by_pair(side: Side, classes: set[str], concepts: set[str]) -> dict[Pair, Claim]:
    """Claims of shared classes and concepts; of classes with one name the first."""
    found: dict[Pair, Claim] = {}
    for claim in side.claims:
        pair = claim["class_name"], claim["concept"]
        if pair[0] in classes and pair[1] in concepts:
            found.setdefault(pair, claim)
    return found


def _verdict(claim: Claim | None) -> str | None:
    return None if claim is None else claim["verdict"]
