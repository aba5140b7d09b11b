"""The list of latents or of neurons, and how many of them carry a label."""

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts import numbers, shell, tables, unit_links
from dashboard.text import md
from db.queries import overview, units
from db.queries.units import Kind, UnitFilter

_ABOUT: dict[Kind, str] = {
    "latent": "Directions that the sparse autoencoder found in the classifier's features. A label "
    "is given only where it beats random labels; otherwise it **abstains**.",
    "neuron": "The single dimensions of the classifier's feature, read like latents. They tend to "
    "mix several things: expect more abstentions. A neuron counts as active "
    "where it is more than one standard deviation above its mean.",
}
_STATES = {
    "labelled": UnitFilter(alive=True, abstained=False),
    "abstaining": UnitFilter(alive=True, abstained=True),
    "alive": UnitFilter(alive=True),
    "dead": UnitFilter(alive=False),
    "all": UnitFilter(),
}
_ORDERS: dict[units.Order, str] = {
    "pearson": "best label first",
    "auprc": "best AUPRC first",
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
    letter = kind[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search in labels",
            key=f"{letter}_search",
            max_chars=200,
            width=260,
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
        order = st.selectbox(
            "Order",
            list(_ORDERS),
            key=f"{letter}_order",
            width=240,
            format_func=lambda o: _ORDERS[o],
            bind="query-params",
        )
    base = _STATES.get(state or "labelled", UnitFilter())
    chosen = UnitFilter(alive=base.alive, abstained=base.abstained, search=search or "")
    total = data.ask(units.count_units, kind, chosen)
    st.caption(f"{numbers.of(total, whole)} {kind}s. Click a row to look at one.")
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
    numbers.explain(
        [
            ("Pearson", "pearson"),
            ("floor", "floor_pearson"),
            ("AUPRC", "auprc"),
            ("F1", "f1"),
            ("density", "density"),
        ]
    )


def _table(kind: Kind, frame: pd.DataFrame) -> None:
    shown = [
        unit_links.label(t, a) for t, a in zip(frame["label"], frame["abstained"], strict=True)
    ]
    tables.choose(
        frame.assign(label=shown, density=100 * frame["density"]),
        kind,
        "number",
        {
            "number": tables.figure(kind, form="%d", width=64),
            "label": tables.text("label", width=320),
            "pearson": tables.bar("Pearson", 1.0, meaning="pearson"),
            "floor_pearson": tables.figure("floor", meaning="floor_pearson"),
            "auprc": tables.figure("AUPRC", meaning="auprc"),
            "f1": tables.figure("F1", meaning="f1"),
            "density": tables.figure("density", meaning="density", form="%.1f %%"),
            "max_activation": tables.figure("largest activation"),
        },
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
