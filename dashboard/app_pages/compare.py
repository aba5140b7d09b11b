"""Compare: this audit beside another one."""

import streamlit as st

from dashboard import data, route
from dashboard.data import Store
from dashboard.parts import shell
from dashboard.parts.compare import changes, decisions, labels, other, sides, strengths
from dashboard.text import plain
from db.queries import classes

_CLASS = "x_class"


def main() -> None:
    """Choose the other audit; then numbers, findings, concepts, images and latents of both."""
    st.title("Compare", anchor=False)
    st.caption(
        "Two audits side by side: another classifier, another training, another day. Whatever "
        "differs for another reason than the classifiers is told first."
    )
    if not data.ask(classes.class_names):
        shell.nothing("classes")
        return
    against = other.chosen()
    if against is None:
        return
    audits = (data.store(), against)
    changes.cautions(audits)
    sides.table(audits)
    shared = _shared(audits)
    if not shared:
        st.caption("Without a class in common only labels of latents can be held together.")
        labels.shown(audits)
        return
    chosen = _class(shared)
    name = None if chosen is None else shared[chosen][0]
    changes.shown(audits, name)
    if chosen is None:
        st.subheader("Concepts of the class", anchor=False)
        st.caption("Choose a class above to see how strongly it holds each concept in both audits.")
    else:
        strengths.shown(audits, (chosen, shared[chosen][1]), shared[chosen][0])
    decisions.shown(audits, name)
    labels.shown(audits)


def _shared(audits: tuple[Store, Store]) -> dict[int, tuple[str, int]]:
    """Classes of this audit that the other knows by name: the name, and the id there."""
    here, there = (data.ask_of(audit, classes.class_names) for audit in audits)
    ids = {name: i for i, name in reversed(there.items())}
    return {i: (name, ids[name]) for i, name in here.items() if name in ids}


def _class(shared: dict[int, tuple[str, int]]) -> int | None:
    """The class that the address names; a box to choose another."""
    words = st.query_params.get(_CLASS)
    asked = None if words is None else route.number(words)
    if words is not None and asked not in shared:
        route.unknown("class", words)
        asked = None
    key = "compare_class"
    st.session_state[key] = asked

    def chosen() -> None:
        if st.session_state[key] is None:
            st.query_params.pop(_CLASS, None)
        else:
            st.query_params[_CLASS] = str(st.session_state[key])

    st.selectbox(
        "Class",
        [None, *shared],
        key=key,
        on_change=chosen,
        width=360,
        placeholder="all classes",
        format_func=lambda i: "all classes" if i is None else plain(shared[i][0]),
    )
    return asked


main()
