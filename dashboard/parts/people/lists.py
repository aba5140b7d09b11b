"""Putting what is looked at into a list."""

from functools import partial

import streamlit as st

from analysis.unit_direction import unit_direction
from dashboard import data, route
from dashboard.parts.people import author
from dashboard.text import md, plain
from db.human.lists import list_subject, unlist_subject
from db.human.writing import LONGEST_COMMENT, LONGEST_TEXT
from db.queries import lists
from db.schema import UNIT_KINDS

_GIVEN = "people_listed"
MOST = 50


def keep(kind: route.Kind, identity: int) -> None:
    """A button that opens the lists: those that hold it, and another one to put it into."""
    if data.read_only():
        return
    held = data.ask(lists.lists_of, kind, identity)
    # Another key after each entry makes another button, which is closed.
    key = f"keep_{kind}_{st.session_state.get(_GIVEN, 0)}"
    label = f"In {len(held)} list{'' if len(held) == 1 else 's'}" if held else "Keep in a list"
    icon = ":material/bookmark_added:" if held else ":material/bookmark_add:"
    with st.popover(label, icon=icon, key=key):
        for name in held:
            st.button(
                f"Take it out of “{md(name, 60)}”",
                key=f"unlist_{kind}_{identity}_{name}",
                icon=":material/bookmark_remove:",
                disabled=not author.may_write(),
                on_click=_take_out,
                args=(kind, identity, name),
            )
        _form(kind, [identity], f"{kind}_{identity}")


def keep_all(kind: route.Kind, identities: list[int]) -> None:
    """A button to put several things of a kind into a list; the first ``MOST``."""
    if data.read_only() or not identities:
        return
    first = identities[:MOST]
    which = "these" if len(first) == len(identities) else "the first"
    with st.popover(f"Keep {which} {len(first)} in a list", icon=":material/bookmark_add:"):
        _form(kind, first, f"{kind}_several")


def _form(kind: route.Kind, identities: list[int], own: str) -> None:
    known = data.ask(lists.lists)["list_name"]
    with st.form(f"list_{own}", border=False, width=380):
        st.selectbox(
            "List",
            [*known],
            index=None,
            key=f"list_{own}_name",
            accept_new_options=True,
            placeholder="choose a list, or type a new name",
            format_func=lambda name: plain(name, 60),
        )
        st.text_input("Comment", key=f"list_{own}_comment", max_chars=LONGEST_COMMENT)
        if not author.may_write():
            st.caption(author.NOBODY)
        st.form_submit_button(
            "Put it in",
            key=f"list_{own}_put",
            type="primary",
            disabled=not author.may_write(),
            on_click=_put_in,
            args=(kind, identities, own),
        )


def _put_in(kind: route.Kind, identities: list[int], own: str) -> None:
    name = str(st.session_state.get(f"list_{own}_name") or "").strip()[:LONGEST_TEXT]
    comment = str(st.session_state.get(f"list_{own}_comment") or "")
    if _put(kind, identities, name, comment):
        st.session_state[f"list_{own}_comment"] = ""


def _put(kind: route.Kind, identities: list[int], name: str, comment: str) -> bool:
    directory = data.store().directory

    def act() -> None:
        for identity in identities:
            direction = unit_direction(directory, kind, identity) if kind in UNIT_KINDS else None
            list_subject(
                directory,
                name,
                kind,
                identity,
                author=author.author(),
                comment=comment,
                direction=direction,
            )

    if not author.write(act, f"Kept in “{md(name, 60)}”."):
        return False
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
    return True


def _take_out(kind: route.Kind, identity: int, name: str) -> None:
    directory = data.store().directory
    act = partial(unlist_subject, directory, name, kind, identity, author=author.author())
    author.write(act, f"Taken out of “{md(name, 60)}”.")
    st.session_state[_GIVEN] = st.session_state.get(_GIVEN, 0) + 1
