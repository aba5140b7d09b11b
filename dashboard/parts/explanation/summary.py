"""What all explanations of each method come to: claims that hold, scores above their floors."""

import math
from collections.abc import Mapping

import streamlit as st

from analysis.explanation_wording import METHOD
from dashboard.parts import numbers
from db.queries.explanations import MethodSummary

_Z = 1.959964  # of a 95 % interval


def table(found: Mapping[str, MethodSummary]) -> None:
    """A line for each method, those without any explanation too."""
    rows = [found.get(method) for method in METHOD]
    st.table(
        {
            "method": [f"**{method}**" for method in METHOD],
            "explanations": [f"{row.explanations:,}" if row else "none stored" for row in rows],
            "claims that hold": [_held(row) for row in rows],
            "95 % interval": [_interval(row) for row in rows],
            "score above its floor": [
                numbers.of(row.above, row.scored) if row and row.scored else "–" for row in rows
            ],
            "mean score · floor": [
                f"{numbers.number(row.score)} · {numbers.number(row.floor)}" if row else "–"
                for row in rows
            ],
        },
        border="horizontal",
        hide_index=True,
    )
    with st.expander("What these numbers mean", icon=":material/help:"):
        st.markdown(
            "- **claims that hold**: claims that passed every test they were put to, among them "
            "masking their units against random ones; what fails is struck out.\n"
            "- **95 % interval**: of that share; claims of one explanation stand or fall together, "
            "so it is by explanations, not by claims.\n"
            "- **score above its floor**: the text's direction lies nearer to what it explains "
            "than 95 % of the texts written for others do.\n"
            "- Methods may speak of different images and make different numbers of claims: a "
            "method that says little is struck out less."
        )


def interval(one: MethodSummary) -> tuple[float, float] | None:
    """The share of claims that hold: a 95 % interval; None without claims.

    A Wilson interval for as many independent claims as have the variance of the share over
    explanations (Korn and Graubard 1998 do so for surveys); no more than there are explanations
    where that variance is 0.
    """
    if not one.claims:
        return None
    share, n = one.supported / one.claims, one.with_claims
    both, mixed, held = one.squares
    spread = held - 2 * share * mixed + share**2 * both  # Σ (supported - share · claims)²
    variance = spread * n / max(n - 1, 1) / one.claims**2
    effective = min(share * (1 - share) / variance, one.claims) if variance > 0 else n
    middle = (share + _Z**2 / (2 * effective)) / (1 + _Z**2 / effective)
    half = math.sqrt(share * (1 - share) / effective + (_Z / (2 * effective)) ** 2)
    half *= _Z / (1 + _Z**2 / effective)
    return middle - half, middle + half


def _held(row: MethodSummary | None) -> str:
    if row is None or not row.claims:
        return "–"
    return numbers.of(row.supported, row.claims)


def _interval(row: MethodSummary | None) -> str:
    ends = interval(row) if row else None
    return f"{numbers.percent(ends[0])} to {numbers.percent(ends[1])}" if ends else "–"
