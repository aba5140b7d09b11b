"""Where the marks of a report's plots lie, in units of their drawing; ``plots.svg.j2`` draws them.

A plot is ``WIDTH`` wide: names on the left, the axis in the middle, numbers on the right.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 640
LEFT, RIGHT = 176.0, 505.0  # where the axis begins and ends
_ROW, _AXIS, _TOP = 30.0, 44.0, 6.0
_ROOM = 0.03  # of the axis, free at either end
_UNITS = {  # name of the axis, scale, digits, least that is shown on either side of zero
    "deviations": ("standard deviations", 1.0, 1, 1.0),
    "logit": ("logits", 1.0, 2, 0.1),
    "share": ("per cent", 100.0, 0, 10.0),
}
_HISTOGRAM, _COLUMN = 150.0, 36.0  # height of the columns' field, width of a column


@dataclass(frozen=True)
class Tick:
    """A number on an axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Axis:
    """A line of numbers below some rows."""

    y: float
    top: float
    zero: float
    title: str
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Span:
    """A value and the ends of its interval, which lie where it does if they are not known."""

    x: float
    low: float
    high: float


@dataclass(frozen=True)
class Mark:
    """A row of a plot."""

    y: float
    name: str
    value: Span
    control: Span | None
    text: str
    kind: str
    """Of its mark: ``holds``, ``fails``, ``bar``, ``grey``."""


@dataclass(frozen=True)
class Plot:
    """A drawing with its words for whoever does not see it."""

    title: str
    description: str
    height: float
    axes: tuple[Axis, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Column:
    """A column of a histogram."""

    x: float
    y: float
    height: float
    count: int
    text: str


@dataclass(frozen=True)
class Histogram:
    """How often a share falls into each tenth."""

    title: str
    description: str
    height: float
    base: float
    columns: tuple[Column, ...]
    last: Tick


def forest(lines: Sequence[Mapping[str, Any]], of: str) -> Plot | None:
    """Lines of evidence that were measured, a panel for each unit; None where none was.

    A value with its interval, and below it the same with what was matched at random.
    """
    axes: list[Axis] = []
    marks: list[Mark] = []
    y = _TOP
    for unit in _UNITS:
        rows = [line for line in lines if line["unit"] == unit and line["value"] is not None]
        if not rows:
            continue
        panel, place = _panel(unit, [end for row in rows for end in _ends(row)], y, len(rows))
        axes.append(panel)
        for number, row in enumerate(rows):
            marks.append(_mark(row, unit, place, y + _ROW * (number + 0.5)))
        y = panel.y + _AXIS
    if not marks:
        return None
    said = "; ".join(f"{mark.name}: {mark.text}" for mark in marks)
    return Plot(
        f"Evidence for {of}",
        f"Each line with its 95 % interval, beside its random control. {said}.",
        y,
        tuple(axes),
        tuple(marks),
    )


def bars(rows: Sequence[tuple[str, float, bool]], unit: str, title: str) -> Plot:
    """Bars from zero: name, value, and whether it is one of those it is held against."""
    panel, place = _panel(unit, [value for _, value, _ in rows], _TOP, len(rows))
    _, scale, digits, _ = _UNITS[unit]
    marks = tuple(
        Mark(
            _TOP + _ROW * (number + 0.5),
            name,
            Span(place(value), place(min(0.0, value)), place(max(0.0, value))),
            None,
            _number(scale * value, digits, sign=True),
            "grey" if beside else "bar",
        )
        for number, (name, value, beside) in enumerate(rows)
    )
    said = "; ".join(f"{mark.name}: {mark.text}" for mark in marks)
    return Plot(title, f"In {_UNITS[unit][0]}. {said}.", panel.y + _AXIS, (panel,), marks)


def histogram(counts: Sequence[int], title: str) -> Histogram:
    """Counts in tenths of a share from 0 to 1."""
    most = max(counts) or 1
    base = _HISTOGRAM + 20
    columns = tuple(
        Column(
            LEFT + _COLUMN * i,
            round(base - _HISTOGRAM * count / most, 1),
            round(_HISTOGRAM * count / most, 1),
            count,
            str(10 * i),
        )
        for i, count in enumerate(counts)
    )
    said = "; ".join(f"{10 * i} to {10 * i + 10} %: {n}" for i, n in enumerate(counts))
    last = Tick(LEFT + _COLUMN * len(counts), "100 %")
    return Histogram(title, f"Classes by accuracy. {said}.", base + 40, base, columns, last)


def _panel(unit: str, values: Iterable[float], top: float, rows: int) -> tuple[Axis, Any]:
    """The axis below so many rows, and where a value lies on it."""
    title, scale, _, least = _UNITS[unit]
    ends = [scale * value for value in values]
    low, high = min(0.0, *ends), max(least, *ends)
    room = _ROOM * (high - low)  # so that no mark is cut at an end
    low, high = low - room, high + room

    def place(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (scale * value - low) / (high - low), 1)

    ticks = tuple(
        Tick(place(t / scale), _number(t, 4).rstrip("0").rstrip(".")) for t in _ticks(low, high)
    )
    return Axis(top + _ROW * rows, top, place(0.0), title, ticks), place


def _mark(line: Mapping[str, Any], unit: str, place: Any, y: float) -> Mark:
    _, scale, digits, _ = _UNITS[unit]
    text, control = _number(scale * line["value"], digits), None
    if line["control"] is not None:
        control = _span(line, "control", "control_", place)
        text += f" (control {_number(scale * line['control'], digits)})"
    kind = "holds" if line["holds"] else "fails"
    return Mark(y, line["name"], _span(line, "value", "", place), control, text, kind)


def _span(line: Mapping[str, Any], value: str, prefix: str, place: Any) -> Span:
    x = place(line[value])
    low, high = line[f"{prefix}low"], line[f"{prefix}high"]
    return Span(x, x if low is None else place(low), x if high is None else place(high))


def _ends(line: Mapping[str, Any]) -> list[float]:
    names = ("value", "low", "high", "control", "control_low", "control_high")
    return [line[name] for name in names if line[name] is not None]


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, some five of them, zero among them."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _number(value: float, digits: int, *, sign: bool = False) -> str:
    """Never a negative zero, and with a real minus."""
    text = f"{round(value, digits) + 0.0:{'+' if sign else ''}.{digits}f}"
    return text.replace("-", "−")
