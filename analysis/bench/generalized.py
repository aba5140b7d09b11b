"""Accuracies in the generalized setting of §4.1, and paired differences between them.

An image is compared with the regressed class embeddings of all classes, seen and held out. Test is
over images of held-out classes, Train over those of seen ones.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int

from analysis.bench.data import BenchData
from analysis.bench.figures import Interval
from analysis.bench.intervals import Tally, bootstrap
from analysis.bench.zero_shot import Split

METRICS = {"test1": "Test@1", "test5": "Test@5", "train1": "Train@1"}
Tallies = Mapping[str, Tally]
"""Hits of each class, by the key of the metric."""


def tallies(
    data: BenchData, drawn: Sequence[Split], ranks: Sequence[Int[np.ndarray, " images"]]
) -> Tallies:
    """Sum the hits over the splits; ``ranks`` are those of one map a split, among all classes."""
    return {
        "test1": tally(data, drawn, ranks, held_out=True, best=1),
        "test5": tally(data, drawn, ranks, held_out=True, best=5),
        "train1": tally(data, drawn, ranks, held_out=False, best=1),
    }


def tally(
    data: BenchData,
    drawn: Sequence[Split],
    ranks: Sequence[Int[np.ndarray, " images"]],
    *,
    held_out: bool,
    best: int,
) -> Tally:
    """Images ranked among the ``best``, of held-out classes or of seen ones, over all splits."""
    classes = len(data.class_names)
    total = Tally(np.zeros(classes), np.zeros(classes))
    for split, rank in zip(drawn, ranks, strict=True):
        rows = np.isin(data.labels, split.held_out) == held_out
        total += Tally.of(rank[rows] <= best, data.labels[rows], classes)
    return total


def accuracies(of_row: Tallies, *, seed: int) -> dict[str, Interval]:
    """Every metric in percent."""
    return {
        metric: bootstrap(tally.percent, len(tally.hits), seed=seed)
        for metric, tally in of_row.items()
    }


def difference(ours: Tally, theirs: Tally, *, seed: int) -> Interval:
    """Ours less theirs in points, on the same redrawn classes."""
    return bootstrap(
        lambda draws: ours.percent(draws) - theirs.percent(draws), len(ours.hits), seed=seed
    )


def settings(data: BenchData, drawn: Sequence[Split], *, seed: int) -> dict[str, object]:
    """What every table of the setting is read with."""
    return {
        "model": data.model,
        "text encoder": data.encoder.name,
        "classes": f"{len(data.class_names)}, {len(drawn[0].held_out)} held out",
        "images": len(data.labels),
        "splits": len(drawn),
        "seed": seed,
        "intervals": "95 %, bootstrap over classes; percent, differences paired and in points",
    }
