"""Latents, neurons and channels: one page for all kinds, here the one unit that is looked at."""

import streamlit as st

from dashboard import data, route
from dashboard.parts import units_list
from dashboard.parts.people import author, visits
from dashboard.parts.people import lists as people_lists
from dashboard.parts.unit import candidates, effects, examples, heading, person, relations, scores
from db.queries import units
from db.queries.units import Kind, UnitInfo


def page(kind: Kind) -> None:
    """One unit where the address asks for one that exists, else the list."""
    words, number = route.asked(kind)
    info = None if number is None else data.ask(units.unit, kind, number)
    if info is not None:
        _one(kind, info)
        return
    st.title(f"{kind.capitalize()}s", anchor=False)
    if words is not None:
        route.unknown(kind, words)
    units_list.show(kind)


def _one(kind: Kind, info: UnitInfo) -> None:
    labels = data.ask(units.unit_labels, info.id)
    whole = data.ask(units.count_units, kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        route.list_link(kind, f"All {kind}s")
        _neighbours(kind, info.number, whole)
        person.label_it(kind, info)
        people_lists.keep(kind, info.number)
    author.outcome()
    visits.looked(kind, info.number)
    heading.heading(kind, info, labels)
    if not info.alive:
        st.info(
            f"This {kind} is dead: no image of the audit activates it.", icon=":material/bedtime:"
        )
        person.history(kind, info)
        return
    scores.scores(info, labels)
    examples.examples(kind, info)
    left, right = st.columns([6, 5], gap="medium")
    with left:
        effects.effects(kind, info)
    with right:
        effects.fires(info)
        effects.activations(info)
    relations.relations(kind, info)
    candidates.candidates(labels)
    person.history(kind, info)


def _neighbours(kind: Kind, number: int, whole: int) -> None:
    for step, words, icon in ((-1, "previous", "chevron_left"), (1, "next", "chevron_right")):
        if 0 <= number + step < whole:
            route.link(kind, number + step, words, icon=f":material/{icon}:")
    key = f"{kind}_jump"
    st.session_state[key] = number

    def chosen() -> None:
        route.ask_for(kind, st.session_state[key])

    st.number_input(
        f"Go to {kind}",
        0,
        max(whole - 1, 0),
        key=key,
        on_change=chosen,
        width=140,
        label_visibility="collapsed",
    )
    st.caption(f"of {whole:,}", width="content")
