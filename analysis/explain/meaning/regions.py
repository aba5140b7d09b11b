"""Where in an image a unit fires, in words.

Only cells of at least half the peak count; they form patches, whose cells touch along an edge. One
patch, or two, must hold most of the heat; where it is scattered, as it often is over the patch
tokens of a transformer, no place is told.

Along each axis of the image the heat has a mean and a standard deviation, in parts of the image's
height or width (0 is the top or the left, 1 the bottom or the right; heat that is spread evenly has
a mean of 0.5 and a deviation of 0.29):

- deviation of at least ``WIDE``: it goes all along this axis
- else a mean below ``LOW`` is its first part, above 1 - ``LOW`` the last, otherwise the middle

Both axes together give one of sixteen regions; two patches are each given their own.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import numpy as np
from jaxtyping import Float, Real
from scipy.ndimage import label

from analysis.heatmaps import FULL, Readout, heat_maps

HALF_PEAK = 0.5
WIDE = 0.24
LOW = 0.4
MOST = 0.8
"""Share of the heat that one patch holds, or two, where it is not scattered."""
SECOND = 0.3
"""Share of the heat that the smaller of two patches holds at least."""
FEWEST_CELLS = 4
"""Rows and columns of a map from which a place can be told."""

Part = Literal["first", "middle", "last", "all"]

REGIONS: Mapping[tuple[Part, Part], str] = {
    ("first", "first"): "in the upper left",
    ("first", "middle"): "at the top",
    ("first", "last"): "in the upper right",
    ("first", "all"): "along the top",
    ("middle", "first"): "on the left",
    ("middle", "middle"): "in the centre",
    ("middle", "last"): "on the right",
    ("middle", "all"): "across the middle",
    ("last", "first"): "in the lower left",
    ("last", "middle"): "at the bottom",
    ("last", "last"): "in the lower right",
    ("last", "all"): "along the bottom",
    ("all", "first"): "down the left side",
    ("all", "middle"): "from top to bottom",
    ("all", "last"): "down the right side",
    ("all", "all"): "all over the image",
}
"""By the part of the height, then of the width."""


def region(heat: Real[np.ndarray, "rows columns"]) -> str | None:
    """A map's region; None where nothing is above zero, or where that is cannot be told: the
    map is coarse, or its heat scattered."""
    peak = float(heat.max(initial=0))
    if not peak > 0 or min(heat.shape) < FEWEST_CELLS:
        return None
    hot = np.where(heat >= HALF_PEAK * peak, heat, 0).astype(np.float64)
    patches, _ = cast(tuple[np.ndarray, int], label(hot))
    shares = np.bincount(patches.ravel(), hot.ravel())[1:] / hot.sum()
    largest = np.argsort(-shares, kind="stable")[:2]
    if shares[largest[0]] >= MOST:
        return _place(hot)
    if shares[largest].sum() < MOST or shares[largest].min() < SECOND:
        return None
    places = [_place(np.where(patches == number + 1, hot, 0)) for number in sorted(largest)]
    return " and ".join(dict.fromkeys(places))


def unit_maps(
    positions: Float[np.ndarray, "rows columns features"],
    read: Readout,
    numbers: Sequence[int],
) -> dict[int, Float[np.ndarray, "rows columns"]]:
    """Maps of units on one image, by their numbers.

    Args:
        positions: the classifier's features at each position of the image.
        read: of the units' kind (``readouts_of``).
    """
    units = np.asarray(numbers, np.int64)
    drawn = heat_maps(positions[None], read, np.zeros(len(units), np.int64), units)
    scaled = drawn.values.astype(np.float32) / FULL * drawn.peaks[:, None, None]
    return dict(zip(units.tolist(), scaled, strict=True))


def _place(hot: Float[np.ndarray, "rows columns"]) -> str:
    return REGIONS[_part(hot.sum(axis=1)), _part(hot.sum(axis=0))]


def _part(heat: Float[np.ndarray, " cells"]) -> Part:
    """Which part of an axis holds the heat; each cell's own width counts into the deviation."""
    share = heat / heat.sum()
    centres = (np.arange(len(heat)) + 0.5) / len(heat)
    mean = float(share @ centres)
    deviation = float(np.sqrt(share @ (centres - mean) ** 2 + 1 / (12 * len(heat) ** 2)))
    if deviation >= WIDE:
        return "all"
    return "first" if mean < LOW else "last" if mean > 1 - LOW else "middle"
