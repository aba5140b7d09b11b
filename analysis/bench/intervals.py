"""Intervals over classes: pictures of one class stand or fall together, so classes are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.bench.figures import Interval

Statistic = Callable[[Float[np.ndarray, "resamples classes"]], Float[np.ndarray, " resamples"]]
"""A figure for each weighting of the classes."""
RESAMPLES = 2000
LEVEL = 0.95


def over_seeds(values: Sequence[float | int | np.number], digits: int = 1) -> Interval:
    """Mean, smallest and largest over repeated trainings: a range, no confidence interval."""
    found = np.asarray(values, dtype=float)
    return Interval(float(found.mean()), float(found.min()), float(found.max()), digits)


@dataclass(frozen=True)
class Tally:
    """Hits and trials of each class, summed over the splits."""

    hits: Float[np.ndarray, " classes"]
    trials: Float[np.ndarray, " classes"]

    @classmethod
    def of(
        cls, hit: Bool[np.ndarray, " images"], labels: Int[np.ndarray, " images"], classes: int
    ) -> "Tally":
        """Count hits by class."""
        return cls(
            np.bincount(labels, weights=hit, minlength=classes).astype(float),
            np.bincount(labels, minlength=classes).astype(float),
        )

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.hits + other.hits, self.trials + other.trials)

    def percent(
        self, draws: Float[np.ndarray, "resamples classes"]
    ) -> Float[np.ndarray, " resamples"]:
        """Share of hits in percent, for each weighting of the classes."""
        trials = draws @ self.trials
        return 100 * (draws @ self.hits) / np.where(trials > 0, trials, np.nan)


def bootstrap(statistic: Statistic, classes: int, *, seed: int) -> Interval:
    """The statistic on all classes and its percentile interval over redrawn ones.

    The same seed draws the same classes, so a statistic of two methods is paired. NaN where the
    statistic is not defined on the classes there are.
    """
    draws = np.random.default_rng(seed).multinomial(
        classes, np.full(classes, 1 / classes), RESAMPLES
    )
    value = float(statistic(np.ones((1, classes)))[0])
    tail = 100 * (1 - LEVEL) / 2
    redrawn = statistic(draws.astype(float))
    if np.isnan(value) or np.isnan(redrawn).all():
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.nanpercentile(redrawn, [tail, 100 - tail])
    return Interval(value, float(low), float(high))
