"""Plotly figures: pure functions from numbers to figures, and one that shows them.

Colours are Okabe and Ito's, in tones that hold on light and on dark ground. Position and words
always say what colour says. Names are escaped here: Plotly renders a little HTML.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.parts import numbers
from dashboard.text import chart

BLUE, ORANGE, GREEN, GREY = "#2f86c1", "#e08a1e", "#1c9e77", "#8b9994"
_ROW = 26  # pixels for a bar and its name


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Put a figure on the page, as wide as its place, without Plotly's tool bar."""
    st.plotly_chart(figure, width="stretch", key=key, alt=alt, config={"displayModeBar": False})


def _layout(
    *,
    height: int,
    x_title: str,
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    legend: bool = False,
) -> dict[str, Any]:
    """What all figures share, and what ``x`` and ``y`` add to an axis.

    Given to a figure when it is made: updating one afterwards takes six times as long.
    """
    return {
        "height": height,
        "margin": {"l": 0, "r": 12, "t": 34 if legend else 6, "b": 34},
        "showlegend": legend,
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "bargap": 0.28,
        "hoverlabel": {"align": "left"},
        "uirevision": "fixed",
        "xaxis": {
            "title": {"text": x_title, "standoff": 6},
            "fixedrange": True,
            "zeroline": True,
            **x,
        },
        "yaxis": {"fixedrange": True, "automargin": True, **y},
    }


def bars(
    names: Sequence[str],
    values: Sequence[float],
    *,
    x_title: str,
    floor: float | None = None,
    colors: Sequence[str] | str = BLUE,
    form: str = ".2f",
    x_range: tuple[float, float] | None = None,
    text: Sequence[str] | None = None,
) -> go.Figure:
    """Horizontal bars, the first on top, their values beside them and the floor as a line.

    ``text`` stands beside the bars in the place of their values.
    """
    rows = list(range(len(names)))
    figure = go.Figure(
        go.Bar(
            x=list(values),
            y=rows,
            orientation="h",
            marker_color=list(colors) if not isinstance(colors, str) else colors,
            text=list(text or (numbers.minus(f"{value:{form}}") for value in values)),
            textposition="outside",
            cliponaxis=False,
            hovertext=[chart(name, 200) for name in names],
            hovertemplate=f"%{{hovertext}}<br>%{{x:{form}}}<extra></extra>",
        ),
        layout=_layout(
            height=_ROW * len(names) + 56,
            x_title=x_title,
            x={"range": list(x_range or _room_for_text(values))},
            y={
                "tickvals": rows,
                "ticktext": [chart(name) for name in names],
                "autorange": "reversed",
            },
        ),
    )
    if floor is not None:
        figure.add_vline(x=floor, line={"color": GREY, "width": 2, "dash": "dot"})
    return figure


def _room_for_text(values: Sequence[float]) -> tuple[float, float]:
    """A range with room for the numbers at the ends of the bars."""
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    return low - 0.16 * span * (low < 0), high + 0.16 * span


def signed(names: Sequence[str], values: Sequence[float], *, x_title: str) -> go.Figure:
    """Bars to either side of 0: what pushes up, and what pushes down."""
    colors = [BLUE if value >= 0 else ORANGE for value in values]
    return bars(names, values, x_title=x_title, colors=colors, form="+.2f")


def dots(
    rows: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None], bool]],
    *,
    x_title: str,
) -> go.Figure:
    """A row per measure, a dot per series; a series that is a floor is grey and open."""
    traces = []
    colors = iter((BLUE, ORANGE, GREEN, "#c0699b", "#57a9dd"))
    symbols = iter(("circle", "diamond", "square", "cross", "triangle-up"))
    floors = iter(("line-ns-open", "circle-open", "diamond-open", "square-open"))
    for name, values, is_floor in series:
        traces.append(
            go.Scatter(
                x=[100 * value if value is not None else None for value in values],
                y=[chart(row) for row in rows],
                name=chart(name),
                mode="markers",
                marker={
                    "size": 11 if is_floor else 13,
                    "color": GREY if is_floor else next(colors, BLUE),
                    "symbol": next(floors, "x-open") if is_floor else next(symbols, "circle"),
                    "line": {"width": 2},
                },
                hovertemplate="%{y}: %{x:.1f} %<extra>" + chart(name) + "</extra>",
            )
        )
    known = [0.01, *(v for _, values, _ in series for v in values if v is not None)]
    low, high = min(-0.04 * max(known), 1.1 * min(known)), 1.08 * max(known)
    return go.Figure(
        traces,
        layout=_layout(
            height=34 * len(rows) + 110,
            x_title=x_title,
            x={"range": [100 * low, 100 * high], "ticksuffix": " %"},
            y={"autorange": "reversed", "showgrid": True},
            legend=True,
        ),
    )


def histogram(
    edges: Sequence[float],
    counts: Sequence[float],
    *,
    x_title: str = "activation",
    of: str = "images",
    mark: float | None = None,
) -> go.Figure:
    """Counts between edges, of activations over images unless said otherwise; ``mark`` is a line
    at one value.
    """
    centres = [(low + high) / 2 for low, high in pairwise(edges)]
    widths = [high - low for low, high in pairwise(edges)]
    spans = [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    figure = go.Figure(
        go.Bar(
            x=centres,
            y=list(counts),
            width=widths,
            marker={"color": BLUE, "line": {"width": 0}},
            hovertext=spans,
            hovertemplate="%{hovertext}<br>%{y} " + of + "<extra></extra>",
        ),
        layout=_layout(
            height=220,
            x_title=x_title,
            x={},
            y={"title": {"text": of}, "rangemode": "tozero"},
        )
        | {"bargap": 0.02},
    )
    if mark is not None:
        figure.add_vline(x=mark, line={"color": ORANGE, "width": 3})
    return figure
