"""The list of latents, neurons or channels, and how many of them carry a label."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import data, route
from dashboard.parts import numbers, shell, tables, unit_links
from dashboard.parts.downloads import downloads
from dashboard.text import md
from db.queries import overview, unit_dossier, units
from db.queries.units import Kind, Spread, UnitFilter

_ABOUT: dict[Kind, str] = {
    "latent": "Directions that the sparse autoencoder found in the classifier's features. A label "
    "is given only where it beats random labels; otherwise it **abstains**.",
    "neuron": "The single dimensions of the classifier's feature, read like latents. They tend to "
    "mix several things: expect more abstentions. A neuron counts as active "
    "where it is more than one standard deviation above its mean.",
    "channel": "Channels of the classifier's last stage, read like neurons. The classifier mixes "
    "them before it decides, so they have no effect on classes of their own.",
}
_LETTER: dict[Kind, str] = {"latent": "l", "neuron": "n", "channel": "ch"}
_STATES = {
    "labelled": UnitFilter(alive=True, labelled=True),
    "abstaining": UnitFilter(alive=True, labelled=False, abstained=True),
    "by a person": UnitFilter(by_person=True),
    "alive": UnitFilter(alive=True),
    "dead": UnitFilter(alive=False),
    "all": UnitFilter(),
}
_SPREADS: dict[Spread, str] = {"shared": "shared attribute", "single class": "single class"}
_ORDERS: dict[units.Order, str] = {
    "pearson": "best label first",
    "auprc": "best AUPRC first",
    "stability": "most stable first",
    "others": "most often repeated label first",
    "density": "most often active first",
    "max_activation": "strongest activation first",
    "number": "by number",
}


def show(kind: Kind) -> None:
    """The list of a kind, filtered and ordered as chosen."""
    whole = data.ask(units.count_units, kind)
    if whole == 0:
        shell.nothing(f"{kind}s")
        return
    st.caption(_ABOUT[kind])
    letter = _LETTER[kind]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search in labels",
            key=f"{letter}_search",
            max_chars=200,
            width=200,
            bind="query-params",
        )
        spread = _spread(kind)
        order = st.selectbox(
            "Order",
            list(_ORDERS),
            key=f"{letter}_order",
            width=240,
            format_func=lambda o: _ORDERS[o],
            bind="query-params",
        )
    state = st.segmented_control(
        "Show",
        list(_STATES),
        default="labelled",
        required=True,
        key=f"{letter}_state",
        bind="query-params",
    )
    base = _STATES.get(state or "labelled", UnitFilter())
    chosen = replace(base, search=search or "", spread=spread, concept_id=_one_label(kind))
    total = data.ask(units.count_units, kind, chosen)
    st.caption(
        f"{numbers.of(total, whole)} {kind}s. Click a row to look at one. "
        f"{unit_links.PERSON} marks a label that a person gave."
    )
    if total == 0:
        st.info(f"No {kind} is like this.", icon=":material/filter_alt_off:")
        return
    place = st.container()
    offset = tables.pager(total, key=f"{letter}_page")
    frame = data.ask(
        units.units, kind, chosen, order=order or "number", limit=tables.PER_PAGE, offset=offset
    )
    with place:
        _table(kind, frame)
        downloads(f"{kind}s", units.units, kind, chosen, order=order or "number", limit=None)
    numbers.explain(
        [
            ("Pearson", "pearson"),
            ("floor", "floor_pearson"),
            ("AUPRC", "auprc"),
            ("F1", "f1"),
            ("density", "density"),
            ("others", "others"),
            ("kind", "spread"),
            ("stability", "stability"),
        ]
    )


def _spread(kind: Kind) -> Spread | None:
    """Which spread is asked for, where the audit tells units apart by it."""
    counts = data.ask(unit_dossier.spread_counts, kind)
    if not counts:
        return None
    return st.selectbox(
        f"Kind of {kind}",
        [None, *_SPREADS],
        key=f"{_LETTER[kind]}_spread",
        width=220,
        format_func=lambda s: (
            f"all (of {sum(counts.values()):,} alive)"
            if s is None
            else f"{_SPREADS[s]} ({counts.get(s, 0):,})"
        ),
        bind="query-params",
    )


def _one_label(kind: Kind) -> int | None:
    """The concept whose bearers the address asks for, said above the list."""
    concept_id = route.asked_label(kind)
    if concept_id is None:
        return None
    text = data.ask(unit_dossier.concept_text, concept_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        said = "an unknown label" if text is None else f"the label “{md(text)}”"
        st.markdown(f"Only {kind}s with {said}.", width="content")
        route.all_labels(kind)
    return concept_id


def _table(kind: Kind, frame: pd.DataFrame) -> None:
    columns = {
        "number": tables.figure(kind, form="%d", width=64),
        "label": tables.text("label", width=190),
        "others": tables.figure("others", meaning="others", form="%d", width=60),
        "pearson": tables.bar("Pearson", 1.0, meaning="pearson", width=124),
        "floor_pearson": tables.figure("floor", meaning="floor_pearson", width=60),
        "auprc": tables.figure("AUPRC", meaning="auprc", width=68),
        "f1": tables.figure("F1", meaning="f1", width=56),
        "spread": tables.text("kind", width=92),
        "stability": tables.figure("stability", meaning="stability", width=76),
        "density": tables.figure("density", meaning="density", form="%.1f %%", width=76),
        "max_activation": tables.figure("strongest", width=80),
    }
    for measured in ("spread", "stability"):
        if not bool(frame[measured].notna().any()):
            del columns[measured]
    tables.choose(
        frame.assign(label=unit_links.labels(frame), density=100 * frame["density"]),
        kind,
        "number",
        columns,
        key=f"{kind}_table",
        alt=f"{kind.capitalize()}s",
        height="content",
    )


def counts_line(kind: Kind) -> str:
    """How many of a kind carry a label that clears its floor, with the denominator."""
    alive = data.ask(units.count_units, kind, UnitFilter(alive=True))
    labelled = data.ask(units.count_units, kind, UnitFilter(alive=True, abstained=False))
    first = data.ask(overview.text_maps)
    by = f" by {md(first.iloc[0]['name'])}" if not first.empty else ""
    return f"{numbers.of(labelled, alive)} living {kind}s carry a label that clears its floor{by}"
