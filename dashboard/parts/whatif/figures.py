"""Before and after as bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.parts import charts, numbers
from dashboard.text import chart

_CHANGE = " (change in points)"
_ROW = 42  # pixels for a class and its two bars


def both(names: Sequence[str], before: Sequence[float], after: Sequence[float] | None) -> go.Figure:
    """Probabilities in per cent, (classes,): before hatched, after plain with the change; None
    where nothing was changed."""
    figure = go.Figure()
    rows = list(range(len(names)))
    hatched = {"color": charts.GREY, "pattern": {"shape": "/", "fillmode": "replace"}}
    series = [("before", before, [f"{value:.1f}" for value in before], hatched)]
    if after is not None:
        said = [
            f"{now:.1f} ({numbers.signed(now - was)})"
            for was, now in zip(before, after, strict=True)
        ]
        series.insert(0, ("after", after, said, {"color": charts.BLUE}))
    for name, values, texts, marker in series:
        figure.add_trace(
            go.Bar(
                x=list(values),
                y=rows,
                orientation="h",
                name=name,
                marker=marker,
                text=list(texts),
                textposition="outside",
                cliponaxis=False,
                hovertext=[chart(name, 200) for name in names],
                hovertemplate="%{hovertext}<br>%{x:.2f} %<extra>" + name + "</extra>",
            )
        )
    figure.update_layout(
        barmode="group",
        bargap=0.25,
        height=_ROW * len(names) + 90,
        showlegend=after is not None,
        margin={"l": 0, "r": 12, "t": 34, "b": 34},
        legend={
            "orientation": "h",
            "y": 1.0,
            "yanchor": "bottom",
            "x": 0,
            "traceorder": "reversed",
        },
        uirevision="fixed",
    )
    figure.update_xaxes(
        range=[0, 128],
        tickvals=list(np.arange(0, 101, 25)),
        title={"text": "probability in per cent" + _CHANGE * (after is not None), "standoff": 6},
        fixedrange=True,
    )
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[chart(name, 24) for name in names],
        autorange="reversed",
        automargin=True,
        fixedrange=True,
    )
    return figure
