"""How a text stands to what the audit knows: its class names and its vocabulary."""

import streamlit as st

from analysis.asking.answers import Reading
from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import numbers
from dashboard.parts.ask import subject
from dashboard.parts.ask.boxes import ask_links
from dashboard.text import md, plain, quoted
from db.queries import classes, concepts


def standing(told: Reading) -> None:
    """Whether the map can judge the text, and what reads like it."""
    if told.cut:
        st.info(
            f"Only the first {len(told.text):,} characters were read: the text encoder looks no "
            "further.",
            icon=":material/content_cut:",
        )
    placed = subject.placed(told)
    nearest, cosine = int(placed.nearest[0]), numbers.number(float(placed.cosine[0]))
    name = data.ask(classes.class_names).get(nearest, nearest)
    if placed.outside[0]:
        st.warning(
            f"{quoted(told.text, 60)} reads far from every class name; the nearest is "
            f"{quoted(name)} (cosine {cosine}). The text map has learned from the class names "
            "alone: what follows is extrapolation.",
            icon=":material/explore_off:",
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Reads nearest to the class", width="content")
        route.link("class", nearest, plain(name, 40))
        st.caption(f"(cosine {cosine})", width="content", help=MEANING["out_of_hull"])
    near = subject.near(told)
    texts = data.ask(concepts.texts_of, tuple(near))
    known = (
        "is a word of the vocabulary; nearest to it"
        if told.concept_id is not None
        else ("nearest words of the vocabulary")
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{md(told.text, 40)}: {known}", width="content")
        ask_links([texts[i] for i in near if i in texts], key="near")
