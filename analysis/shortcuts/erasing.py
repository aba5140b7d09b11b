"""Where a heat-map says the concept is: erase it there, and as much elsewhere."""

import numpy as np
from jaxtyping import Bool, Float, UInt8

from analysis.shortcuts.lines import FEWEST, Line, mean_with_interval, untested

HOT = 0.25
"""Share of the positions that are erased, the hottest first."""
CONTROLS = 4
"""Draws of as many other positions."""


def hot_cells(heat: Float[np.ndarray, "rows columns"]) -> Bool[np.ndarray, "rows columns"]:
    """The hottest ``HOT`` of the positions, at least one."""
    count = max(1, round(HOT * heat.size))
    hot = np.zeros(heat.size, bool)
    hot[np.argsort(-heat.ravel(), kind="stable")[:count]] = True
    return hot.reshape(heat.shape)


def other_cells(
    hot: Bool[np.ndarray, "rows columns"], rng: np.random.Generator
) -> Bool[np.ndarray, "rows columns"]:
    """As many positions drawn from the others."""
    cold = np.flatnonzero(~hot.ravel())
    chosen = np.zeros(hot.size, bool)
    chosen[rng.permutation(cold)[: int(hot.sum())]] = True
    return chosen.reshape(hot.shape)


def erased(
    pixels: UInt8[np.ndarray, "height width 3"], cells: Bool[np.ndarray, "rows columns"]
) -> UInt8[np.ndarray, "height width 3"]:
    """The picture with these cells of the grid in its mean colour."""
    height, width = pixels.shape[:2]
    rows = np.arange(height) * cells.shape[0] // height
    columns = np.arange(width) * cells.shape[1] // width
    gone = cells[rows][:, columns]
    return np.where(gone[..., None], pixels.mean(axis=(0, 1)).round(), pixels).astype(np.uint8)


def erasing(
    before: Float[np.ndarray, " images"],
    after: Float[np.ndarray, " images"],
    control: Float[np.ndarray, " images"],
    *,
    seed: int,
) -> Line:
    """Fall of the margin when the hot region is erased, beside that when other regions are.

    Holds where the paired difference to the control is above zero.
    """
    if len(before) < FEWEST:
        return untested("erasing", f"{len(before)} images could be looked at", n=len(before))
    value, low, high = mean_with_interval(before - after, seed=seed)
    other, other_low, other_high = mean_with_interval(before - control, seed=seed)
    _, more, _ = mean_with_interval(control - after, seed=seed)
    return Line(
        "erasing", value, low, high, other, other_low, other_high, n=len(before), holds=more > 0
    )
