"""What is drawn on the map with the mouse: the address holds it, the page shows the address."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st

from dashboard.parts.atlas import area, finder

_CHART = "m_chart_at_hand"
_DRAWN = 1_000  # corners of a lasso that are looked at


@dataclass(frozen=True)
class Chart:
    """The chart that the browser holds. One with another figure is another chart: it has lost its
    zoom. So what is drawn by hand is not drawn into the figure as well."""

    number: int
    view: object
    """What else the figure was made of."""
    within: str | None
    """The area that was drawn into the figure."""
    shown: str | None
    """What the browser shows: that area, or what was drawn since."""

    @property
    def key(self) -> str:
        """Of the widget."""
        return f"m_chart_{self.number}"


def asked() -> tuple[str | None, np.ndarray | None]:
    """The area in the address: its words, and the corners if they write one."""
    words = st.query_params.get(area.PARAMETER)
    return words, None if words is None else area.read(words)


def chart(view: object, words: str | None) -> Chart:
    """The chart at hand if it shows the view with this area, else a new one."""
    held: Chart | None = st.session_state.get(_CHART)
    if held is None or held.view != view or held.shown != words or _left(held):
        held = Chart(held.number + 1 if held else 0, view, words, words)
        st.session_state[_CHART] = held
    return held


def _left(held: Chart) -> bool:
    """Whether another page was shown since: the browser has forgotten what was drawn."""
    return held.key not in st.session_state and held.shown != held.within


def selected() -> None:
    """Write into the address what was drawn last (in the chart's callback)."""
    held: Chart = st.session_state[_CHART]
    drawn = areas(st.session_state[held.key])
    new = [words for words in drawn if words != held.shown]
    if drawn and not new:
        return
    finder.leave()
    if new:
        st.query_params[area.PARAMETER] = new[-1]
    if len(drawn) < 2:  # of several, drawn with the shift key, a new chart shows the last alone
        st.session_state[_CHART] = replace(held, shown=new[-1] if new else None)


def areas(event: Any) -> list[str]:
    """Boxes and lassos as an address writes them; what the browser says is checked."""
    selection = event["selection"]
    found = [(shape, 2) for shape in selection.get("box", ())]
    found += [(shape, 3) for shape in selection.get("lasso", ())]
    written = [area.written(corners) for s, n in found if len(corners := _corners(s)) >= n]
    return [words for words in written if area.read(words) is not None]


def _corners(shape: Any) -> np.ndarray:
    x, y = shape["x"], shape["y"]
    step = -(-len(x) // _DRAWN) or 1
    corners = list(zip(x, y, strict=False))[::step]
    known = all(isinstance(v, int | float) and math.isfinite(v) for pair in corners for v in pair)
    return np.array(corners if known else [], float).reshape(-1, 2)
