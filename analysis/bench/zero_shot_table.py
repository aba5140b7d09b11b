"""The tables of ``glowworm bench zero-shot``; every fit is kept, so a stopped run goes on."""

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures, Ratio
from analysis.bench.generalized import accuracies, settings, tally
from analysis.bench.intervals import Statistic, Tally, bootstrap
from analysis.bench.kept import kept_ranks
from analysis.bench.zero_shot import (
    REFERENCES,
    Method,
    Ranks,
    Split,
    head_ranks,
    splits,
)
from analysis.progress import Progress
from analysis.textmap.mlp import PAPER_EPOCHS, MlpEstimator

METRICS = {
    "train1": "Train@1",
    "train5": "Train@5",
    "test1": "Test@1",
    "test5": "Test@5",
    "classical1": "Test@1, unseen only",
    "classical5": "Test@5, unseen only",
}
CEILING = "the classifier's own head (ceiling)"


def bench_zero_shot(
    data: BenchData, *, compared: Sequence[Method], count: int, seed: int, progress: Progress
) -> list[Figures]:
    """Every method over all splits: the table, and ``auto`` against the paper's MLP."""
    drawn = list(splits(len(data.class_names), count, seed=seed))
    ranks: dict[str, list[Ranks]] = {CEILING: [head_ranks(data, split) for split in drawn]}
    with progress.task("Zero-shot classification", len(compared) * count) as advance:
        for i, split in enumerate(drawn):
            for method in compared:
                kept = kept_ranks(method, data, split, seed=seed + i)
                ranks.setdefault(method.name, []).append(kept)
                advance(1)
    tallies = {name: _tallies(data, drawn, of_name) for name, of_name in ranks.items()}
    told = settings(data, drawn, seed=seed) | _epochs(compared)
    return [
        _absolute(ranks, tallies, told, seed=seed),
        *_relative(ranks, tallies, told, seed=seed),
    ]


def _epochs(compared: Sequence[Method]) -> dict[str, object]:
    """How long the paper's MLP was trained, where it is in the table."""
    trained = {
        method.estimator.epochs for method in compared if isinstance(method.estimator, MlpEstimator)
    }
    if not trained:
        return {}
    told = ", ".join(str(epochs) for epochs in sorted(trained))
    return {"epochs of the mlp": told if trained == {PAPER_EPOCHS} else f"{told} (the paper: 2500)"}


def _absolute(
    ranks: Mapping[str, Sequence[Ranks]],
    tallies: Mapping[str, Mapping[str, Tally]],
    told: Mapping[str, object],
    *,
    seed: int,
) -> Figures:
    rows = []
    for name, of_split in ranks.items():
        classes = len(tallies[name]["test1"].hits)
        row: dict[str, object] = {"method": name}
        row |= accuracies(tallies[name], seed=seed)
        row["harmonic"] = bootstrap(_harmonic(tallies[name]), classes, seed=seed)
        row["seconds"] = float(np.mean([one.seconds for one in of_split]))
        row["choosing"] = float(np.mean([one.choosing for one in of_split])) or None
        row["chosen"] = "; ".join(dict.fromkeys(one.chosen for one in of_split if one.chosen))
        rows.append(row)
    columns = {
        "method": "method",
        **METRICS,
        "harmonic": "H",
        "seconds": "seconds to fit",
        "choosing": "to choose",
        "chosen": "chosen",
    }
    return Figures("Zero-shot classification (paper Tables 1, 8, 9)", columns, rows, told, NOTES)


NOTES = (
    "Train and Test: the generalized setting, an image among all classes. H: the harmonic mean of "
    "Train@1 and Test@1. Calibration chooses slope and offset on images of seen classes; every "
    "other method sees class names and weights alone.",
    "The pictures of seen classes may have been in the classifier's own training set, and the "
    "classifier has seen the held-out classes: only their names and weights are kept from the map.",
)


def _relative(
    ranks: Mapping[str, Sequence[Ranks]],
    tallies: Mapping[str, Mapping[str, Tally]],
    told: Mapping[str, object],
    *,
    seed: int,
) -> list[Figures]:
    """Ratios to the better of the paper's two MLPs, column by column."""
    references = [name for name in REFERENCES if name in ranks]
    ours = [name for name in ranks if name not in (*REFERENCES, CEILING)]
    if not references or not ours:
        return []
    rows = []
    for name in ours:
        row: dict[str, object] = {"method": name}
        for metric in ("train1", "test1", "test5"):
            best = max(references, key=lambda one: _total(tallies[one][metric]))
            row[metric] = _ratio(tallies[name][metric], tallies[best][metric], seed=seed)
        fastest = min(np.mean([one.seconds for one in ranks[ref]]) for ref in references)
        row["seconds"] = float(fastest / np.mean([one.seconds for one in ranks[name]]))
        rows.append(row)
    columns = {
        "method": "method",
        "train1": "Train@1 ×",
        "test1": "Test@1 ×",
        "test5": "Test@5 ×",
        "seconds": "times faster to fit",
    }
    title = "Against the better of the paper's two MLPs, column by column (paired ratios)"
    return [Figures(title, columns, rows, told)]


def _ratio(ours: Tally, theirs: Tally, *, seed: int) -> Ratio | None:
    """None where the reference finds nothing, so that nothing can be told in multiples of it."""
    if not theirs.hits.any():
        return None

    def ratio(draws: np.ndarray) -> np.ndarray:
        below = theirs.percent(draws)
        return ours.percent(draws) / np.where(below > 0, below, np.nan)

    found = bootstrap(ratio, len(ours.hits), seed=seed)
    return Ratio(found.value, found.low, found.high)


def _harmonic(of_method: Mapping[str, Tally]) -> Statistic:
    def harmonic(draws: np.ndarray) -> np.ndarray:
        seen, unseen = (of_method[key].percent(draws) for key in ("train1", "test1"))
        total = seen + unseen
        return 2 * seen * unseen / np.where(total > 0, total, np.inf)

    return harmonic


def _total(tally: Tally) -> float:
    return tally.hits.sum() / max(tally.trials.sum(), 1)


def _tallies(
    data: BenchData, drawn: Sequence[Split], of_split: Sequence[Ranks]
) -> dict[str, Tally]:
    """Hits of each class by metric, over all splits."""
    generalized = [ranks.generalized for ranks in of_split]
    classical = [ranks.classical for ranks in of_split]
    sides = {
        "train": (generalized, False),
        "test": (generalized, True),
        "classical": (classical, True),
    }
    return {
        f"{side}{best}": tally(data, drawn, ranks, held_out=held_out, best=best)
        for side, (ranks, held_out) in sides.items()
        for best in (1, 5)
    }
