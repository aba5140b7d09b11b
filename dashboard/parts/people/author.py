"""Who sits at the desk, and writing in that name."""

from collections.abc import Callable

import streamlit as st

from dashboard import data
from dashboard.text import md
from db.errors import GlowwormError
from db.human.writing import LONGEST_AUTHOR

NAME = "reviewer"  # in the session: the name under what is said
_SAID = "people_said"
NOBODY = "Say who you are (“Reviewer”, in the sidebar) to decide and to keep lists."


def ask_name() -> None:
    """The box in the sidebar; ``serve --reviewer`` fills it."""
    if data.read_only():
        st.caption(":material/lock: Read-only: this is a bundle. Nothing said here is kept.")
        return
    st.session_state.setdefault(NAME, data.reviewer()[:LONGEST_AUTHOR])
    st.text_input(
        "Reviewer",
        key=NAME,
        max_chars=LONGEST_AUTHOR,
        placeholder="your name",
        help="It stands under your verdicts, labels and lists, and in the log.",
    )


def author() -> str:
    """The name that was given; empty without."""
    return str(st.session_state.get(NAME) or "").strip()[:LONGEST_AUTHOR]


def may_write() -> bool:
    """Whether what is said can be kept under a name."""
    return bool(author()) and not data.read_only()


def write(act: Callable[[], None], done: str) -> bool:
    """Do it in a widget's callback; ``done`` (Markdown) or what went wrong is said once after.

    Returns whether it was done.
    """
    try:
        act()
    except GlowwormError as error:
        st.session_state[_SAID] = (False, md(f"It was not kept: {error}", 1000))
        return False
    st.session_state[_SAID] = (True, done)
    return True


def outcome() -> None:
    """What became of the last thing said."""
    said = st.session_state.pop(_SAID, None)
    if said is not None:
        worked, words = said
        st.toast(words, icon=":material/check:" if worked else ":material/report:")
        if not worked:
            st.error(words, icon=":material/report:")
