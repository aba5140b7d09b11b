"""How far two reviewers agree: Cohen's kappa with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 2000
FEWEST = 10
"""Findings without which there is no interval: of one or two the bootstrap is always sure."""


@dataclass(frozen=True)
class Agreement:
    """Two reviewers on what both decided."""

    n: int
    """Findings that both decided."""
    observed: float
    """Share on which they said the same."""
    chance: float
    """The same if each had shuffled his own decisions: the floor."""
    kappa: float | None
    """(observed - chance) / (1 - chance); None where both always say one and the same word."""
    low: float | None
    """95 % interval of kappa, bootstrap over findings; None where kappa is, and of fewer than
    ``FEWEST``."""
    high: float | None


def agreement(first: Sequence[str], second: Sequence[str], *, seed: int = 0) -> Agreement:
    """Agreement on the findings that both decided, in the same order (Cohen 1960).

    Raises:
        ValueError: nothing was decided by both, or the lengths differ.
    """
    if len(first) != len(second) or not first:
        raise ValueError("agreement needs the same, non-empty findings of both reviewers")
    words = sorted({*first, *second})
    a = np.array([words.index(word) for word in first])
    b = np.array([words.index(word) for word in second])
    observed, chance, kappa = (float(x) for x in _kappa(a[None], b[None], len(words))[:, 0])
    drawn = np.random.default_rng(seed).integers(0, len(a), (DRAWS, len(a)))
    draws = _kappa(a[drawn], b[drawn], len(words))[2]
    if np.isnan(kappa):
        return Agreement(len(a), observed, chance, None, None, None)
    if len(a) < FEWEST:
        return Agreement(len(a), observed, chance, kappa, None, None)
    low, high = np.nanquantile(draws, (0.025, 0.975))
    return Agreement(len(a), observed, chance, kappa, float(low), float(high))


def _kappa(a: np.ndarray, b: np.ndarray, words: int) -> np.ndarray:
    """Observed share, chance share and kappa of each row: (3, rows); kappa may be NaN."""
    observed = (a == b).mean(axis=1)
    of_each = range(words)
    chance = sum((a == word).mean(axis=1) * (b == word).mean(axis=1) for word in of_each)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappa = np.where(chance < 1, (observed - chance) / (1 - np.asarray(chance)), np.nan)
    return np.stack([observed, np.asarray(chance), kappa])
