"""The lists that people keep."""

import pandas as pd
import streamlit as st

from dashboard import data, route
from dashboard.parts.downloads import downloads
from dashboard.text import md, plain
from db.queries import lists


def show() -> None:
    """One list, chosen among all."""
    known = data.ask(lists.lists)
    if known.empty:
        st.info(
            "No list yet: “Keep in a list” stands on the page of each finding, class, unit and "
            "image.",
            icon=":material/inbox:",
        )
        return
    name = st.selectbox(
        "List",
        list(known["list_name"]),
        key="g_list",
        width=320,
        bind="query-params",
        format_func=lambda n: plain(n, 200),
    )
    if name is None:
        return
    frame = data.ask(lists.entries, name)
    for row in frame.to_dict("records"):
        _entry(row)
    downloads("list", lists.entries, name)


def _entry(row: dict) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if pd.isna(row["identity"]):
            st.markdown(f"{row['kind']} {md(called(row), 120)} :gray-badge[no longer here]")
        else:
            route.link(row["kind"], int(row["identity"]), f"{row['kind']} {called(row)}")
        said = f": {md(row['comment'], 300)}" if row["comment"] else ""
        st.caption(f"{md(row['author'], 60)}, {row['at']:%Y-%m-%d}{said}", width="content")


def called(row: dict) -> str:
    """A subject in words: ``jellyfish · “glowing”``, ``val/3.png``, ``12``."""
    if row["concept"] is not None and not pd.isna(row["concept"]):
        return f"{plain(row['name'], 60)} · “{plain(row['concept'], 60)}”"
    if row["name"] is not None and not pd.isna(row["name"]):
        return plain(row["name"], 80)
    return "" if pd.isna(row["number"]) else str(int(row["number"]))
