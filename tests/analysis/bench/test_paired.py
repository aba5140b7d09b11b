"""Means and ratios with their intervals, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.bench.paired import clustered, mean_of, ratio_of

POSITIVE = arrays(float, 6, elements=st.floats(0.1, 10))


def test_a_mean_has_its_percentile_interval() -> None:
    told = mean_of([0.0, 1.0] * 50, digits=2)
    assert told.value == 0.5
    # The mean of 100 coins: standard error .05, so that 95 % lie within .098 of it.
    assert (told.low, told.high) == (pytest.approx(0.402, abs=0.02), pytest.approx(0.598, abs=0.02))
    assert str(mean_of([2.0, 2.0], digits=2)) == "2.00 [2.00, 2.00]"


@given(POSITIVE)
def test_what_is_always_three_times_as_much_is_so_in_every_resample(values: np.ndarray) -> None:
    told = ratio_of(3 * values, values)
    assert [told.value, told.low, told.high] == pytest.approx([3, 3, 3])


def test_a_ratio_is_of_means_and_none_where_there_is_nothing_to_divide_by() -> None:
    assert ratio_of(np.array([1.0, 3.0]), np.array([0.0, 2.0])).value == 2
    assert np.isnan(ratio_of(np.array([1.0, 2.0]), np.array([0.0, -1.0])).value)


def test_images_of_a_group_stand_or_fall_together() -> None:
    values = [100.0] * 40 + [0.0] * 40
    whole = clustered(values, ["found"] * 40 + ["missed"] * 40)
    assert (whole.value, whole.low, whole.high) == (50, 0, 100)
    alone = clustered(values, list(range(80)))
    assert alone.value == 50 and 30 < alone.low < 45 and 55 < alone.high < 70


def test_a_larger_group_weighs_more() -> None:
    assert clustered([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"]).value == 0.75
