"""What the units of all claims come to together, beside other units masked or put back."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from analysis.explanation_wording import TERM
from dashboard.parts import charts, numbers
from dashboard.text import chart, plain

_CURVES = {
    "deletion": "units masked, the strongest first",
    "insertion": "units put back, the strongest first",
}


def shown(ledger: Mapping[str, Any], *, key: str) -> None:
    """Bars of masking, and curves; what the ledger does not hold is left out."""
    masked = [row for row in ledger.get("masked", ()) if row.get("logit_drop") is not None]
    curves = [name for name in _CURVES if name in ledger]
    if masked:
        st.markdown("**All cited units masked, beside others**")
        _bars(masked, key=key)
    if not curves:
        return
    for place, name in zip(st.columns(2, gap="medium"), curves, strict=False):
        with place:
            st.markdown(f"**{name.capitalize()}**", help=TERM[name].capitalize())
            figure = curve(ledger[name], x_title=_CURVES[name])
            charts.show(figure, key=f"{key}_{name}", alt=f"{name.capitalize()} curve")
            area = ledger.get(f"{name}_area")
            if area:
                st.caption(
                    "Area under the curve: "
                    + ", ".join(f"{plain(of)} {numbers.number(a)}" for of, a in area.items())
                    + f". {'Lower' if name == 'deletion' else 'Higher'} is better."
                )


def _bars(masked: Sequence[Mapping[str, Any]], *, key: str) -> None:
    charts.show(
        charts.bars(
            [f"{plain(row['units'], 30)} ({row['count']})" for row in masked],
            [row["logit_drop"] for row in masked],
            x_title="logit of the class lost; beside it, its probability lost",
            colors=[charts.BLUE if row["units"] == "cited" else charts.GREY for row in masked],
            text=[_lost(row) for row in masked],
        ),
        key=f"{key}_masked",
        alt="Logit lost when cited units are masked, beside other units",
    )


def _lost(row: Mapping[str, Any]) -> str:
    points = row.get("probability_drop")
    return numbers.signed(row["logit_drop"], 2) + (
        "" if points is None else f" · {numbers.percent(points, 1)}"
    )


def curve(of: Mapping[str, Any], *, x_title: str) -> go.Figure:
    """Probability of the class over the number of units: cited ones, and random ones in grey."""
    figure = go.Figure()
    for name, color, dash in (("cited", charts.BLUE, "solid"), ("random", charts.GREY, "dot")):
        if name in of:
            figure.add_trace(
                go.Scatter(
                    x=list(of["steps"]),
                    y=[100 * value for value in of[name]],
                    name=chart(name),
                    mode="lines+markers",
                    line={"color": color, "dash": dash, "width": 3},
                    hovertemplate="%{x} units: %{y:.1f} %<extra></extra>",
                )
            )
    figure.update_xaxes(
        title={"text": x_title, "standoff": 6}, dtick=1 + len(of["steps"]) // 10, fixedrange=True
    )
    figure.update_yaxes(rangemode="tozero", ticksuffix=" %", fixedrange=True)
    figure.update_layout(
        height=230,
        margin={"l": 0, "r": 12, "t": 34, "b": 34},
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        uirevision="fixed",
    )
    return figure
