"""One line of evidence, and the intervals that stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

RESAMPLES = 1000
INTERVAL = (2.5, 97.5)
"""Percentiles of every interval."""
FEWEST = 5
"""Images below which a mean is no evidence."""


@dataclass(frozen=True)
class Line:
    """What was measured, with its 95 % interval, beside the same with a matched random control.

    ``holds`` says whether it speaks for the finding by the rule of its kind; None where it could
    not be tested. Logits are centred over the classes, as the softmax sees them.
    """

    line: str
    value: float | None
    low: float | None = None
    high: float | None = None
    control: float | None = None
    control_low: float | None = None
    control_high: float | None = None
    n: int = 0
    holds: bool | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def untested(line: str, why: str, *, n: int = 0) -> Line:
    """A line that could not be measured here."""
    return Line(line, None, n=n, detail={"why": why})


def mean_with_interval(
    values: Float[np.ndarray, " values"], *, seed: int
) -> tuple[float, float, float]:
    """Mean and its bootstrap interval over the values."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(np.asarray(values, np.float64)[drawn].mean(axis=1), INTERVAL)
    return float(values.mean()), float(low), float(high)


def spread(values: Float[np.ndarray, " draws"]) -> tuple[float, float, float]:
    """Mean of a control's draws and the interval in which 95 % of them lie."""
    low, high = np.percentile(values, INTERVAL)
    return float(np.mean(values)), float(low), float(high)
