"""Erasing the hot region of a picture."""

import numpy as np
import pytest

from analysis.shortcuts.erasing import erased, erasing, hot_cells, other_cells


def test_the_hottest_quarter_is_erased_and_as_much_elsewhere():
    heat = np.arange(16.0).reshape(4, 4)
    hot = hot_cells(heat)
    np.testing.assert_array_equal(np.flatnonzero(hot), [12, 13, 14, 15])
    other = other_cells(hot, np.random.default_rng(0))
    assert other.sum() == 4
    assert not (other & hot).any()
    assert hot_cells(np.ones((1, 2))).sum() == 1


def test_erased_cells_have_the_mean_colour_and_the_rest_is_untouched():
    pixels = np.random.default_rng(0).integers(0, 255, (6, 6, 3)).astype(np.uint8)
    cells = np.array([[True, False], [False, False]])
    out = erased(pixels, cells)
    np.testing.assert_array_equal(
        out[:3, :3], np.broadcast_to(pixels.mean((0, 1)).round(), (3, 3, 3))
    )
    np.testing.assert_array_equal(out[3:], pixels[3:])
    np.testing.assert_array_equal(out[:, 3:], pixels[:, 3:])


def test_the_line_compares_with_other_regions():
    before = np.full(6, 3.0)
    line = erasing(before, before - 2, before - 0.5, seed=0)
    assert (line.value, line.control, line.n) == (2, 0.5, 6)
    assert line.holds
    assert not erasing(before, before - 0.5, before - 2, seed=0).holds
    assert erasing(before[:2], before[:2], before[:2], seed=0).value is None


@pytest.mark.parametrize("cells", [(1, 1), (7, 7), (3, 5)])
def test_any_grid_covers_the_whole_picture(cells: tuple[int, int]):
    pixels = np.zeros((10, 12, 3), np.uint8)
    pixels[0, 0] = 120
    out = erased(pixels, np.ones(cells, bool))
    assert (out == out[0, 0]).all()
