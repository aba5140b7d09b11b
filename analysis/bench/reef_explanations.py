"""Do explanations name what decided? On reefs, where the deciding cue is known of each picture.

Pictures whose planted cue decides (``twins``) are explained by every method. An explanation should
name the cue in a claim that stands its tests, and nothing that the picture does not show. The floor
is an explanation of another class's picture, tested on this one: what is named by chance.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.bench.figures import Figures, Interval
from analysis.bench.kept_audit import encoder_of
from analysis.bench.paired import clustered
from analysis.bench.reefs import AuditedReef
from analysis.bench.twins import CHECKABLE, CREATURES, PER_CLASS, Twin, decided_by_cue, named_in
from analysis.explain.language_model import LanguageModel, load_language_model
from analysis.explain.ledger import ExaminedClaim, Examiner
from analysis.explain.methods import METHODS, Settings, Tools, tell
from analysis.explain.said import Method
from analysis.pipeline.explained import grounds_of
from analysis.progress import Progress
from db.reader import AuditReader

SEED = 0
SENTENCES = 60
"""Pictures of a reef that the language model writes of; the other methods take all."""


@dataclass(frozen=True)
class Outcome:
    """One explanation, in the place of which it is judged.

    Attributes:
        borrowed: it was made for a picture of another class; a floor.
        named: words of the reef's vocabulary in its claims for the class.
        kept: likewise in those of its claims that are supported.
    """

    reef: str
    twin: Twin
    method: Method
    borrowed: bool
    named: frozenset[str]
    kept: frozenset[str]
    claims: int
    supported: int


def bench_reef_explanations(reefs: Iterable[AuditedReef], *, progress: Progress) -> list[Figures]:
    """A table of the methods, the first reef apart from the others, and one of the classes."""
    lm = load_language_model("packaged")
    outcomes, pairs = [], []
    for reef in reefs:
        pairs += [(reef.name, *pair) for pair in reef.world.planted]
        outcomes += _of_reef(reef, lm, progress)
    first = pairs[0][0]
    groups = {first: [one for one in outcomes if one.reef == first]}
    if others := [one for one in outcomes if one.reef != first]:
        groups["the others"] = others
    settings = {
        "pictures": f"{PER_CLASS} of each planted class, with the cue and without",
        "explained": "those taken for the class with the cue only",
        "of which by zero-shot": f"{SENTENCES} of a reef at most",
        "brackets": "95 % bootstrap over the planted classes",
    }
    return [
        Figures(
            "Do explanations name what decided?", _COLUMNS, list(_rows(groups)), settings, _NOTES
        ),
        Figures("Class by class", _CLASS_COLUMNS, [_class_row(pair, outcomes) for pair in pairs]),
    ]


_COLUMNS = {
    "reefs": "reefs",
    "method": "method",
    "n": "pictures",
    "cue": "names the cue, %",
    "cue said": "before striking out",
    "true": "names nothing absent, %",
    "true said": "before striking out",
    "creature": "names another creature, %",
    "claims": "claims",
    "supported": "supported, %",
}
_CLASS_COLUMNS = {
    "reef": "reef",
    "class": "class",
    "cue": "cue",
    "decided": f"decided by it, of {PER_CLASS}",
    **{method: f"{method} names it" for method in METHODS},
}
_NOTES = [
    "Named: the whole word in a claim that speaks for the class and is supported; before striking "
    "out, in any. Absent: an attribute of the reef that the picture does not show, or one of "
    "the vocabulary's things that no picture shows.",
    "Floor: the explanation of a picture of another class, drawn at random, its claims tested on "
    "this picture.",
]


def _of_reef(reef: AuditedReef, lm: LanguageModel, progress: Progress) -> Iterator[Outcome]:
    with AuditReader(reef.audit) as audit:
        grounds = grounds_of(audit, encoder_of(audit))
    twins = decided_by_cue(reef, grounds.head, progress)
    examiner = Examiner(grounds, seed=SEED)
    for method in METHODS:
        some = spread_over(twins, SENTENCES) if method == "zero-shot" else twins
        decisions = [grounds.decision_on(twin.feature) for twin in some]
        with progress.task(f"Reef {reef.name}: {method}", len(some)) as advance:
            settings, tools = Settings(seed=SEED), Tools(language_model=lm)
            told = tell(method, grounds, decisions, settings, tools, advance=advance)
            said = [one.said for one in told]
        for i, other in enumerate(strangers([twin.class_name for twin in some], seed=SEED)):
            for text, borrowed in ((said[i], False), (said[other], True)):
                claims = examiner.examine(text, decisions[i]).claims
                yield outcome(reef.name, some[i], method, claims, borrowed=borrowed)


def spread_over(twins: Sequence[Twin], most: int) -> list[Twin]:
    """Up to ``most`` of them, evenly over their order."""
    at = np.linspace(0, len(twins) - 1, min(most, len(twins))).round().astype(int)
    return [twins[i] for i in at]


def strangers(classes: Sequence[str], *, seed: int) -> list[int]:
    """For every picture the number of another one, of another class, drawn at random."""
    rng, names = np.random.default_rng(seed), np.array(classes)
    return [int(rng.choice(np.flatnonzero(names != name))) for name in names]


def outcome(
    reef: str, twin: Twin, method: Method, claims: Sequence[ExaminedClaim], *, borrowed: bool
) -> Outcome:
    """What an explanation's claims name; those that speak against the class are left out."""
    speaking = [claim for claim in claims if not claim.phrase.against]
    supported = [claim for claim in speaking if claim.supported]
    named, kept = (
        frozenset().union(*(named_in(claim.phrase.meaning) for claim in some))
        for some in (speaking, supported)
    )
    return Outcome(reef, twin, method, borrowed, named, kept, len(speaking), len(supported))


def _rows(groups: dict[str, list[Outcome]]) -> Iterator[dict[str, Any]]:
    for reefs, outcomes in groups.items():
        for method in METHODS:
            for borrowed in (False, True):
                of = [o for o in outcomes if o.method == method and o.borrowed is borrowed]
                name = f"{method}, floor" if borrowed else method
                yield {"reefs": reefs, "method": name, "n": len(of), **_summary(of)}


def _summary(of: Sequence[Outcome]) -> dict[str, Any]:
    claims = sum(one.claims for one in of)
    return {
        "cue": _percent(of, [one.twin.cue in one.kept for one in of]),
        "cue said": _percent(of, [one.twin.cue in one.named for one in of]),
        "true": _percent(of, [not absent(one.kept, one.twin) for one in of]),
        "true said": _percent(of, [not absent(one.named, one.twin) for one in of]),
        "creature": _percent(of, [bool(one.kept & CREATURES - one.twin.true) for one in of]),
        "claims": claims / len(of),
        "supported": 100 * sum(one.supported for one in of) / claims,
    }


def absent(named: frozenset[str], twin: Twin) -> frozenset[str]:
    """Of these words those that the picture does not show."""
    return named & CHECKABLE - twin.true


def _percent(of: Sequence[Outcome], hit: Sequence[bool]) -> Interval:
    """Whole classes of a reef are redrawn."""
    groups = [(one.reef, one.twin.class_name) for one in of]
    return clustered([100.0 * one for one in hit], groups)


def _class_row(pair: tuple[str, str, str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    reef, name, cue = pair
    told = [
        one
        for one in outcomes
        if (one.reef, one.twin.class_name) == (reef, name) and not one.borrowed
    ]
    of = {method: [one for one in told if one.method == method] for method in METHODS}
    return {
        "reef": reef,
        "class": name,
        "cue": cue,
        "decided": len(of["pipeline"]),
        **{m: f"{sum(cue in one.kept for one in some)} of {len(some)}" for m, some in of.items()},
    }
