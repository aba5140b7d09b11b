"""Findings with their evidence, canaries and repairs: what a search for shortcuts leaves."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.bench.desk.made_up.records import Records, crossed, distinct
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import MAPS, World
from db.schema import Canary, Evidence, EvidenceImage, Finding, Measure, Repair

OF_CLASS = 20
"""Findings of a class by each map; with an even place they are unexpected."""
TESTED = (0, 2, 4, 6, 8)
"""Places of those that were put to tests, by the first map."""
LINES = ("association", "named", "masking", "drawn", "projecting", "lost", "accuracy", "erasing")
IMAGES = (("with", 4), ("without", 4), ("drawn", 4), ("erased", 3))
_VERDICTS = ("supported", "correlational", "insufficient", "refuted")
_REPAIRED, _CUES, _CLEAN = 20, 20, 20
_METHODS = ("both", "mask", "project", "refit")


def shortcuts(world: World) -> Filled:
    """Twenty findings a class by each map, a quarter of the first map's with all evidence."""
    return Filled(
        {Finding: _findings(world), Evidence: _evidence(world), EvidenceImage: _images(world)}
    )


def tested(world: World) -> np.ndarray:
    """Ids of the findings with evidence."""
    return (np.arange(world.sizes.classes)[:, None] * OF_CLASS + np.array(TESTED)).ravel()


def canary(world: World) -> Filled:
    """Cues at three strengths by two maps, and as many clean classes."""
    rng = world.rng("canary")
    text_map, strength, which = crossed(2, 3, _CUES + _CLEAN)
    planted = which < _CUES
    n = len(which)
    rows = Records(
        n,
        id=np.arange(n),
        text_map=np.where(text_map == 0, "own", "backbone"),
        correlation=np.array([0.8, 0.95, 1.0])[strength],
        class_id=which % world.sizes.classes,
        cue=[
            f"cue {i}" if is_planted else None for i, is_planted in zip(which, planted, strict=True)
        ],
        concept=[
            world.concepts[i] if is_planted else None
            for i, is_planted in zip(which, planted, strict=True)
        ],
        rank=[
            int(i % 4) + 1 if is_planted else None
            for i, is_planted in zip(which, planted, strict=True)
        ],
        top=[world.concepts[i] for i in which],
        q=rng.random(n) / 10,
        verdict=[_VERDICTS[i % 3] for i in which],
        accuracy_with=0.9,
        accuracy_without=0.4,
        n_images=50,
    )
    measures = Records(
        2,
        name=["canary found at rank 1, own map", "canary found at rank 1, backbone map"],
        value=0.25,
        floor=0.01,
        n=_CUES,
        what="Share of the cues that stand at rank 1.",
    )
    return Filled({Canary: rows, Measure: measures}, notes=("By its own map: 5 of 20 cues found.",))


def repair(world: World) -> Filled:
    """Four edits for each of some findings."""
    finding, method = crossed(_REPAIRED, len(_METHODS))
    n = len(method)
    before, after = np.full(n, 0.8), np.full(n, 0.79)
    worst = [
        {"class": name, "before": 0.9, "after": 0.8, "n": 50} for name in world.class_names[:3]
    ]
    rows = Records(
        n,
        id=np.arange(n),
        finding_id=tested(world)[finding],
        method=[_METHODS[i] for i in method],
        chosen=method == 0,
        n_images=world.sizes.images // 2,
        n_with=20,
        n_without=5,
        accuracy_before=before,
        accuracy_after=after,
        with_before=0.9,
        with_after=0.88,
        without_before=0.2,
        without_after=0.7,
        worst=lambda _: worst,
        path=None,
    )
    return Filled({Repair: rows})


def _findings(world: World) -> Records:
    rng = world.rng("findings")
    text_map, class_id, place = crossed(len(MAPS), world.sizes.classes, OF_CLASS)
    n, implied = len(place), place % 2 == 1
    # The last two unexpected ones say the same as the first of their class.
    duplicate = ~implied & (place >= OF_CLASS - 4)
    was_tested = (text_map == 0) & np.isin(place, TESTED)
    score = 9 * 0.9**place * rng.uniform(0.5, 1, n)
    # The same pairs in all trainings, some of them held in one and not in another.
    pairs = world.shared_rng("pairs")
    concept_id = distinct(pairs, len(MAPS) * world.sizes.classes, OF_CLASS, world.sizes.concepts)
    drawn = rng.choice(len(_VERDICTS), n, p=(0.1, 0.3, 0.5, 0.1))
    return Records(
        n,
        id=np.arange(n),
        class_id=class_id,
        concept_id=concept_id.ravel(),
        text_map=[MAPS[i] for i in text_map],
        position=place + 1,
        rank=[
            None if skip else int(p) // 2 + 1
            for p, skip in zip(place, implied | duplicate, strict=True)
        ],
        name_implied=implied,
        verdict=[
            _VERDICTS[v] if t else "candidate" for v, t in zip(drawn, was_tested, strict=True)
        ],
        score=score,
        p=np.exp(-score * 2),
        q=np.minimum(1, np.exp(-score) * 5),
        score_weights=0.4,
        z_weights=score,
        score_features=0.4,
        z_features=score,
        z_name=np.where(implied, 4.0, 0.5),
        score_latents=0.3,
        z_latents=score,
        named_share=0.3,
        duplicate_of=[
            int(i) - int(p) if same else None
            for i, p, same in zip(range(n), place, duplicate, strict=True)
        ],
    )


def _evidence(world: World) -> Records:
    finding, line = crossed(len(tested(world)), len(LINES))
    n = len(line)
    value = world.rng("evidence").uniform(-0.5, 2, n)
    return Records(
        n,
        finding_id=tested(world)[finding],
        line=[LINES[i] for i in line],
        value=value,
        low=value - 0.5,
        high=value + 0.5,
        control=0.1,
        control_low=-0.2,
        control_high=0.4,
        n=50,
        holds=value > 0.5,
        detail=lambda row: _detail(world, row),
    )


def _detail(world: World, row: int) -> dict[str, Any]:
    latents = [(row * 31 + i * 7) % world.sizes.latents for i in range(3)]
    return {
        "q": 1e-5,
        "latents": latents,
        "correlations": [0.5, 0.4, 0.3],
        "carriers": 16,
        "controls": 32,
        "before": 0.9,
        "after": 0.7,
        "accuracy_with": 0.9,
        "accuracy_without": 0.6,
        "with": 30,
        "without": 20,
    }


def _images(world: World) -> Records:
    roles = list(_roles())
    finding, place = crossed(len(tested(world)), len(roles))
    n, rng = len(place), world.rng("evidence images")
    images = distinct(rng, len(tested(world)), len(roles), world.sizes.images)
    return Records(
        n,
        finding_id=tested(world)[finding],
        role=[roles[i][0] for i in place],
        rank=[roles[i][1] for i in place],
        image_id=images.ravel(),
        shows=2.0,
        margin=rng.normal(2, 2, n),
        after=rng.normal(0, 2, n),
        control=rng.normal(2, 2, n),
    )


def _roles() -> Iterator[tuple[str, int]]:
    for role, count in IMAGES:
        yield from ((role, rank) for rank in range(1, count + 1))
