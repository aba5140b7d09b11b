"""A box to choose a class; the address names it, as the box does or by its number."""

from collections import Counter
from collections.abc import Collection, Mapping

import streamlit as st

from dashboard import data, route
from dashboard.text import md, plain
from db.queries import classes

_ALL = "all classes"
_NEAR = 6  # classes offered in the place of an unknown one
_MESSAGE = 420  # pixels: a row of boxes would squeeze the words


def choose(label: str, *, key: str, width: int, among: Collection[int] | None = None) -> int | None:
    """The class chosen; None for all of them.

    Args:
        key: of the box, and its name in the address.
        among: the classes that two audits share, where two are compared.
    """
    named = {i: name for i, name in labels().items() if among is None or i in among}
    # Not bound by Streamlit, which drops in silence what is none of the options.
    words = st.query_params.get(key)
    asked = None if words is None else _meant(words, named)
    st.session_state[key] = asked
    mistaken = words if asked is None else None
    with st.container(width=width if mistaken is None else max(width, _MESSAGE)):
        if mistaken is not None:
            lacking = "This audit has" if among is None else "These audits share"
            route.unknown("class", mistaken, lacking=lacking)
            _offer(key, _near(mistaken, named))
        st.selectbox(
            label,
            [None, *named],
            key=key,
            width=width,
            placeholder=_ALL,
            on_change=lambda: _ask_for(key, named.get(st.session_state[key])),
            format_func=lambda i: _ALL if i is None else named.get(i, str(i)),
        )
    return asked


def labels() -> dict[int, str]:
    """What each class is called; those that share a name are told apart by their ids."""
    names = {i: plain(name) for i, name in data.ask(classes.class_names).items()}
    held_by = Counter(names.values())
    return {i: name if held_by[name] == 1 else f"{name} ({i})" for i, name in names.items()}


def _meant(words: str, named: Mapping[int, str]) -> int | None:
    """The class that is called so, else the one of that number."""
    number = route.number(words)
    by_number = number if number in named else None
    return next((i for i, name in named.items() if name == words), by_number)


def _near(words: str, named: Mapping[int, str]) -> list[str]:
    """Classes whose names begin so, however they are written."""
    start = words.strip().casefold()
    return [name for name in named.values() if start and name.casefold().startswith(start)]


def _offer(key: str, near: list[str]) -> None:
    if not near:
        return
    more = f", {_NEAR} of {len(near):,}" if len(near) > _NEAR else ""
    st.caption(f"Classes whose names begin so{more}:")
    with st.container(horizontal=True):
        for place, name in enumerate(near[:_NEAR]):
            st.button(
                f":primary[{md(name)}]",
                key=f"{key}_near_{place}",
                type="tertiary",
                on_click=_ask_for,
                args=(key, name),
            )


def _ask_for(key: str, name: str | None) -> None:
    """Ask for a class, or for all of them, in the address (in a widget's callback)."""
    if name is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = name
