"""Tables whose rows lead somewhere: choosing a row opens what it stands for."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import route
from dashboard.text import plain

PER_PAGE = 50


def text(label: str, *, help: str | None = None, width: Any = "medium") -> Any:
    """A column of words."""
    return st.column_config.TextColumn(label, help=help, width=width)


def figure(
    label: str, *, meaning: str | None = None, form: str = "%.2f", width: Any = "small"
) -> Any:
    """A column of numbers; ``meaning`` is a key of MEANING."""
    return st.column_config.NumberColumn(
        label, help=MEANING[meaning] if meaning else None, format=form, width=width
    )


def bar(
    label: str,
    largest: float,
    *,
    meaning: str | None = None,
    form: str = "%.2f",
    width: Any = None,
) -> Any:
    """A column of numbers from 0 to ``largest``, drawn as bars."""
    return st.column_config.ProgressColumn(
        label,
        help=MEANING[meaning] if meaning else None,
        min_value=0.0,
        max_value=max(largest, 1e-9),
        format=form,
        width=width,
    )


def names(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The frame with the names in some columns made safe to show."""
    return frame.assign(**{c: [None if v is None else plain(v) for v in frame[c]] for c in columns})


def chosen_row(selection: Any, length: int) -> int | None:
    """The row of which a cell was clicked; what the browser says is checked."""
    rows = [cell[0] for cell in selection["cells"]]
    return rows[0] if rows and 0 <= rows[0] < length else None


def choose(
    frame: pd.DataFrame,
    kind: route.Kind,
    identity: str,
    columns: Mapping[str, Any],
    *,
    key: str,
    alt: str,
    height: int | Literal["auto", "content"] = "auto",
) -> None:
    """A table; choosing a row opens what the number in its column ``identity`` stands for."""
    event = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_order=list(columns),
        column_config=dict(columns),
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="–",
        height=height,
        alt=alt,
    )
    row = chosen_row(event["selection"], len(frame))
    if row is not None:
        route.open_page(kind, int(frame.iloc[row][identity]))


def select(
    frame: pd.DataFrame,
    ids: Sequence[int],
    kind: route.Kind,
    columns: Mapping[str, Any],
    *,
    key: str,
    alt: str,
    height: int,
) -> None:
    """A table beside what it selects: choosing a row puts its id into the address."""

    def chosen() -> None:
        row = chosen_row(st.session_state[key]["selection"], len(ids))
        if row is not None:
            route.ask_for(kind, ids[row])

    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_order=list(columns),
        column_config=dict(columns),
        on_select=chosen,
        selection_mode="single-cell",
        placeholder="–",
        height=height,
        alt=alt,
    )


def pager(total: int, *, key: str, per_page: int = PER_PAGE) -> int:
    """Which rows to show: their offset. The widget appears where there is more than one page."""
    pages = max(1, -(-total // per_page))
    if pages == 1:
        return 0
    # The state may stand on a page that a new filter has done away with.
    if st.session_state.get(key, 1) > pages:
        st.session_state[key] = pages
    chosen = st.pagination(pages, key=key)
    return (min(max(1, chosen), pages) - 1) * per_page
