"""The boxes that a text is typed into; what stands in them stands in the address."""

from collections.abc import Sequence

import streamlit as st

from dashboard.text import md

TEXT, AGAINST = "a_text", "a_not"
_LONGEST = 10_000


def boxes() -> tuple[str, str]:
    """The text asked, and the one it is asked against; empty where there is none."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Text",
            key=TEXT,
            width=520,
            max_chars=_LONGEST,
            placeholder="a word or a sentence",
            bind="query-params",
        )
        against = st.text_input(
            "Against",
            key=AGAINST,
            width=260,
            max_chars=_LONGEST,
            placeholder="another text (optional)",
            help="What answers the first text and not this one: the difference of the two "
            "directions, both of unit length.",
            bind="query-params",
        )
    return (text or "").strip(), (against or "").strip()


def ask_links(texts: Sequence[str], *, key: str) -> None:
    """Texts that are asked in the place of the present one when they are chosen."""
    for place, text in enumerate(texts):
        st.button(
            f":primary[{md(text, 40)}]",
            key=f"ask_{key}_{place}",
            type="tertiary",
            wrap=False,
            on_click=_ask,
            args=(text,),
        )


def _ask(text: str) -> None:
    st.session_state[TEXT] = text
