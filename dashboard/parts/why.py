"""Why A, not B: an image's decision set against another class."""

from pathlib import Path

import streamlit as st

from analysis.errors import InputError
from analysis.whatif import Audited
from analysis.why import Part, UnitsWhy, Why
from analysis.why import why as ask_why
from dashboard import data, route
from dashboard.parts import charts, class_box
from dashboard.parts.whatif.subject import audited
from dashboard.text import md, plain
from db.errors import StoreError
from db.queries.images import ImageInfo
from db.reader import AuditReader


def shown(info: ImageInfo) -> None:
    """What tipped the decision, and what would turn it."""
    names = class_box.labels()
    st.subheader("Why this, not that", anchor=False)
    if info.predicted_id is None:
        st.caption("The audit holds no decision for it.")
        return
    other = st.selectbox(
        "Set against",
        [None, *(i for i in names if i != info.predicted_id)],
        key="i_other",
        width=320,
        bind="query-params",
        format_func=lambda i: _default(info) if i is None else names.get(i, str(i)),
    )
    key = (str(data.store().directory), data.store().version)
    told = _told(key, info.image_id, other, audited())
    if isinstance(told, str):
        st.caption(plain(told))
        return
    st.markdown(f"**{md(told.won)}** is ahead of **{md(told.other)}** by {told.lead:.2f} logits.")
    places = st.columns(1 + len(told.units), gap="medium")
    with places[0]:
        _bars("Concepts", told.concepts, "concepts")
    for place, units in zip(places[1:], told.units, strict=True):
        with place:
            _units(told, units)


def _default(info: ImageInfo) -> str:
    return "its folder's class" if info.correct is False else "the second best"


def _units(told: Why, units: UnitsWhy) -> None:
    _bars(f"{units.kind.capitalize()}s", units.parts, units.kind)
    names = ", ".join(str(number) for number in units.mask)
    if units.restored:
        st.caption(f"Without {units.kind}s {names} it would be {plain(told.other)}.")
    else:
        st.caption(
            f"No mask of {units.kind}s was found that turns it; without {names or 'any'} it would "
            f"be {plain(units.winner)}."
        )
    with st.container(horizontal=True, gap="small"):
        for number in (part.number for part in units.parts if part.number is not None):
            route.link(units.kind, number, f"{units.kind} {number}")


def _bars(title: str, parts: tuple[Part, ...], kind: str) -> None:
    st.markdown(f"**{title}**")
    if not parts:
        st.caption("none")
        return
    charts.show(
        charts.signed(
            [plain(p.name if p.number is None else f"{p.number} · {p.name}", 40) for p in parts],
            [part.part for part in parts],
            x_title="part of the lead, in logits",
        ),
        key=f"why_{kind}",
        alt=f"{title} that speak for the decision and against it",
    )


@st.cache_data(max_entries=50, show_spinner=False)
def _told(
    key: tuple[str, str], image_id: int, other: int | None, _audited: Audited | None
) -> Why | str:
    """The answer, or why there is none."""
    try:
        with AuditReader(Path(key[0])) as audit:
            return ask_why(audit, image_id, other, audited=_audited)
    except (InputError, StoreError, OSError, ValueError) as error:
        return str(error)
