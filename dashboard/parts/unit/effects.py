"""What a unit does: how it moves the classes' logits, and for which decisions it is active."""

from itertools import pairwise

import numpy as np
import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import charts, numbers
from dashboard.text import md, plain
from db.queries import classes, unit_dossier, units
from db.queries.units import Kind, UnitInfo

_EACH_WAY = 5
_BINS = 40


def effects(kind: Kind, info: UnitInfo) -> None:
    """Classes it pushes up and down most, and its effects on all of them where they are stored."""
    st.subheader("Classes it moves", anchor=False)
    names = data.ask(classes.class_names)
    known = _all_effects(kind, info, len(names))
    frame = _extremes(known, names) if known is not None else _kept(info)
    if frame.empty:
        st.caption(
            "None is stored."
            if kind != "channel"
            else "A channel enters the head mixed with others: it has no effect of its own."
        )
        return
    st.caption(
        "How far it moves the logit when it is on as usual: up in blue, down in orange.",
        help=MEANING["effect"],
    )
    charts.show(
        charts.signed(list(frame["class_name"]), list(frame["effect"]), x_title="effect on logit"),
        key="effects",
        alt="Effects of the unit on classes",
    )
    with st.container(horizontal=True, gap="small"):
        for row in frame.to_dict("records"):
            route.link("class", row["class_id"], plain(row["class_name"], 40))
    if known is not None:
        _distribution(kind, known, names)


def fires(info: UnitInfo) -> None:
    """The decisions under which it is active."""
    frame = data.ask(unit_dossier.unit_fires, info.id)
    if frame.empty:
        return
    st.subheader("Decisions it fires for", anchor=False)
    st.caption(
        "Share of its whole activation by predicted class; beside it, on how many of the images "
        "so decided it is active.",
        help=MEANING["fires"],
    )
    charts.show(
        charts.bars(
            list(frame["class_name"]),
            [100 * share for share in frame["share"]],
            x_title="per cent of its activation",
            text=[
                f"{100 * row['share']:.0f} % · {row['active']:,} of {row['decided']:,}"
                for row in frame.to_dict("records")
            ],
            form=".1f",
            x_range=(0, 145 * max(frame["share"])),
        ),
        key="fires",
        alt="Decisions under which the unit is active",
    )
    with st.container(horizontal=True, gap="small"):
        for row in frame.head(6).to_dict("records"):
            route.link("class", row["class_id"], plain(row["class_name"], 40))


def _all_effects(kind: Kind, info: UnitInfo, n_classes: int) -> np.ndarray | None:
    whole = data.ask(units.count_units, kind)
    found = data.array(f"unit_effects.{kind}", (whole, n_classes))
    if found is None or info.number >= whole:
        return None
    row = np.asarray(found[info.number], dtype=np.float64)
    return row if len(row) and bool(np.isfinite(row).all()) else None


def _extremes(known: np.ndarray, names: dict[int, str]) -> pd.DataFrame:
    order = np.argsort(-known, kind="stable")
    if len(order) > 2 * _EACH_WAY:
        order = np.concatenate([order[:_EACH_WAY], order[-_EACH_WAY:]])
    return pd.DataFrame(
        {
            "class_id": [int(i) for i in order],
            "class_name": [names.get(int(i), str(i)) for i in order],
            "effect": known[order],
        }
    )


def _kept(info: UnitInfo) -> pd.DataFrame:
    frame = data.ask(units.unit_classes, info.id)
    return frame.head(2 * _EACH_WAY).sort_values("effect", ascending=False)


def _distribution(kind: Kind, known: np.ndarray, names: dict[int, str]) -> None:
    """Effects on all classes, and where one of them stands."""
    chosen = st.selectbox(
        f"Its effect on any of the {len(names):,} classes",
        [None, *names],
        key=f"{kind}_effect_on",
        format_func=lambda i: "choose a class" if i is None else plain(names.get(i, i)),
    )
    mark = None
    if chosen is not None and 0 <= chosen < len(known):
        mark = float(known[chosen])
        rank = int((known > mark).sum()) + 1
        st.markdown(
            f"**{md(names.get(chosen, chosen))}**: {numbers.signed(mark, 3)}, "
            f"{numbers.ordinal(rank)} of {len(known):,} from the top"
        )
    counts, edges = np.histogram(known, bins=min(_BINS, max(5, len(known) // 3)))
    charts.show(
        charts.histogram(
            [float(e) for e in edges],
            [int(c) for c in counts],
            x_title="effect on logit, all classes",
            of="classes",
            mark=mark,
        ),
        key="all_effects",
        alt="Histogram of the unit's effects on all classes",
    )


def activations(info: UnitInfo) -> None:
    """How strongly it is active where it is."""
    st.subheader("Activations", anchor=False)
    edges, counts = info.histogram.get("edges", []), info.histogram.get("counts", [])
    if len(edges) != len(counts) + 1 or not counts:
        st.caption("No histogram is stored.")
        return
    st.caption(f"{int(sum(counts)):,} images on which it is active.")
    if any(low > high for low, high in pairwise(edges)):
        st.caption("The stored histogram is damaged.")
        return
    charts.show(
        charts.histogram(edges, counts),
        key="activations",
        alt="Histogram of activations over the images on which the unit is active",
    )
