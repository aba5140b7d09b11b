"""The whole search: candidates from three sides, duplicates merged, the strong ones tested."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from analysis.progress import Advance
from analysis.shortcuts import crossing, dependence
from analysis.shortcuts.candidates import Candidates, shortcut_candidates
from analysis.shortcuts.case import Case, Ground
from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.shortcuts.lines import Line, untested
from analysis.shortcuts.meaning import same_meaning
from analysis.shortcuts.naming import naming
from analysis.shortcuts.told import concept_directions
from analysis.shortcuts.verdict import LARGEST_Q, Verdict, verdict
from analysis.textmap.held_out import CrossFit

KEPT_PER_CLASS = 20


@dataclass(frozen=True)
class Found:
    """One of a class's best concepts; the scores of the pair are in ``Survey.candidates``."""

    class_id: int
    concept_id: int
    position: int
    """Among the class's concepts, best first, from 1."""
    rank: int | None
    """Among unexpected ones without duplicates; None for a name-implied one or a duplicate."""
    name_implied: bool
    duplicate_of: int | None
    """Concept id of the better finding of this class that says the same."""
    strength: float
    q: float
    verdict: Verdict = "candidate"
    lines: tuple[Line, ...] = ()
    named_share: float | None = None
    case: Case | None = field(default=None, repr=False)
    """What it was tested on; None where it was not."""


@dataclass(frozen=True)
class Survey:
    """All pairs judged, and the best of each class put to tests where they are strong."""

    candidates: Candidates
    findings: tuple[Found, ...]


def survey(
    fit: CrossFit,
    texts: Texts,
    head: Head,
    seen: Seen | None,
    *,
    seed: int,
    progress: Advance = lambda _: None,
) -> Survey:
    """Search all classes; unexpected concepts at q <= ``LARGEST_Q`` are tested (``verdict``).

    ``progress`` is called once for each class.
    """
    candidates = shortcut_candidates(fit, texts, head, seen)
    ground = None if seen is None else Ground.of(head, seen, seed=seed)
    findings: list[Found] = []
    for class_id in range(len(head.weight)):
        listed = list(_listed(class_id, candidates, texts))
        findings += [_tested(found, candidates, texts, ground) for found in listed]
        progress(1)
    return Survey(candidates, tuple(findings))


def _listed(class_id: int, candidates: Candidates, texts: Texts) -> Iterator[Found]:
    """A class's best concepts, ranked, duplicates told."""
    order = candidates.order[class_id, :KEPT_PER_CLASS]
    directions = concept_directions(candidates.told, class_id)
    leaders: list[int] = []
    for position, concept in enumerate(order.tolist(), start=1):
        implied = bool(candidates.name_implied[class_id, concept])
        same = same_meaning(concept, np.array(leaders, int), texts.concepts, directions)
        duplicate = None if implied or not len(same) else int(same[0])
        if not implied and duplicate is None:
            leaders.append(concept)
        yield Found(
            class_id=class_id,
            concept_id=concept,
            position=position,
            rank=len(leaders) if not implied and duplicate is None else None,
            name_implied=implied,
            duplicate_of=duplicate,
            strength=float(candidates.strength[class_id, concept]),
            q=float(candidates.q[class_id, concept]),
        )


def _tested(found: Found, candidates: Candidates, texts: Texts, ground: Ground | None) -> Found:
    if ground is None or found.rank is None or found.q > LARGEST_Q:
        return found
    case, naming = _case(found, candidates, texts, ground)
    lines = (
        _association(found, candidates),
        naming,
        dependence.masking(case),
        dependence.accuracy(case),
        dependence.projecting(case),
        crossing.drawn(case),
        crossing.lost(case),
    )
    return Found(
        **{name: getattr(found, name) for name in _KEPT},
        verdict=verdict({line.line: line for line in lines}),
        lines=lines,
        named_share=naming.value,
        case=case,
    )


_KEPT = (
    "class_id", "concept_id", "position", "rank", "name_implied", "duplicate_of", "strength", "q",
)  # fmt: skip


def _association(found: Found, candidates: Candidates) -> Line:
    """How far the class stands out among others (a normal deviate, so its deviation is 1); control:
    all concepts of the class."""
    low, control, high = np.percentile(candidates.strength[found.class_id], [2.5, 50, 97.5])
    return Line(
        "association", found.strength, found.strength - 1.96, found.strength + 1.96,
        float(control), float(low), float(high),
        n=candidates.strength.size, holds=found.q <= LARGEST_Q,
        detail={"q": found.q},
    )  # fmt: skip


def _case(found: Found, candidates: Candidates, texts: Texts, ground: Ground) -> tuple[Case, Line]:
    """What the pair is tested on, and the line that says which latents are called so."""
    directions = concept_directions(candidates.told, found.class_id)
    direction, carriers = directions[found.concept_id], candidates.carriers
    if carriers is None:
        case = Case(ground, found.class_id, direction, np.zeros(0, int))
        return case, untested("named", "there are no latents")
    every = np.arange(len(texts.concepts))
    same = same_meaning(found.concept_id, every, texts.concepts, directions)
    called = carriers.named(same)[found.class_id]
    case = Case(ground, found.class_id, direction, carriers.latent[found.class_id, called])
    return case, naming(case, carriers, called)
