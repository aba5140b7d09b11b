"""Numbers in addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.route import number


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)]
)
def test_plain_digits_are_a_number(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "-1", "+1", "1.0", "1e3", "0x10", "1_000", "٣", "²", "9" * 19, "one"]
)
def test_anything_else_is_none(text: str) -> None:
    assert number(text) is None


@given(st.text(max_size=30))
def test_whatever_is_read_fits_the_store(text: str) -> None:
    value = number(text)
    assert value is None or 0 <= value < 2**63
