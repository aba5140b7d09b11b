"""Do the metrics of labels notice a label that is too narrow or too broad? (2506.05774)

A label that says exactly what a unit responds to is spoilt in two ways. *Missing labels*: half of
the images on which the unit is active no longer show the concept. *Extra labels*: as many of the
others as it is active on show it too. A metric that does not fall cannot tell a right label from a
wrong one on these units: AUC hardly falls for extra labels where units are rarely active.
"""

from dataclasses import dataclass

import numpy as np

from sae.label_scores import label_metrics
from sae.units import UnitBlock, Units

METRICS = ("Pearson", "AUPRC", "F1", "AUC")
LEAST_FALL = 0.05
"""What a metric, 1 for the exact label, must fall by to have noticed."""
FEWEST_ACTIVE = 4
"""Images a unit must be active on, and as many on which it is not, to be looked at."""


@dataclass(frozen=True)
class LabelChecks:
    """Share of ``n`` units on which each metric fell as it must."""

    n: int
    missing: dict[str, float]
    extra: dict[str, float]


def check_metrics(units: Units, *, seed: int) -> LabelChecks:
    """Both checks for every metric on units and images as they are; shares are NaN where n is 0."""
    rng = np.random.default_rng(seed)
    falls = [np.zeros((0, len(METRICS), 2))]
    for block in units.blocks(columns=24):
        counts = (block.activations > block.thresholds).sum(axis=0)
        fit = (counts >= FEWEST_ACTIVE) & (len(block.activations) - counts >= counts)
        if fit.any():
            falls.append(_falls(_only(block, fit), rng))
    fell = np.concatenate(falls) >= LEAST_FALL
    share = fell.mean(axis=0) if len(fell) else np.full((len(METRICS), 2), np.nan)
    return LabelChecks(
        n=len(fell),
        missing=dict(zip(METRICS, share[:, 0].tolist(), strict=True)),
        extra=dict(zip(METRICS, share[:, 1].tolist(), strict=True)),
    )


def _only(block: UnitBlock, units: np.ndarray) -> UnitBlock:
    return UnitBlock(0, block.activations[:, units], block.thresholds[units])


def _falls(block: UnitBlock, rng: np.random.Generator) -> np.ndarray:
    """(units, metrics, 2): by how much missing and extra labels lower each metric."""
    exact = np.maximum(block.activations - block.thresholds, 0)
    spoilt = np.stack([_spoil(column, rng) for column in exact.T], axis=1)
    scores = np.concatenate([exact[:, :, None], spoilt], axis=2)
    slots = np.arange(scores.shape[1] * 3).reshape(-1, 3)
    metrics = np.stack(label_metrics(block, scores.reshape(len(scores), -1), slots), axis=1)
    return metrics[:, :, :1] - metrics[:, :, 1:]


def _spoil(exact: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(images, 2): concept scores of one unit with labels missing, and with labels too many."""
    on, off = rng.permutation(np.flatnonzero(exact > 0)), np.flatnonzero(exact <= 0)
    missing, extra = exact.copy(), exact.copy()
    missing[on[: len(on) // 2]] = -1  # below all others: their order decides nothing
    extra[rng.choice(off, len(on), replace=False)] = exact[on]
    return np.stack([missing, extra], axis=1)
