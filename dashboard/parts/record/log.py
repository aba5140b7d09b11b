"""Who looked at what, decided what, and when."""

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts import numbers, tables
from dashboard.parts.downloads import downloads
from dashboard.parts.record.lists import called
from dashboard.text import plain, said
from db.queries import log


def show() -> None:
    """The log, newest first, filtered as chosen. It is read anew each time: looks change it."""
    engine = data.store().engine
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox(
            "Who",
            [None, *log.authors(engine)],
            key="g_who",
            width=200,
            bind="query-params",
            format_func=lambda name: "everybody" if name is None else plain(name, 60),
        )
        deed = st.selectbox(
            "What",
            [None, *log.DEEDS],
            key="g_deed",
            width=160,
            bind="query-params",
            format_func=lambda name: "everything" if name is None else name,
        )
    chosen = log.LogFilter(author=who, deed=deed)
    total = log.count_log(engine, chosen)
    st.caption(numbers.many(total, "line"))
    place = st.container()
    offset = tables.pager(total, key="g_page")
    frame = log.log(engine, chosen, limit=tables.PER_PAGE, offset=offset)
    with place:
        _table(frame)
    downloads("log", log.log, chosen, limit=None)


def _table(frame: pd.DataFrame) -> None:
    rows = frame.to_dict("records")
    st.dataframe(
        {
            "when (UTC)": [f"{row['at']:%Y-%m-%d %H:%M:%S}" for row in rows],
            "who": [plain(row["author"] or "glowworm", 60) for row in rows],
            "did": [row["deed"] for row in rows],
            "of what": [f"{row['kind']} {called(row)}" for row in rows],
            "said": [_said(row) for row in rows],
            "comment": [said(row["comment"], 300) for row in rows],
        },
        hide_index=True,
        key="g_log",
        alt="Log of what people and runs did, newest first",
        height="content",
    )


def _said(row: dict) -> str:
    if row["deed"] == "looked":
        return ""
    return "(taken back)" if row["said"] is None else plain(row["said"], 200)
