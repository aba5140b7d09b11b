"""Region words of maps drawn by hand, and what mirroring does to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.explain.meaning.regions import REGIONS, region, unit_maps
from analysis.heatmaps import neuron_readout


def hot(*boxes: tuple[slice, slice], side: int = 9) -> np.ndarray:
    heat = np.zeros((side, side), np.float32)
    for box in boxes:
        heat[box] = 1
    return heat


A, B, C, ALL = slice(0, 3), slice(3, 6), slice(6, 9), slice(0, 9)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((A, A), "in the upper left"),
        ((A, B), "at the top"),
        ((A, C), "in the upper right"),
        ((B, A), "on the left"),
        ((B, B), "in the centre"),
        ((B, C), "on the right"),
        ((C, A), "in the lower left"),
        ((C, B), "at the bottom"),
        ((C, C), "in the lower right"),
        ((A, ALL), "along the top"),
        ((B, ALL), "across the middle"),
        ((C, ALL), "along the bottom"),
        ((ALL, A), "down the left side"),
        ((ALL, B), "from top to bottom"),
        ((ALL, C), "down the right side"),
        ((ALL, ALL), "all over the image"),
    ],
)
def test_a_ninth_a_third_or_all_of_an_image_has_its_word(box, words):
    assert region(hot(box)) == words


def test_every_region_has_words_of_its_own():
    assert len(REGIONS) == len(set(REGIONS.values())) == 16


def test_two_patches_are_both_told():
    assert region(hot((A, A), (C, C))) == "in the upper left and in the lower right"


def test_two_patches_of_one_region_are_one():
    assert region(hot((slice(0, 1), slice(0, 1)), (slice(2, 3), slice(2, 3)))) == (
        "in the upper left"
    )


def test_a_faint_second_patch_does_not_count():
    heat = hot((A, A))
    heat[8, 8] = 0.6  # of 9.6
    assert region(heat) == "in the upper left"


def test_what_is_below_half_the_peak_does_not_count():
    assert region(np.where(hot((B, B)) > 0, 1, 0.49).astype(np.float32)) == "in the centre"


def test_no_place_is_told_of_scattered_heat_a_coarse_map_or_none():
    chequered = (np.indices((8, 8)).sum(0) % 2).astype(np.uint8) * 255
    assert region(chequered) is None
    assert region(np.ones((2, 2))) is None
    assert region(np.zeros((7, 7))) is None


def _swapped(words: str | None, one: str, other: str) -> str | None:
    if words is None:
        return None
    return words.replace(one, "\0").replace(other, one).replace("\0", other)


def _places(words: str | None) -> set[str] | None:
    """Two places have the order in which they are read from the top left."""
    return None if words is None else set(words.split(" and "))


# Few values that floats hold exactly: a mean right at a threshold must not fall by rounding.
maps = arrays(np.float64, (7, 7), elements=st.sampled_from([0.0, 0.125, 0.625, 1.0]))


@settings(max_examples=150, deadline=None)
@given(maps)
def test_mirroring_an_image_swaps_its_sides(heat):
    words = region(heat)
    assert _places(region(heat[:, ::-1])) == _places(_swapped(words, "left", "right"))
    upside = _swapped(_swapped(_swapped(words, "upper", "lower"), "at the top", "at the bottom"),
                      "along the top", "along the bottom")  # fmt: skip
    assert _places(region(heat[::-1])) == _places(upside)


@settings(max_examples=50, deadline=None)
@given(maps, st.sampled_from([0.25, 3.0, 255.0]))
def test_a_region_does_not_depend_on_the_unit_of_heat(heat, scale):
    assert region(heat) == region(scale * heat)


def test_maps_are_those_of_the_units_asked_for():
    positions = np.zeros((4, 4, 3), np.float32)
    positions[0, :, 2] = [0, 1, 2, 4]
    maps = unit_maps(positions, neuron_readout(np.zeros(3, np.float32)), (2, 0))
    assert list(maps) == [2, 0]
    assert maps[2][0] == pytest.approx([0, 1, 2, 4], abs=0.01)
    assert maps[2][1:].max() == maps[0].max() == 0
