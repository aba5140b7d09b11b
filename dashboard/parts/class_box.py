"""A box to choose a class; the address holds the label that it shows."""

from collections import Counter

import streamlit as st

from dashboard import data
from dashboard.text import plain
from db.queries import classes


def choose(label: str, *, key: str, width: int) -> int | None:
    """The class chosen; None for all of them."""
    named = labels()
    return st.selectbox(
        label,
        [None, *named],
        key=key,
        width=width,
        bind="query-params",
        format_func=lambda i: "all classes" if i is None else named.get(i, str(i)),
    )


def labels() -> dict[int, str]:
    """What each class is called; those that share a name are told apart by their ids."""
    names = {i: plain(name) for i, name in data.ask(classes.class_names).items()}
    held_by = Counter(names.values())
    return {i: name if held_by[name] == 1 else f"{name} ({i})" for i, name in names.items()}
