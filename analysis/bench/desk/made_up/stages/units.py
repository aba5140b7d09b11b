"""Units, what they do and what they are called: stages ``units``, ``labels``, ``heatmaps``."""

from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from analysis.bench.desk.made_up.records import Records, crossed, distinct
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import MAPS, World
from db.schema import Activation, Label, Measure, Unit, UnitClass, UnitFires, UnitMap, UnitNeighbour

STRATA = (("top", 24), ("quantile", 8), ("random", 8))
MAPPED = 16
"""Examples of a unit that have a heat-map."""
RELATIONS = (("cofiring", 8), ("nearest", 8))
_CLASSES, _CANDIDATES, _BINS, _SIDE = 10, 8, 20, 14
_METRICS = ("Pearson", "AUPRC", "F1", "AUC")


def units(world: World) -> Filled:
    """Units of each kind in turn, with examples, effects, decisions and neighbours."""
    rows = {Unit: _units(world), Activation: _activations(world)}
    rows |= {UnitClass: _classes(world), UnitFires: _fires(world)}
    rows |= {UnitNeighbour: _neighbours(world)}
    latents = (world.decoder @ world.class_embeddings.T).astype(np.float32)
    return Filled(
        rows,
        {"unit_effects.latent": latents, "unit_effects.neuron": world.class_embeddings.T.copy()},
    )


def labels(world: World) -> Filled:
    """Eight candidates a unit by each map; some words are the first label of many units."""
    rng, concepts = world.rng("labels"), world.sizes.concepts
    unit, text_map, place = crossed(world.units, len(MAPS), _CANDIDATES)
    n = len(place)
    often = (concepts * rng.random(n) ** 3).astype(int)
    pearson = rng.uniform(0, 0.9, n) * 0.95**place
    rows = Records(
        n,
        id=np.arange(n),
        unit_id=unit,
        text_map=[MAPS[i] for i in text_map],
        rank=place + 1,
        concept_id=np.where(place == 0, often, rng.integers(0, concepts, n)),
        method=[("both", "direction", "pattern")[i % 3] for i in range(n)],
        cosine=rng.uniform(0, 0.6, n),
        z=rng.uniform(0, 6, n),
        pearson=pearson,
        auprc=rng.random(n),
        f1=rng.random(n),
        auc=rng.uniform(0.4, 1, n),
        floor_pearson=0.27,
        pearson_low=pearson - 0.1,
        pearson_high=pearson + 0.1,
        correlation=rng.random(n),
        abstained=pearson - 0.1 < 0.27,
    )
    return Filled({Label: rows, Measure: _checks(world)})


def heatmaps(world: World) -> Filled:
    """Maps of the strongest images of every unit and of its sample."""
    rng = world.rng("heat")
    unit, _ = crossed(world.units, MAPPED)
    chosen = np.r_[0 : MAPPED // 2, 24 : 24 + MAPPED // 2]
    grids = [rng.integers(0, 256, _SIDE * _SIDE, np.uint8).tobytes() for _ in range(64)]
    rows = Records(
        len(unit),
        unit_id=unit,
        image_id=_examples(world)[:, chosen].ravel(),
        rows=_SIDE,
        columns=_SIDE,
        peak=rng.uniform(0.5, 10, len(unit)),
        values=lambda row: grids[row % len(grids)],
    )
    return Filled({UnitMap: rows})


def _units(world: World) -> Records:
    n, latents, rng = world.units, world.sizes.latents, world.rng("units")
    largest = rng.uniform(2, 12, n)
    latent = np.arange(n) < latents
    alive = np.concatenate([world.latents_alive, np.ones(n - latents, int)]).astype(bool)
    counts = rng.integers(0, 300, (64, _BINS))
    return Records(
        n,
        id=np.arange(n),
        kind=[kind for kind, count in world.kinds.items() for _ in range(count)],
        number=np.concatenate([np.arange(count) for count in world.kinds.values()]),
        alive=alive,
        density=np.where(alive, rng.uniform(0, 0.2, n), 0.0),
        mean_activation=np.where(alive, largest / 3, 0.0),
        max_activation=np.where(alive, largest, 0.0),
        histogram=partial(_histogram, largest, counts),
        level=None,
        stability=[
            float(s) if is_latent else None
            for s, is_latent in zip(rng.random(n), latent, strict=True)
        ],
        spread=np.where(rng.random(n) < 0.5, "shared", "single class"),
        effective_classes=rng.uniform(1, 200, n),
    )


def _histogram(largest: np.ndarray, counts: np.ndarray, unit: int) -> dict[str, Any]:
    edges = np.linspace(0, largest[unit], _BINS + 1)
    return {"edges": edges.tolist(), "counts": counts[unit % len(counts)].tolist()}


def _examples(world: World) -> np.ndarray:
    """The images of each unit over all strata: (units, examples), each another one."""
    count = sum(length for _, length in STRATA)
    return distinct(world.rng("examples"), world.units, count, world.sizes.images)


def _activations(world: World) -> Records:
    names = [name for name, length in STRATA for _ in range(length)]
    ranks = np.concatenate([np.arange(1, length + 1) for _, length in STRATA])
    unit, place = crossed(world.units, len(names))
    largest = world.rng("units").uniform(2, 12, world.units)  # the first numbers ``_units`` draws
    return Records(
        len(unit),
        unit_id=unit,
        stratum=[names[i] for i in place],
        rank=ranks[place],
        image_id=_examples(world).ravel(),
        value=largest[unit] * 0.97**place,
    )


def _classes(world: World) -> Records:
    """Of all but the channels, which the classifier mixes before it decides."""
    n = world.units - world.kinds["channel"]
    unit, place = crossed(n, _CLASSES)
    rng = world.rng("unit classes")
    return Records(
        len(unit),
        unit_id=unit,
        rank=place + 1,
        class_id=distinct(rng, n, _CLASSES, world.sizes.classes).ravel(),
        effect=rng.choice([-1.0, 1.0], len(unit)) * 4 * 0.9**place,
    )


def _fires(world: World) -> Records:
    unit, place = crossed(world.units, _CLASSES)
    rng = world.rng("fires")
    return Records(
        len(unit),
        unit_id=unit,
        rank=place + 1,
        class_id=distinct(rng, world.units, _CLASSES, world.sizes.classes).ravel(),
        share=0.1 * 0.9**place,
        active=30 - place,
        decided=50,
    )


def _neighbours(world: World) -> Records:
    """Others of the same kind, for either relation in turn."""
    names = [name for name, length in RELATIONS for _ in range(length)]
    ranks = np.concatenate([np.arange(1, length + 1) for _, length in RELATIONS])
    rng, counts = world.rng("neighbours"), list(world.kinds.values())
    others = [
        first
        + (np.arange(count)[:, None] + 1 + distinct(rng, count, len(names), count - 1)) % count
        for first, count in zip(accumulate(counts, initial=0), counts, strict=False)
    ]
    unit, place = crossed(world.units, len(names))
    return Records(
        len(unit),
        unit_id=unit,
        relation=[names[i] for i in place],
        rank=ranks[place],
        other_id=np.concatenate(others).ravel(),
        value=0.9 ** ranks[place],
    )


def _checks(world: World) -> Records:
    names = [
        f"label check: {metric}, {way} labels"
        for metric in _METRICS
        for way in ("missing", "extra")
    ]
    return Records(
        len(names),
        name=names,
        value=[1.0] * (len(names) - 1) + [0.2],
        floor=None,
        n=world.sizes.latents,
        what="Share of the latents on which it falls when their exact label is spoilt.",
    )
