"""The map as a figure: a WebGL trace for each kind, and names of classes as signposts."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from analysis.atlas import Kind
from dashboard.parts.atlas.area import outline
from dashboard.parts.atlas.points import MANY, ONE, Points
from dashboard.parts.charts import BLUE, GREEN, GREY, ORANGE
from dashboard.text import chart

PINK = "#c0699b"
STYLE: dict[Kind, tuple[str, str, int, float]] = {
    "image": ("circle", BLUE, 5, 0.5),
    "concept": ("diamond", GREEN, 5, 0.55),
    "latent": ("triangle-up", PINK, 9, 1.0),
    "class": ("square", ORANGE, 5, 0.85),
}
"""Symbol, colour (Okabe and Ito's), size and opacity; drawn in this order."""
_NAMED = 5_000  # images with a name under the pointer; of more it would weigh more than the map
_CELLS = 9  # signposts a side
_NAME = np.array([0.17, 0.04])  # width and height of a signpost, of the first view
_TRIMMED = 1  # per cent of the points on each side that may lie outside the first view


def figure(
    points: Points,
    kinds: Collection[Kind],
    *,
    errors: bool,
    marked: Sequence[int],
    within: np.ndarray | None = None,
) -> go.Figure:
    """The kinds asked for; ``errors`` tells wrong decisions from right ones, ``marked`` points get
    a ring and their name, and the area ``within`` these corners is drawn as if by hand.
    """
    drawn = go.Figure()
    for kind in STYLE:
        if kind in kinds:
            for trace in _traces(points, kind, errors=errors):
                drawn.add_trace(trace)
    if len(marked):
        drawn.add_trace(_rings(points, marked))
    x, y = points.positions.T
    drawn.update_layout(
        height=680,
        margin={"l": 0, "r": 0, "t": 30, "b": 30},
        dragmode="lasso",
        uirevision="map",
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "itemclick": False},
        hoverlabel={"align": "left"},
        annotations=_signposts(points),
    )
    axis = {"visible": False, "zeroline": False}
    drawn.update_xaxes(range=_view(x), **axis)
    drawn.update_yaxes(range=_view(y), **axis)
    if within is not None:
        drawn.add_selection(type="path", path=_path(within))
    return drawn


def _path(corners: np.ndarray) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in outline(corners).tolist()) + "Z"


def _view(values: np.ndarray) -> list[float]:
    low, high = np.percentile(values, [_TRIMMED, 100 - _TRIMMED]).tolist()
    room = 0.07 * ((high - low) or 1.0)
    return [low - room, high + room]


def _traces(points: Points, kind: Kind, *, errors: bool) -> list[go.Scattergl]:
    rows = points.rows(kind)
    if not len(rows):
        return []
    if not errors:
        return [_scatter(points, rows, kind, MANY[kind], *STYLE[kind])]
    symbol, _, size, opacity = STYLE[kind]
    if kind != "image":
        return [_scatter(points, rows, kind, MANY[kind], symbol, GREY, size, 0.35)]
    wrong = points.wrong[rows]
    right = _scatter(points, rows[~wrong], kind, "images", symbol, GREY, size, opacity)
    return [right, _scatter(points, rows[wrong], kind, "errors", "x", ORANGE, size + 2, 0.9)]


def _scatter(
    points: Points, rows: np.ndarray, kind: Kind, name: str, *style: str | float
) -> go.Scattergl:
    symbol, color, size, opacity = style
    named = kind != "image" or len(rows) <= _NAMED
    said = "taken for %{text}" if kind == "image" else "%{text}"
    texts = [chart(points.names[row]) for row in rows.tolist()] if named else None
    return go.Scattergl(
        x=points.positions[rows, 0],
        y=points.positions[rows, 1],
        mode="markers",
        name=f"{name} ({len(rows):,})",
        marker={"symbol": symbol, "color": color, "size": size, "opacity": opacity},
        text=texts,
        hovertemplate=(said if named else "an image") + f"<extra>{ONE[kind]}</extra>",
        unselected={"marker": {"opacity": 0.12}},
    )


def _rings(points: Points, marked: Sequence[int]) -> go.Scatter:
    rows = list(marked)
    return go.Scatter(
        x=points.positions[rows, 0],
        y=points.positions[rows, 1],
        mode="markers+text",
        name="found",
        text=[chart(points.names[row], 24) for row in rows] if len(rows) <= 12 else None,
        textposition="top center",
        marker={"symbol": "circle-open", "size": 17, "color": "#d55e00", "line": {"width": 3}},
        hoverinfo="skip",
    )


def _signposts(points: Points) -> list[dict[str, Any]]:
    """Names of classes, one for a region, so that the map can be read before it is searched; no
    trace, which a lasso elsewhere would fade.
    """
    rows = points.rows("class")
    places = points.positions[rows]
    (left, right), (bottom, top) = (_view(values) for values in points.positions.T)
    span = np.array([right - left, top - bottom])
    cells = np.floor((places - [left, bottom]) / span * _CELLS).astype(int)
    chosen: list[int] = []
    taken = np.empty((0, 2))
    crowded, counts = np.unique(cells, axis=0, return_counts=True)
    for cell in crowded[np.argsort(-counts, kind="stable")]:
        inside = np.flatnonzero((cells == cell).all(1))
        middle = np.median(places[inside], axis=0)
        best = inside[((places[inside] - middle) ** 2).sum(1).argmin()]
        # Two names may not lie over each other: the one of the fuller region stays.
        if not (np.abs(taken - places[best]) < _NAME * span).all(1).any():
            chosen.append(int(rows[best]))
            taken = np.concatenate([taken, places[best][None]])
    named = zip(points.positions[chosen].tolist(), chosen, strict=True)
    return [
        {
            "x": x,
            "y": y,
            "yanchor": "bottom",
            "text": chart(points.names[row], 18),
            "font": {"size": 12, "weight": 600, "shadow": "auto"},
            "showarrow": False,
        }
        for (x, y), row in named
    ]
