"""Texts beside the class names."""

import numpy as np

from analysis.hull import hull
from analysis.textmap.base import unit_rows


def _at(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_a_text_is_placed_among_the_distances_between_names():
    # Nearest other names lie 10, 10, 20 and 20 degrees off.
    names = _at(0, 10, 30, 50)
    placed = hull(names, _at(32, 65, 68, 230))
    assert placed.nearest.tolist() == [2, 3, 3, 0]
    np.testing.assert_allclose(placed.cosine[:2], np.cos(np.radians([2, 15])), atol=1e-6)
    # 2 degrees: nearer than any name to another. 15 degrees: two names lie farther apart.
    assert placed.share.tolist() == [1, 0.5, 0.5, 0]
    assert placed.outside.tolist() == [False, False, False, True]


def test_every_name_is_inside():
    names = unit_rows(np.random.default_rng(0).standard_normal((30, 5)).astype(np.float32))
    assert not hull(names, names).outside.any()
