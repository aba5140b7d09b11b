"""Switches and sliders: a row for each unit."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from analysis.explain.grounds import UnitKind
from analysis.whatif import Subject
from dashboard import data, route
from dashboard.parts import numbers
from dashboard.parts.whatif import changes
from dashboard.parts.whatif.subject import Named, named
from dashboard.text import md, plain
from db.queries import units
from db.queries.units import UnitFilter

_WIDTHS = (12, 3, 10, 7)
_STEPS = 200
_MATCHES = 8


def rows(image_id: int, chosen: Iterable[Named], pushes: dict[int, float]) -> None:
    """Each unit with its switch and its slider; ``pushes`` are logits for one of activation."""
    for place, words in zip(
        st.columns(_WIDTHS, vertical_alignment="bottom"),
        ("unit", "on", "activation", "to the logit"),
        strict=True,
    ):
        place.caption(words)
    for one in chosen:
        _row(image_id, one, pushes[one.unit[1]])


def _row(image_id: int, one: Named, push: float) -> None:
    kind, number = one.unit
    now = changes.of(image_id).get(one.unit, one.here)
    key = f"whatif_{image_id}_{kind}_{number}"
    name = f"{number} · {one.label}"
    places = st.columns(_WIDTHS, vertical_alignment="center")
    with places[0]:
        route.link(kind, number, plain(name, 40), width="stretch")
    # The changes of the image are what counts. A widget is told only what it does not show yet:
    # told its own value again, a slider jumps under the hand.
    if st.session_state.get(f"{key}_on") != (now != 0):
        st.session_state[f"{key}_on"] = now != 0
    places[1].toggle(
        f"{kind} {plain(name, 60)} is on",
        key=f"{key}_on",
        label_visibility="collapsed",
        on_change=_switched,
        args=(image_id, one, f"{key}_on"),
    )
    step = one.limit / _STEPS
    if abs(st.session_state.get(f"{key}_at", np.inf) - now) > step / 2:
        st.session_state[f"{key}_at"] = min(max(now, one.lowest), one.limit)
    places[2].slider(
        f"activation of {kind} {plain(name, 60)}",
        min_value=one.lowest,
        max_value=one.limit,
        step=step,
        format="%.3g",
        key=f"{key}_at",
        label_visibility="collapsed",
        on_change=_moved,
        args=(image_id, one, f"{key}_at"),
    )
    before, after = numbers.signed(one.here * push, 2), numbers.signed(now * push, 2)
    places[3].markdown(before if before == after else f"{before} → **{after}**")


def _switched(image_id: int, one: Named, key: str) -> None:
    """Off is 0; on again is as it was, and for a unit that was off its largest activation."""
    if st.session_state[key]:
        changes.change(image_id, one.unit, None if one.here else one.largest or one.limit)
    else:
        changes.change(image_id, one.unit, 0.0 if one.here else None)


def _moved(image_id: int, one: Named, key: str) -> None:
    """What the browser says is checked; where the unit was, give or take a step, is no change."""
    value = float(st.session_state[key])
    if one.allows(value):
        near = abs(value - one.here) <= one.limit / _STEPS / 2
        changes.change(image_id, one.unit, None if near else value)


def search(image_id: int, subject: Subject, kind: UnitKind) -> None:
    """A box to look for one more unit, by its number or in the labels."""
    asked = st.text_input(
        f"Add a {kind}",
        key=f"whatif_find_{kind}",
        placeholder=f"number of a {kind}, or part of its label",
        max_chars=80,
        width=300,
    ).strip()
    if not asked:
        return
    found = named(subject, kind, _matching(kind, asked))
    if not found:
        st.caption(f"No {kind} is numbered or called so.")
    with st.container(horizontal=True, gap="small"):
        for one in found.values():
            active = f"{numbers.significant(one.here, 2)} here" if one.here else "off here"
            st.button(
                f":primary[{one.unit[1]} · {md(one.label, 40)}, {active}]",
                key=f"whatif_add_{kind}_{one.unit[1]}",
                icon=":material/add:",
                type="tertiary",
                on_click=_add,
                args=(image_id, one),
            )


def _add(image_id: int, one: Named) -> None:
    """One that is off here is set to its largest activation: else it would change nothing."""
    changes.add(image_id, one.unit)
    if not one.here:
        changes.change(image_id, one.unit, one.largest or one.limit)


def _matching(kind: UnitKind, asked: str) -> tuple[int, ...]:
    number = route.number(asked)
    if number is not None:
        return (number,)
    wanted = UnitFilter(search=asked, labelled=True)
    frame = data.ask(units.units, kind, wanted, order="pearson", limit=_MATCHES)
    return tuple(int(n) for n in frame["number"])
