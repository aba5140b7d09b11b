"""Means, ratios of means and shares over images, with their intervals; images or groups redrawn."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from analysis.bench.figures import Interval, Ratio
from analysis.bench.intervals import bootstrap

SEED = 0
"""Of the resamples; one for all, so that figures on the same images are paired."""


def mean_of(values: Sequence[float] | Float[np.ndarray, " images"], *, digits: int = 3) -> Interval:
    """Mean over images with its 95 % bootstrap interval."""
    over = np.asarray(values, float)
    told = bootstrap(lambda draws: draws @ over / len(over), len(over), seed=SEED)
    return replace(told, digits=digits)


def ratio_of(values: Float[np.ndarray, " images"], others: Float[np.ndarray, " images"]) -> Ratio:
    """Mean of the one over the mean of the other, paired; NaN unless the other's is positive."""

    def ratio(draws: np.ndarray) -> np.ndarray:
        below = draws @ others
        return draws @ values / np.where(below > 0, below, np.nan)

    told = bootstrap(ratio, len(values), seed=SEED)
    return Ratio(told.value, told.low, told.high)


def clustered(values: Sequence[float], groups: Sequence[Hashable], *, digits: int = 0) -> Interval:
    """Mean over images; whole groups are redrawn, whose images stand or fall together."""
    numbers = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    of = [numbers[group] for group in groups]
    sums, counts = np.bincount(of, weights=values), np.bincount(of)
    told = bootstrap(lambda draws: draws @ sums / (draws @ counts), len(counts), seed=SEED)
    return replace(told, digits=digits)
