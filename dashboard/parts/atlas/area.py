"""An area of the map: its corners, how an address writes them, what lies inside.

``-3.5:1.25,0.5:4`` is a box between two corners; three corners or more are a lasso.
"""

import re

import numpy as np

PARAMETER = "m_in"
MOST = 40
"""Corners of a lasso."""
_DIGITS = 3
_NUMBER = rf"-?\d{{1,6}}(?:\.\d{{1,{_DIGITS}}})?"
_CORNER = rf"{_NUMBER}:{_NUMBER}"
_AREA = re.compile(rf"{_CORNER}(?:,{_CORNER}){{1,{MOST - 1}}}", re.ASCII)


def read(text: str) -> np.ndarray | None:
    """The corners, (corners, 2); None where the text writes no area."""
    if not _AREA.fullmatch(text):
        return None
    return np.array([[float(value) for value in corner.split(":")] for corner in text.split(",")])


def written(corners: np.ndarray) -> str:
    """The same as text, of a lasso with many corners in fewer."""
    return ",".join(f"{_figure(x)}:{_figure(y)}" for x, y in simplified(corners).tolist())


def _figure(value: float) -> str:
    return np.format_float_positional(round(value, _DIGITS) + 0.0, trim="-")


def simplified(corners: np.ndarray) -> np.ndarray:
    """With ``MOST`` corners or fewer: again and again the one goes that matters least, which
    spans the smallest triangle with its neighbours (Visvalingam and Whyatt).
    """
    while len(corners) > MOST:
        (ax, ay), (bx, by) = ((np.roll(corners, step, axis=0) - corners).T for step in (1, -1))
        corners = np.delete(corners, np.abs(ax * by - ay * bx).argmin(), axis=0)
    return corners


def outline(corners: np.ndarray) -> np.ndarray:
    """All corners, of a box as well."""
    if len(corners) > 2:
        return corners
    (left, bottom), (right, top) = corners
    return np.array([(left, bottom), (right, bottom), (right, top), (left, top)])


def inside(positions: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which positions, (points, 2), lie in the area: from those an odd number of sides is met on
    the way to the right.
    """
    x, y = positions.T
    within = np.zeros(len(positions), bool)
    polygon = outline(corners)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        level = (ay > y) != (by > y)
        within ^= level & (x < ax + (y - ay) * (bx - ax) / ((by - ay) or 1.0))
    return within
