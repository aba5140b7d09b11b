"""Finding one's way on the map without a mouse: a search, and what lies around one point."""

import numpy as np
import streamlit as st

from analysis.atlas import Kind
from dashboard import route
from dashboard.parts.atlas import area
from dashboard.parts.atlas.points import MANY, ONE, Points
from dashboard.text import md

AT = "m_at"
_AROUND: dict[Kind, int] = {"class": 12, "latent": 8, "image": 16, "concept": 12}
_FOUND = 24


def search(points: Points, words: str, kinds: list[Kind]) -> np.ndarray:
    """Rows of the points whose name holds the words, the shortest names first; no images."""
    wanted = words.casefold().strip()
    if not wanted:
        return np.zeros(0, int)
    rows = [
        row
        for kind in kinds
        if kind != "image"
        for row in points.rows(kind).tolist()
        if wanted in points.names[row].casefold()
    ]
    return np.array(sorted(rows, key=lambda row: len(points.names[row]))[:_FOUND], int)


def hits(points: Points, rows: np.ndarray) -> None:
    """What the search found; choosing one shows what lies around it."""
    with st.container(horizontal=True, gap="small"):
        for row in rows.tolist():
            kind = points.kind_of(row)
            st.button(
                f"{ONE[kind]} :primary[{md(points.names[row], 40)}]",
                key=f"m_hit_{row}",
                type="tertiary",
                wrap=False,
                on_click=_go,
                args=(f"{kind}:{points.identity[row]}",),
            )


def asked(points: Points) -> tuple[str | None, int | None]:
    """What the address asks to be shown around: its words, and the point if it is on the map."""
    words = st.query_params.get(AT)
    if words is None:
        return None, None
    kind, _, identity = words.partition(":")
    number = route.number(identity)
    return words, None if number is None else points.row(kind, number)


def around(points: Points, row: int) -> np.ndarray:
    """The points nearest on the map to one of them, a few of each kind, itself first."""
    distance = ((points.positions - points.positions[row]) ** 2).sum(1)
    distance[row] = -1
    nearest = []
    for kind, count in _AROUND.items():
        rows = points.rows(kind)
        nearest.append(rows[np.argsort(distance[rows], kind="stable")[:count]])
    found = np.concatenate(nearest)
    return found[np.argsort(distance[found], kind="stable")]


def way_back() -> None:
    """A button back to the whole map."""
    st.button(
        "Show the whole map",
        key="m_leave",
        icon=":material/close:",
        type="tertiary",
        on_click=leave,
    )


def leave() -> None:
    """Ask for no part of the map (in a widget's callback)."""
    for name in (AT, area.PARAMETER):
        st.query_params.pop(name, None)


def _go(at: str) -> None:
    leave()
    st.query_params[AT] = at


def many(kinds: list[Kind]) -> str:
    """Kinds in words."""
    return ", ".join(MANY[kind] for kind in kinds)
