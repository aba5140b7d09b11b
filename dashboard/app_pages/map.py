"""Map: classes, latents, images and words in one plane, and lists of what lies together."""

from typing import Any

import numpy as np
import streamlit as st

from analysis.atlas import KINDS, Kind
from dashboard.parts import numbers, shell
from dashboard.parts.atlas import chosen, finder
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
        shell.nothing("map")
        st.markdown("`glowworm map DIR` draws one; it takes some seconds.")
        return
    kinds, errors, words = _controls(found)
    hits = finder.search(found, words, kinds)
    asked, at = finder.asked(found)
    left, right = st.columns([13, 7], gap="medium")
    with left:
        marked = [at] if at is not None else hits.tolist()
        event = st.plotly_chart(
            figure(found, kinds, errors=errors, marked=marked),
            key="m_chart",
            on_select="rerun",
            selection_mode=("lasso", "box"),
            config=_CONFIG,
            alt="Map of " + finder.many(kinds) + "; the search beside it lists the same points",
        )
    with right:
        _beside(found, event, words, hits, asked, at)
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


def _beside(
    found: Points, event: Any, words: str, hits: np.ndarray, asked: str | None, at: int | None
) -> None:
    """What was drawn around, else what the address asks for, else what the search found."""
    selected = chosen.lassoed(event, found)
    if len(selected):
        chosen.contents(found, selected, key="m_lasso")
        return
    if at is not None:
        st.markdown(f"Nearest on the map to **{chosen.named(found, at)}**")
        finder.leave()
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
