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
    assert numbers.signed(-0.06) == "-0.1"


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "0.050"), (0.0001, "1.0e-04"), (0.0, "< 1e-300"), (1.0, "1.000")]
)
def test_tiny_numbers_keep_their_size(value: float, text: str) -> None:
    assert numbers.small(value) == text


def test_one_is_singular() -> None:
    assert (numbers.many(1, "image"), numbers.many(0, "image")) == ("1 image", "0 images")
