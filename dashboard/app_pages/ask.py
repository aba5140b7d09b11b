"""Ask: any text, and what in the classifier answers to it."""

from dataclasses import replace

import streamlit as st

from analysis.asking.answers import Reading
from analysis.errors import InputError, TextError
from dashboard import data
from dashboard.parts import concepts as text_maps
from dashboard.parts import shell
from dashboard.parts.ask import subject
from dashboard.parts.ask.answers import PERCENTILE, answers
from dashboard.parts.ask.boxes import ask_links, boxes
from dashboard.parts.ask.standing import standing
from dashboard.text import md, quoted
from db.queries import concepts, findings

_SUGGESTED = 8


def main() -> None:
    """The boxes, and under them what answers."""
    st.title("Ask", anchor=False)
    st.caption(
        "Any text becomes a direction in the space where the classifier decides. Here is what "
        "lies that way; the percentile says how many words of the vocabulary lie less so.",
        help=PERCENTILE,
    )
    if text_maps.first_map() is None:
        shell.nothing("text map yet")
        return
    text, against = boxes()
    if not text:
        _suggestions()
    ready = subject.subject()  # also where nothing is asked yet: the first answer is to be quick
    if not text:
        return
    if isinstance(ready, str):
        st.error(f"This audit cannot be asked: {md(ready, 400)}", icon=":material/report:")
        return
    told = _read(text)
    if told is None:
        return
    other = _read(against)
    standing(told)
    if other is not None:
        st.caption(f"Compared with {quoted(other.text, 60)}: what answers the one and not it.")
    answers(told, other)


def _read(text: str) -> Reading | None:
    """The text as it was read; None where there is none, or where the page has said why not."""
    if not text:
        return None
    try:
        return subject.reading(text)
    except InputError as error:
        st.info(md(error, 300), icon=":material/keyboard:")
    except TextError as error:
        st.error(
            f"{md(error, 400)}  \nWords of the vocabulary can be asked all the same: their "
            "directions are in the store.",
            icon=":material/report:",
        )
        ask_links(data.ask(concepts.concepts_like, text[:200], limit=_SUGGESTED), key="like")
    return None


def _suggestions() -> None:
    """Where to begin: concepts that this audit has something to say of."""
    kept = findings.FindingFilter(text_map=text_maps.first_map(), folded=True)
    frame = data.ask(
        findings.findings, replace(kept, name_implied=False), order="verdict", limit=_SUGGESTED
    )
    texts = list(dict.fromkeys(frame["concept"]))
    if texts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("Concepts of this audit's findings:", width="content")
            ask_links(texts, key="try")


main()
