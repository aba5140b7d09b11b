"""The map of classes, latents, images and words: stage ``atlas``."""

import numpy as np

from analysis.atlas import KINDS
from analysis.bench.desk.made_up.records import Records
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import World
from db.schema import Measure

_MOST = {"latent": 5_000, "image": 20_000, "concept": 5_000}


def atlas(world: World) -> Filled:
    """As many points as a real map has at most, in clouds of their own."""
    sizes, rng = world.sizes, world.rng("atlas")
    there = {
        "class": np.arange(sizes.classes),
        "latent": np.flatnonzero(world.latents_alive),
        "image": np.arange(sizes.images),
        "concept": np.arange(sizes.concepts),
    }
    points, positions = [], []
    for place, kind in enumerate(KINDS):
        count = min(len(there[kind]), _MOST.get(kind, len(there[kind])))
        ids = np.sort(rng.choice(there[kind], count, replace=False))
        own = rng.integers(0, sizes.classes, count)
        if kind == "class":
            own = ids
        elif kind == "image":
            own = world.decisions[ids, 0]
        points.append(np.column_stack([np.full(count, place), ids, own]))
        positions.append(rng.normal(rng.normal(0, 3, 2), 3, (count, 2)))
    measures = Records(
        len(KINDS),
        name=[f"map: neighbours among {kind}s" for kind in KINDS],
        value=0.8,
        floor=0.5,
        n=1_000,
        what="Whether neighbours on the map are neighbours in the classifier's space too.",
    )
    arrays = {
        "atlas.positions": np.concatenate(positions).astype(np.float32),
        "atlas.points": np.concatenate(points).astype(np.int32),
    }
    return Filled({Measure: measures}, arrays)
