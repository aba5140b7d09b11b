"""Paper Table 7: how much the prompt at test time matters (Appendix E).

A text map is trained on the seen classes under the paper's prompt and tested in the generalized
setting under others. Appendix E speaks of "various prompts in the text encoder", so the names of
all classes, seen and held out, go through the tested prompt: what a user gets who has the map and
writes the names differently. Its remedy is to average "the results of all prompts, similar to the
approach used by CLIP"; CLIP averages text embeddings, and so do we.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures
from analysis.bench.generalized import (
    METRICS,
    Tallies,
    accuracies,
    difference,
    settings,
    tallies,
)
from analysis.bench.intervals import Statistic, Tally, bootstrap
from analysis.bench.zero_shot import Split, splits
from analysis.progress import Progress
from analysis.text.prompts import CLASS_PROMPT, class_prompts
from analysis.textmap.base import TextMapEstimator, cosine, unit_rows
from analysis.textmap.floors import RandomEstimator
from analysis.textmap.held_out import rank_of
from analysis.textmap.stacked import StackedEstimator

PAPER_PROMPTS = (
    CLASS_PROMPT,
    "an image of the {}",
    "an image of one {}",
    "an image of a large {}",
    "an image of a nice {}",
    "an image of a weird {}",
    "a cropped image of a {}",
    "a black and white image of the {}",
)
"""Table 7, in its order; the first is the one that the map is trained with."""
BARE_NAME = "{}"
AVERAGED = "all eight averaged"
AVERAGED_TOO = "all eight averaged, in training too"
SPREAD = "best less worst of the eight"
FLOOR = "random map (floor)"
SCORED_RAW = ("mlp", "icis")
"""Estimators of the paper, trained on raw class embeddings and scored by raw cosines, as in the
zero-shot protocol; all others are centred."""


@dataclass(frozen=True)
class Trained:
    """An estimator, the texts that it is trained with, and those that it is tested with."""

    estimator: TextMapEstimator
    texts: Float[np.ndarray, "classes embedding"]
    tested: Mapping[str, Float[np.ndarray, "classes embedding"]]
    """By the label of their row."""


def bench_prompts(
    data: BenchData,
    *,
    count: int,
    seed: int,
    progress: Progress,
    estimator: TextMapEstimator | None = None,
) -> list[Figures]:
    """Table 7 over ``count`` splits, with ``StackedEstimator`` where no estimator is given."""
    estimator = estimator or StackedEstimator()
    centred = estimator.name not in SCORED_RAW
    trained = _trained(estimator, data, progress)
    drawn = list(splits(len(data.class_names), count, seed=seed))
    ranks: dict[str, list[np.ndarray]] = {}
    with progress.task("Prompts", len(trained) * count) as advance:
        for i, split in enumerate(drawn):
            for one in trained:
                for label, rank in _ranks(one, data, split, centred, seed + i).items():
                    ranks.setdefault(label, []).append(rank)
                advance(1)
    rows = {label: tallies(data, drawn, of_label) for label, of_label in ranks.items()}
    described = f"{estimator.name}, {'centred' if centred else 'raw'} class embeddings"
    read_with = {**settings(data, drawn, seed=seed), "text map": described}
    if "epochs" in estimator.describe():
        read_with["epochs"] = estimator.describe()["epochs"]
    return [_table(rows, read_with, seed=seed)]


def averaged(
    embeddings: Sequence[Float[np.ndarray, "texts embedding"]],
) -> Float[np.ndarray, "texts embedding"]:
    """The mean of each text's embeddings under several prompts, scaled to length 1."""
    return unit_rows(np.mean(np.stack(embeddings), axis=0))


def _trained(
    estimator: TextMapEstimator, data: BenchData, progress: Progress
) -> tuple[Trained, ...]:
    """The map under test, the same trained with the average, and the floor."""
    texts = {CLASS_PROMPT: data.prompts}
    others = (*PAPER_PROMPTS[1:], BARE_NAME)
    with progress.task("Encoding prompts", len(others)) as advance:
        for template in others:
            texts[template] = data.encoder.encode(class_prompts(data.class_names, template))
            advance(1)
    average = averaged([texts[template] for template in PAPER_PROMPTS])
    return (
        Trained(estimator, data.prompts, {**texts, AVERAGED: average}),
        Trained(estimator, average, {AVERAGED_TOO: average}),
        Trained(RandomEstimator(), data.prompts, {FLOOR: data.prompts}),
    )


def _ranks(
    trained: Trained, data: BenchData, split: Split, centred: bool, seed: int
) -> dict[str, Int[np.ndarray, " images"]]:
    """Fit on the seen classes and rank every image's class under each of the tested texts."""
    weights, features = data.weights[split.seen], data.features
    if centred:
        weights = weights - weights.mean(0)
        features = features - features[np.isin(data.labels, split.seen)].mean(0)
    text_map = trained.estimator.fit(trained.texts[split.seen], weights, seed=seed)
    return {
        label: rank_of(cosine(features, text_map(texts)), data.labels)
        for label, texts in trained.tested.items()
    }


def _table(rows: Mapping[str, Tallies], read_with: Mapping[str, object], *, seed: int) -> Figures:
    reference = rows[CLASS_PROMPT]["test5"]
    cells: list[dict[str, object]] = [
        {
            "prompt": label,
            **accuracies(row, seed=seed),
            "difference": difference(row["test5"], reference, seed=seed),
        }
        for label, row in rows.items()
    ]
    cells.insert(len(cells) - 1, {"prompt": SPREAD, **_spreads(rows, seed=seed)})
    columns = {"prompt": "prompt", **METRICS, "difference": "Test@5 − training prompt"}
    return Figures("Prompts at test time (paper Table 7)", columns, cells, read_with, NOTES)


def _spreads(rows: Mapping[str, Tallies], *, seed: int) -> dict[str, object]:
    """Each metric's spread over the eight prompts of the paper, in points."""
    classes = len(rows[CLASS_PROMPT]["test5"].hits)
    return {
        metric: bootstrap(
            _spread([rows[template][metric] for template in PAPER_PROMPTS]), classes, seed=seed
        )
        for metric in METRICS
    }


def _spread(of_prompts: Sequence[Tally]) -> Statistic:
    def spread(draws: np.ndarray) -> np.ndarray:
        shares = np.stack([tally.percent(draws) for tally in of_prompts])
        return shares.max(0) - shares.min(0)

    return spread


NOTES = (
    f"Trained with “{CLASS_PROMPT}” except where a row says otherwise; all class names, seen and "
    "held out, go through the tested prompt. Averaged: the mean of the eight text embeddings, "
    "scaled to length 1.",
    "Test and Train: the generalized setting, an image among all classes. The table shows how far "
    "the accuracy moves when the names are written differently. Which prompt is the best cannot "
    "be read from it: the training prompt is also the one whose texts the map knows.",
    "The best and the worst prompt are picked anew in every redraw, and the largest of several "
    "noisy figures lies above the smallest even where nothing differs: that row's interval leans "
    "upwards and cannot reach below zero. Each prompt's own difference is the fairer evidence.",
    "One classifier and one text encoder; the intervals are over classes. The classifier has seen "
    "the held-out classes: only their names and weights are kept from the map.",
)
