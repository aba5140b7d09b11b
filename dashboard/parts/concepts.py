"""Concepts as bars: a text map at a time, the one shown first on the left."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts import charts
from dashboard.text import md
from db.queries import overview


def maps() -> list[str]:
    """The text maps that name concepts, the one shown first on top; the others only have scores."""
    frame = data.ask(overview.text_maps)
    return [str(name) for name in frame[frame["kept"]]["name"]]


def first_map() -> str | None:
    """The text map that is shown first; None where none was fitted."""
    return next(iter(maps()), None)


def side_by_side(best: Callable[[str], pd.DataFrame], *, key: str, of: str) -> None:
    """Best concepts by each text map; ``best`` gives the frame (concept, z, standout) of a map."""
    names = maps()
    if not names:
        st.caption("The audit holds no text map, so no concept could be scored.")
        return
    places = st.columns(len(names), gap="medium")
    for index, name in enumerate(names):
        with places[index]:
            first = " · shown first" if index == 0 else ""
            st.markdown(f"**by {md(name)}**{first}")
            frame = best(name)
            if frame.empty:
                st.caption("none")
                continue
            charts.show(
                charts.bars(
                    list(frame["concept"]),
                    list(frame["standout"].fillna(frame["z"])),
                    x_title="standard deviations above the vocabulary",
                    colors=charts.BLUE if index == 0 else charts.GREEN,
                    form=".1f",
                ),
                key=f"{key}_{index}",
                alt=f"Best concepts of {of} by the text map {name}",
            )
