"""A forest plot: what was measured, with its interval, above the same with its control."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.evidence_wording import Unit
from dashboard.parts.charts import BLUE, GREY, ORANGE
from dashboard.text import chart

_AXIS: dict[Unit, tuple[str, float, float]] = {  # title, scale, least that is shown above zero
    "deviations": ("standard deviations", 1.0, 1.0),
    "logit": ("logits (a fall where something was taken away)", 1.0, 0.1),
    "share": ("per cent", 100.0, 10.0),
}
_ROW, _FRAME, _TOP = 36, 48, 30  # pixels for a row, for a panel's axis, for the legend
_BELOW = 0.3  # of a row: how far the control stands under the value


@dataclass(frozen=True)
class Row:
    """A line that was measured."""

    name: str
    unit: Unit
    value: float
    low: float | None
    high: float | None
    control: float | None
    control_low: float | None
    control_high: float | None
    holds: bool | None


def forest(rows: Sequence[Row]) -> go.Figure:
    """A panel for each unit that occurs, a row for each line, zero marked."""
    units: list[Unit] = [unit for unit in _AXIS if any(row.unit == unit for row in rows)]
    panels = {unit: [row for row in rows if row.unit == unit] for unit in units}
    heights = [_ROW * len(panels[unit]) for unit in units]
    whole = sum(heights) + _FRAME * len(units) + _TOP
    figure = make_subplots(
        rows=len(units), cols=1, row_heights=heights, vertical_spacing=_spacing(units, whole)
    )
    for place, unit in enumerate(units, start=1):
        _panel(figure, place, unit, panels[unit])
    _legend(figure, rows)
    figure.update_layout(
        height=whole,
        margin={"l": 0, "r": 12, "t": _TOP, "b": _FRAME},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        hoverlabel={"align": "left"},
        uirevision="fixed",
    )
    return figure


def _spacing(units: Sequence[Unit], whole: int) -> float:
    return _FRAME / (whole - _TOP - _FRAME) if len(units) > 1 else 0.0


def _panel(figure: go.Figure, place: int, unit: Unit, rows: Sequence[Row]) -> None:
    title, scale, least = _AXIS[unit]
    for y, row in enumerate(rows):
        control = _interval(
            row.control, row.control_low, row.control_high, scale, y + _BELOW, GREY, "line-ns", 2
        )
        color, symbol = (BLUE, "circle") if row.holds else (ORANGE, "diamond-open")
        value = _interval(row.value, row.low, row.high, scale, y, color, symbol, 3)
        for name, trace in ((f"{row.name}, control", control), (row.name, value)):
            trace.update(hovertemplate=chart(name, 80) + ": %{x:.2f}<extra></extra>")
            figure.add_trace(trace, row=place, col=1)
    figure.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dot"}, row=place, col=1)  # pyright: ignore[reportArgumentType]
    figure.update_xaxes(
        title={"text": title, "standoff": 4},
        range=_range(rows, scale, least),
        fixedrange=True,
        zeroline=False,
        row=place,
        col=1,
    )
    figure.update_yaxes(
        tickvals=[y + _BELOW / 2 for y in range(len(rows))],
        ticktext=[chart(row.name) for row in rows],
        range=[len(rows) - 0.35, -0.45],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
        automargin=True,
        row=place,
        col=1,
    )


def _range(rows: Sequence[Row], scale: float, least: float) -> list[float]:
    """Over all that is drawn and zero, with room for the marks."""
    ends = [
        scale * end
        for row in rows
        for end in (row.value, row.low, row.high, row.control, row.control_low, row.control_high)
        if end is not None
    ]
    low, high = min(0.0, *ends), max(least, *ends)
    return [low - 0.05 * (high - low), high + 0.05 * (high - low)]


def _interval(
    value: float | None,
    low: float | None,
    high: float | None,
    scale: float,
    y: float,
    color: str,
    symbol: str,
    width: int,
) -> go.Scatter:
    """A mark with a bar from low to high; nothing where there is no value."""
    bar = None
    if value is not None and low is not None and high is not None:
        ends = {"array": [scale * (high - value)], "arrayminus": [scale * (value - low)]}
        bar = {"type": "data", "symmetric": False, "color": color, "thickness": width, "width": 0}
        bar |= ends
    return go.Scatter(
        x=[None if value is None else scale * value],
        y=[y],
        error_x=bar,
        mode="markers",
        marker={"size": 11, "color": color, "symbol": symbol, "line": {"width": 2, "color": color}},
        showlegend=False,
    )


def _legend(figure: go.Figure, rows: Sequence[Row]) -> None:
    """Marks without a place, that stand in the legend alone."""
    signs = [("holds", BLUE, "circle"), ("control", GREY, "line-ns")]
    if any(not row.holds for row in rows):
        signs.insert(1, ("does not hold", ORANGE, "diamond-open"))
    for name, color, symbol in signs:
        sign = _interval(None, None, None, 1.0, 0, color, symbol, 3)
        figure.add_trace(sign.update(name=name, showlegend=True), row=1, col=1)
