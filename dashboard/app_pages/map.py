"""Map: classes, latents, images and words in one plane, and lists of what lies together."""

import numpy as np
import streamlit as st

from analysis.atlas import KINDS, Kind
from dashboard import data
from dashboard.parts import numbers
from dashboard.parts.atlas import area, chosen, drawn, finder, missing
from dashboard.parts.atlas.figure import figure
from dashboard.parts.atlas.points import MANY, Points, points, trusted
from dashboard.text import md, plain

_CONFIG = {
    "displaylogo": False,
    "scrollZoom": True,
    "modeBarButtonsToRemove": ["toImage", "autoScale2d"],
}


def main() -> None:
    """The map with its list, or how to get one."""
    st.title("Map", anchor=False)
    st.caption(
        "Each kind is centred, and a point lies beside what it goes with by the classifier's own "
        "features. Draw a lasso or a box to list what lies in it."
    )
    found = points()
    if found is None:
        missing.told()
        return
    kinds, errors, words = _controls(found)
    hits = finder.search(found, words, kinds)
    left, right = st.columns([13, 7], gap="medium")
    with left:
        _chart(found, kinds, errors, hits)
    with right:
        _beside(found, kinds, words, hits)
    _trust()


def _controls(found: Points) -> tuple[list[Kind], bool, str]:
    there: list[Kind] = [kind for kind in KINDS if len(found.rows(kind))]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.pills(
            "Shown",
            there,
            selection_mode="multi",
            default=there,
            key="m_kinds",
            format_func=lambda kind: MANY[kind],
            bind="query-params",
        )
        errors = st.toggle("Mark errors", key="m_errors", bind="query-params")
        words = st.text_input(
            "Find",
            key="m_search",
            width=240,
            max_chars=200,
            placeholder="class, label or text",
            bind="query-params",
        )
    chosen_kinds: list[Kind] = [kind for kind in there if kind in (kinds or there)]
    return chosen_kinds, errors, words or ""


def _chart(found: Points, kinds: list[Kind], errors: bool, hits: np.ndarray) -> None:
    _, at = finder.asked(found)
    marked = [at] if at is not None else hits.tolist()
    view = (data.store().version, kinds, errors, marked)  # another version has other names
    chart = drawn.chart(view, drawn.asked()[0])
    within = None if chart.within is None else area.read(chart.within)
    st.plotly_chart(
        figure(found, kinds, errors=errors, marked=marked, within=within),
        key=chart.key,
        on_select=drawn.selected,
        selection_mode=("lasso", "box"),
        config=_CONFIG,
        alt="Map of " + finder.many(kinds) + "; the search beside it lists the same points",
    )


def _beside(found: Points, kinds: list[Kind], words: str, hits: np.ndarray) -> None:
    """What lies in the area that the address holds, else around a point, else what was found."""
    drawn_words, corners = drawn.asked()
    if corners is not None:
        _within(found, kinds, corners)
        return
    if drawn_words is not None:
        st.warning(
            f"“{md(drawn_words, 40)}” is no area of a map. The address may be mistyped or cut off.",
            icon=":material/link_off:",
        )
    asked, at = finder.asked(found)
    if at is not None:
        st.markdown(f"Nearest on the map to **{chosen.named(found, at)}**")
        finder.way_back()
        chosen.contents(found, finder.around(found, at), key="m_around")
        return
    if asked is not None:
        st.warning(
            f"“{md(asked, 40)}” is not on this map. The address may be mistyped, or belong to "
            "another audit.",
            icon=":material/link_off:",
        )
    if len(hits):
        st.caption("Found, with a ring on the map; choose one to list what lies around it.")
        finder.hits(found, hits)
    elif words.strip():
        st.info(f"Nothing on the map is called “{md(words, 40)}”.", icon=":material/search_off:")
        st.page_link(
            "app_pages/ask.py",
            label=":primary[Ask it: any text can be asked]",
            icon=":material/search:",
            query_params={"a_text": words.strip()},
            help="",
        )
    else:
        st.caption(
            "Nothing is selected. Draw around points, or type a name above: both lead to the list "
            "of what lies together."
        )


def _within(found: Points, kinds: list[Kind], corners: np.ndarray) -> None:
    """The list of what lies in an area, of the kinds shown."""
    shown = np.isin(found.kind, [KINDS.index(kind) for kind in kinds])
    rows = np.flatnonzero(shown & area.inside(found.positions, corners))
    st.markdown("In the area drawn on the map")
    finder.way_back()
    if len(rows):
        chosen.contents(found, rows, key="m_lasso")
    else:
        st.info("Nothing that is shown lies in it.", icon=":material/filter_alt_off:")


def _trust() -> None:
    """How far the map is to be trusted, measured on this very map."""
    measured = trusted()
    if not measured:
        return
    with st.expander("How far to trust this map", icon=":material/verified:"):
        st.markdown(
            "Two dimensions cannot keep what hundreds hold: a near place on the map is a hint, and "
            "the pages behind the links are the evidence. Measured on this map:"
        )
        st.table(
            {
                "": [plain(name) for name, *_ in measured],
                "share": [numbers.percent(value) for _, value, *_ in measured],
                "floor": [numbers.percent(floor) for _, _, floor, *_ in measured],
                "out of": [f"{n:,}" for *_, n, _ in measured],
                "what it is": [plain(what, 200) for *_, what in measured],
            },
            border="horizontal",
            hide_index=True,
        )


main()
