"""Where the marks of the report's plots lie."""

from typing import Any

import pytest

from analysis.report.plots import LEFT, RIGHT, bars, forest, histogram


def line(unit: str, value: float | None, **others: Any) -> dict[str, Any]:
    none = dict.fromkeys(("low", "high", "control", "control_low", "control_high"))
    return {"name": "A line", "unit": unit, "value": value, "holds": True, **none, **others}


def scale(low: float, high: float) -> Any:
    """Values to places, with 3 % of room at either end, by hand."""
    room = 0.03 * (high - low)
    return lambda x: LEFT + (RIGHT - LEFT) * (x - low + room) / (high - low + 2 * room)


def test_lines_of_one_unit_share_an_axis_from_end_to_end() -> None:
    plot = forest(
        [
            line("logit", 2.5, low=2.0, high=3.0, control=0.25, control_low=-0.5, control_high=1.0),
            line("logit", -0.5, low=-1.0, high=-0.25, holds=False),
        ],
        "x",
    )
    assert plot is not None
    place = scale(-1.0, 3.0)
    first, second = plot.marks
    assert first.value.x == pytest.approx(place(2.5), abs=0.05)
    assert (first.value.low, first.value.high) == pytest.approx((place(2), place(3)), abs=0.05)
    assert first.control is not None
    assert first.control.x == pytest.approx(place(0.25), abs=0.05)
    assert first.control.low == pytest.approx(place(-0.5), abs=0.05)
    assert (second.kind, second.control) == ("fails", None)
    [axis] = plot.axes
    assert axis.zero == pytest.approx(place(0), abs=0.05)
    assert [tick.text for tick in axis.ticks] == ["−1", "0", "1", "2", "3"]
    assert first.text == "2.50 (control 0.25)"
    assert "A line: −0.50" in plot.description


def test_units_have_panels_of_their_own_below_each_other() -> None:
    plot = forest([line("share", 0.4), line("logit", 1.0), line("deviations", 4.0)], "x")
    assert plot is not None
    assert [axis.title for axis in plot.axes] == ["standard deviations", "logits", "per cent"]
    assert [mark.text for mark in plot.marks] == ["4.0", "1.00", "40"]
    tops = [axis.top for axis in plot.axes]
    assert tops == sorted(tops)
    assert all(axis.top < mark.y < axis.y for axis, mark in zip(plot.axes, plot.marks, strict=True))
    assert plot.height > plot.axes[-1].y


def test_ends_that_are_not_known_lie_where_the_value_does() -> None:
    plot = forest([line("logit", 1.0)], "x")
    assert plot is not None
    span = plot.marks[0].value
    assert span.low == span.x == span.high


def test_what_was_not_measured_is_not_drawn() -> None:
    assert forest([line("logit", None)], "x") is None
    assert forest([], "x") is None


def test_a_value_of_zero_has_an_axis_too() -> None:
    plot = forest([line("logit", 0.0)], "x")
    assert plot is not None
    assert plot.marks[0].value.x == plot.axes[0].zero


def test_bars_go_from_zero_to_their_value() -> None:
    plot = bars([("up", 4.0, False), ("down", -2.0, True)], "deviations", "t")
    up, down = plot.marks
    place = scale(-2.0, 4.0)
    zero = pytest.approx(place(0), abs=0.05)
    assert (up.value.low, up.kind, up.text) == (zero, "bar", "+4.0")
    assert (down.value.high, down.kind, down.text) == (zero, "grey", "−2.0")
    assert down.value.low == pytest.approx(place(-2), abs=0.05)


def test_columns_are_as_high_as_their_counts() -> None:
    drawn = histogram([0, 5, 10], "t")
    heights = [column.height for column in drawn.columns]
    assert heights == [0.0, 75.0, 150.0]
    assert all(column.y + column.height == drawn.base for column in drawn.columns)
    assert "10 to 20 %: 5" in drawn.description
    assert [column.height for column in histogram([0, 0], "t").columns] == [0.0, 0.0]
