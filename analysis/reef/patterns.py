"""Patterns on a creature: masks of marks in its own coordinates."""

import numpy as np
from PIL import Image, ImageDraw

from analysis.reef.sketch import Pose, ellipse

REACH = 1.1


def pattern_mask(pattern: str, size: int, pose: Pose, rng: np.random.Generator) -> Image.Image:
    """Where the marks of a pattern fall, 255 on a mark; all 0 for a plain creature."""
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    step, phase = rng.uniform(0.24, 0.3), rng.uniform(0, 0.25)
    for polygon in _MARKS[pattern](step, phase):
        draw.polygon(pose(polygon), fill=255)
    return mask


def _striped(step: float, phase: float) -> list[np.ndarray]:
    return [
        np.array([(x, -REACH), (x + step / 2, -REACH), (x + step / 2, REACH), (x, REACH)])
        for x in np.arange(-REACH - phase, REACH, step)
    ]


def _spotted(step: float, phase: float) -> list[np.ndarray]:
    step *= 1.05
    return [
        ellipse(x + (step / 2 if row % 2 else 0), y, step * 0.33, step * 0.33)
        for row, y in enumerate(np.arange(-REACH - phase, REACH, step * 0.87))
        for x in np.arange(-REACH - phase, REACH, step)
    ]


def _checkered(step: float, phase: float) -> list[np.ndarray]:
    side = step * 0.62
    rows = np.arange(-REACH - phase, REACH, side)
    return [
        np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
        for i, y in enumerate(rows)
        for j, x in enumerate(rows)
        if (i + j) % 2 == 0
    ]


def _zigzag(step: float, phase: float) -> list[np.ndarray]:
    xs = np.arange(-REACH - phase, REACH + step, step * 0.5)
    teeth = np.where(np.arange(len(xs)) % 2 == 0, 0.0, step * 0.62)
    bands = []
    for y in np.arange(-REACH - phase - step, REACH, step * 1.15):
        top = np.stack([xs, y + teeth], axis=1)
        bottom = top + np.array([0, step * 0.42])
        bands.append(np.vstack([top, bottom[::-1]]))
    return bands


def _plain(step: float, phase: float) -> list[np.ndarray]:
    del step, phase
    return []


_MARKS = {
    "striped": _striped,
    "spotted": _spotted,
    "checkered": _checkered,
    "zigzag": _zigzag,
    "plain": _plain,
}
