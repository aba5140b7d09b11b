"""What an explanation with tested claims says: its text cut at its claims, its numbers in words.

Plain strings only, for the report and the dashboard; the tests themselves are made in
``analysis.explain``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

METHOD: Final[dict[str, str]] = {
    "zero-shot": "A language model's sentence, searched so that its direction lies near what is "
    "explained.",
    "texter": "Texts that fit the feature best once its most influential units are emphasised.",
    "pipeline": "The most influential units, by their labels and where they are active, set in "
    "words by rule.",
}

CLAIMS: Final = (
    "Each claim is tied to units, which are masked: a claim holds where that takes more from the "
    "odds of the class than masking as many others does on average, and what it names is there; "
    "one that speaks against the class, where it gives more to them. Claims that do not hold are "
    "struck out."
)

TERM: Final[dict[str, str]] = {
    "log-odds lost": "fall of the log of p / (1 − p), p the class's probability, when the claim's "
    "units are masked; beside it the mean over draws of as many active units at random. These two "
    "decide: a logit can fall while the probability rises.",
    "logit lost": "fall of the class's logit, less the mean of all logits, when the claim's units "
    "are masked. Negative: it rises.",
    "random": "the same for as many active units drawn at random: the mean of the draws, and what "
    "95 % of them stay below.",
    "equal mass": "the same for units drawn at random until they hold as much activation.",
    "probability lost": "fall of the class's probability, in percentage points; the same for "
    "random units and for equal mass, mean of the draws.",
    "presence": "the subject's projection on the claim's direction, in standard deviations from "
    "the mean of the audit's images. Near or below 0 it is not there.",
    "slope": "how fast the log of the class's probability rises along the claim's direction, on "
    "the way from the mean image to this one.",
    "score": "cosine between what is explained and the direction of the whole text. Its floor is "
    "the 95th percentile over texts written for others.",
    "second judge": "a criterion that did not steer the search, with its own floor.",
    "cited share": "share of the class's lead (its logit over the mean of all classes, beyond what "
    "the average image gives) that the units of all claims together account for.",
    "deletion": "probability of the class while units are masked one by one, the strongest first: "
    "the faster it falls, the more it rested on them.",
    "insertion": "probability of the class while nothing but those units is put back.",
}


JUDGED: Final = ("odds_drop", "odds_random")
"""What of a claim decides whether it stands, as far as masking does."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a text: one claim, or what lies between two."""

    text: str
    claim: int | None = None
    """Number of the claim; None between claims."""
    supported: bool = True


def segments(text: str, claims: Iterable[Mapping[str, Any]]) -> list[Segment]:
    """A text cut at its claims; joined again, the segments are the text.

    A claim that lies outside the text or reaches into one before it is not marked.

    Args:
        claims: rows of ``db.queries.explanations.claims``.
    """
    cut: list[Segment] = []
    at = 0
    for claim in sorted(claims, key=lambda claim: claim["start"]):
        start, end = claim["start"], claim["end"]
        if not at <= start < end <= len(text):
            continue
        cut += [Segment(text[at:start])] if start > at else []
        cut.append(Segment(text[start:end], claim["number"], claim["supported"]))
        at = end
    return cut + ([Segment(text[at:])] if at < len(text) else [])


def judged(
    claims: Iterable[Mapping[str, Any]], ledger: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """Rows of claims, each with ``odds_drop`` and ``odds_random``, by which masking decides about
    it; None where an older Glowworm did not store them."""
    known = dict(enumerate((ledger or {}).get("claims", ()), start=1))
    return [
        {**claim, **{name: known.get(claim["number"], {}).get(name) for name in JUDGED}}
        for claim in claims
    ]


def told_of_claims(claims: int, struck: int) -> str:
    """How many claims hold, in words."""
    if claims == 0:
        return "no claim of it was tested"
    return f"{claims - struck} of {claims} {'claim holds' if claims == 1 else 'claims hold'}"
