"""What lies in a part of the map: by kind, with links, counts and a file to take along."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from analysis.atlas import Kind
from dashboard import data, route
from dashboard.parts import downloads, numbers, pictures, tables
from dashboard.parts.atlas.points import MANY, ONE, Points
from dashboard.parts.people import lists as people_lists
from dashboard.text import md, plain
from db.queries import classes, concepts, images
from db.queries.images import ImageFilter

_PICTURES = 24
_COMMON = 5


def contents(points: Points, rows: np.ndarray, *, key: str) -> None:
    """The list of some points."""
    there: dict[Kind, np.ndarray] = {}
    for kind in MANY:
        part = rows[np.isin(rows, points.rows(kind))]
        if len(part):
            there[kind] = part
    said = [
        f"{len(part):,} {ONE[kind] if len(part) == 1 else MANY[kind]}"
        for kind, part in there.items()
    ]
    st.markdown("**" + ", ".join(said) + "**")
    _common(points, rows)
    names = data.ask(classes.class_names)
    downloads.buttons("map-selection", lambda: table(points, rows, names))
    shown = st.segmented_control(
        "Show",
        list(there),
        default=next(iter(there)),
        key=f"{key}_kind",
        format_func=lambda kind: MANY[kind],
        label_visibility="collapsed",
    )
    for kind, part in there.items():
        if kind == (shown or next(iter(there))):
            _listed(points, kind, part, key)
            if kind != "concept":
                people_lists.keep_all(kind, points.identity[part].tolist())


def _common(points: Points, rows: np.ndarray) -> None:
    """The classes that most of these belong to."""
    names = data.ask(classes.class_names)
    counted = Counter(points.own[rows].tolist()).most_common(_COMMON)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            "Most belong to",
            width="content",
            help="The class itself, the class an image is taken for, the class that a latent "
            "pushes most, the class that holds a text most.",
        )
        for class_id, count in counted:
            route.link("class", class_id, f"{plain(names.get(class_id, class_id), 30)} ({count:,})")
    wrong = int(points.wrong[rows].sum())
    if wrong:
        of = int(np.isin(rows, points.rows("image")).sum())
        st.caption(f"{numbers.of(wrong, of)} of these images are decided wrongly.")


def table(points: Points, rows: np.ndarray, names: Mapping[int, str]) -> pd.DataFrame:
    """The points as they go into a file: kind, id, name, class, x, y."""
    return pd.DataFrame(
        {
            "kind": [points.kind_of(row) for row in rows.tolist()],
            "id": points.identity[rows],
            "name": [points.names[row] for row in rows.tolist()],
            "class": [names.get(int(points.own[row]), "") for row in rows.tolist()],
            "x": points.positions[rows, 0].round(4),
            "y": points.positions[rows, 1].round(4),
        }
    )


def _listed(points: Points, kind: Kind, rows: np.ndarray, key: str) -> None:
    if kind == "image":
        offset = tables.pager(len(rows), key=f"{key}_page", per_page=_PICTURES)
        ids = points.identity[rows[offset : offset + _PICTURES]].tolist()
        frame = data.ask(images.images, ImageFilter(ids=tuple(ids)), limit=None)
        pictures.wall(pictures.decided(frame), columns=4)
        return
    offset = tables.pager(len(rows), key=f"{key}_{kind}_page")
    some = rows[offset : offset + tables.PER_PAGE]
    names = data.ask(classes.class_names)
    frame = pd.DataFrame(
        {
            "id": points.identity[some],
            "name": [points.names[row] for row in some.tolist()],
            "of": [plain(names.get(i, i), 40) for i in points.own[some].tolist()],
        }
    )
    if kind == "concept":
        _texts(frame, key)
        return
    columns = {"name": tables.text(kind, width=220)}
    if kind == "latent":
        columns["of"] = tables.text("pushes", width=150)
    tables.choose(
        frame, kind, "id", columns, key=f"{key}_{kind}", alt=f"{MANY[kind]} here", height="content"
    )


def _texts(frame: pd.DataFrame, key: str) -> None:
    """Texts lead to the page Ask."""
    event = st.dataframe(
        frame,
        key=f"{key}_concept",
        hide_index=True,
        column_order=["name", "of"],
        column_config={
            "name": tables.text("text", width=220),
            "of": tables.text("held most by", width=150),
        },
        on_select="rerun",
        selection_mode="single-cell",
        height="content",
        alt="Texts here",
    )
    cells = event["selection"]["cells"]
    if cells and 0 <= cells[0][0] < len(frame):
        concept_id = int(frame.iloc[cells[0][0]]["id"])
        text = data.ask(concepts.texts_of, (concept_id,)).get(concept_id, "")
        st.switch_page("app_pages/ask.py", query_params={"a_text": text})


def named(points: Points, row: int) -> str:
    """What a point is called, with its kind, as Markdown."""
    return f"{ONE[points.kind_of(row)]} {md(points.names[row], 60)}"
