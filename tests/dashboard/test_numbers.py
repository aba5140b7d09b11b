"""Numbers as they are written on the pages."""

import math

import pandas as pd
import pytest

from dashboard.parts import numbers


def test_missing_numbers_are_dashes() -> None:
    for value in (None, math.nan):
        assert numbers.percent(value) == numbers.number(value) == numbers.signed(value) == "–"
    assert numbers.missing(pd.NA)


def test_shares_bring_their_denominator() -> None:
    assert numbers.of(10, 12) == "10 of 12 (83 %)"
    assert numbers.of(1234, 5000) == "1,234 of 5,000 (25 %)"
    assert numbers.of(0, 0) == "0 of 0"


def test_there_is_no_negative_zero() -> None:
    assert numbers.signed(-0.01) == "+0.0"
    assert numbers.signed(-0.06) == "−0.1"


def test_there_is_one_minus_sign() -> None:
    said = [numbers.number(-1.0), numbers.percent(-0.1), numbers.significant(-0.1234)]
    assert said == ["−1.00", "−10 %", "−0.123"]


@pytest.mark.parametrize(
    ("values", "bound", "digits"),
    [
        ([0.5, 0.1], 0.3, 2),
        ([0.2312, 0.5], 0.2349, 3),
        ([0.3], 0.3, 2),  # at its bound it may look so
        ([0.3, 0.3 + 1e-12], 0.3, 6),
        ([], 0.3, 2),
    ],
)
def test_what_is_not_the_floor_does_not_look_like_it(
    values: list[float], bound: float, digits: int
) -> None:
    assert numbers.apart(values, bound) == digits


def test_a_percentile_is_never_rounded_up_to_all() -> None:
    assert [numbers.percentile(p) for p in (100.0, 99.96, 97.2)] == ["100 %", "99.96 %", "97 %"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "0.050"), (0.0001, "1.0e-04"), (0.0, "< 1e-300"), (1.0, "1.000")]
)
def test_tiny_numbers_keep_their_size(value: float, text: str) -> None:
    assert numbers.small(value) == text


def test_one_is_singular() -> None:
    assert (numbers.many(1, "image"), numbers.many(0, "image")) == ("1 image", "0 images")
