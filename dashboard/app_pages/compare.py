"""Compare: this audit beside another one."""

import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import class_box, shell
from dashboard.parts.compare import changes, decisions, labels, other, sides, strengths
from db.queries import classes


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
    chosen = class_box.choose("Class", key="x_class", width=360, among=shared)
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


main()
