"""A person's label of a unit: giving one, taking it back, and the history of both."""

from functools import partial

import streamlit as st

from analysis.unit_direction import call_unit
from dashboard import data
from dashboard.parts.people import author
from dashboard.text import md, plain
from db.human.writing import LONGEST_COMMENT, LONGEST_TEXT
from db.queries import human
from db.queries.units import Kind, UnitInfo

_GIVEN = "human_labels_given"


def label_it(kind: Kind, info: UnitInfo) -> None:
    """A button that opens the form in which a label is given or taken back."""
    if data.read_only():
        return
    frame = data.ask(human.label_history, kind, info.number)
    holds = not frame.empty and frame.iloc[0]["text"] is not None
    # Another key after each label makes another button, which is closed.
    key = f"{kind}_label_it_{st.session_state.get(_GIVEN, 0)}"
    with st.popover("Label it yourself", icon=":material/edit:", key=key):
        _form(kind, info, holds)


def history(kind: Kind, info: UnitInfo) -> None:
    """All that people called it, newest first."""
    st.subheader("Labels by people", anchor=False)
    frame = data.ask(human.label_history, kind, info.number)
    if frame.empty:
        st.caption("Nobody has labelled it yet.")
        return
    st.dataframe(
        {
            "when (UTC)": [f"{at:%Y-%m-%d %H:%M}" for at in frame["at"]],
            "who": [plain(author, 60) for author in frame["author"]],
            "label": [
                "(taken back)" if text is None else plain(text, 200) for text in frame["text"]
            ],
            "comment": [plain(said, 300) if said else "" for said in frame["comment"]],
        },
        hide_index=True,
        key=f"{kind}_history",
        alt="People's labels of the unit, newest first",
        height="content",
    )


def _form(kind: Kind, info: UnitInfo, holds: bool) -> None:
    # A key of its own for each unit, so that words meant for one are never offered to another.
    own = f"{kind}_{info.number}"
    with st.form(f"{own}_label", border=False, width=420):
        st.text_input(
            "What it responds to, in your words", key=f"{own}_text", max_chars=LONGEST_TEXT
        )
        st.text_input(
            "Comment",
            key=f"{own}_comment",
            max_chars=LONGEST_COMMENT,
            placeholder="why, for those who read the history",
        )
        if not author.may_write():
            st.caption(author.NOBODY)
        with st.container(horizontal=True):
            st.form_submit_button(
                "Keep this label",
                key=f"{own}_keep",
                type="primary",
                icon=":material/check:",
                disabled=not author.may_write(),
                on_click=_give,
                args=(kind, info.number, own),
            )
            if holds:
                st.form_submit_button(
                    "Take the label back",
                    key=f"{own}_withdraw",
                    icon=":material/undo:",
                    disabled=not author.may_write(),
                    on_click=_withdraw,
                    args=(kind, info.number, own),
                )
        st.caption(
            "It stands before the machine's label, whose scores stay as they are. Earlier labels "
            "are kept as history."
        )


def _give(kind: Kind, number: int, own: str) -> None:
    text = str(st.session_state.get(f"{own}_text") or "")
    _write(kind, number, own, text, f"{kind.capitalize()} {number} is now called “{md(text)}”.")


def _withdraw(kind: Kind, number: int, own: str) -> None:
    _write(kind, number, own, None, "The label was taken back; it stays in the history.")


def _write(kind: Kind, number: int, own: str, text: str | None, done: str) -> None:
    """Do it and remember how it went; what was typed is kept where it did not work."""
    comment = str(st.session_state.get(f"{own}_comment") or "")
    directory, who = data.store().directory, author.author()
    act = partial(call_unit, directory, kind, number, text, author=who, comment=comment)
    if author.write(act, done):
        st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
        for field in ("text", "comment"):
            st.session_state[f"{own}_{field}"] = ""
