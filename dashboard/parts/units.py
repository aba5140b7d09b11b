"""Latents and neurons: one page for both kinds, here the one unit that is looked at."""

from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import data, route
from dashboard.parts import charts, numbers, pictures, tables, units_list
from dashboard.parts.pictures import Picture
from dashboard.text import md, plain
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
    _heading(kind, info, labels)
    st.caption(f"{kind} {info.number} of {whole:,}")
    if not info.alive:
        st.info(
            f"This {kind} is dead: no image of the audit activates it.", icon=":material/bedtime:"
        )
        return
    _numbers(info, labels)
    _examples(info)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _activations(info)
    with right:
        _classes(info)
    st.subheader("Label candidates", anchor=False)
    _candidates(labels)


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


def _heading(kind: Kind, info: UnitInfo, labels: pd.DataFrame) -> None:
    name = f"{kind.capitalize()} {info.number}"
    if labels.empty:
        st.title(name, anchor=False)
        return
    best = labels.iloc[0]
    if best["abstained"]:
        st.title(f"{name}: no label clears the floor", anchor=False)
        st.markdown(f":gray-badge[abstains] its best guess was “{md(best['label'])}”")
    else:
        st.title(f"{name}: “{md(best['label'])}”", anchor=False)


def _numbers(info: UnitInfo, labels: pd.DataFrame) -> None:
    with st.grid(4):
        if labels.empty or pd.isna(labels.iloc[0]["pearson"]):
            numbers.metric(
                "label's Pearson", "–", floor="no image to score it on", meaning="pearson"
            )
        else:
            best = labels.iloc[0]
            numbers.metric(
                "label's Pearson",
                numbers.number(best["pearson"]),
                floor=f"random labels reach {numbers.number(best['floor_pearson'])}",
                meaning="pearson",
            )
        numbers.metric(
            "density", numbers.percent(info.density, 1), floor="of the images", meaning="density"
        )
        numbers.metric(
            "mean activation", numbers.number(info.mean_activation), floor="where it is active"
        )
        numbers.metric(
            "largest activation", numbers.number(info.max_activation), floor="over all images"
        )


def _examples(info: UnitInfo) -> None:
    strata: tuple[tuple[Literal["top", "quantile"], str, str], ...] = (
        (
            "top",
            "Strongest images",
            "The images that activate it most. They flatter: a unit may "
            "look pure here and mean more than that.",
        ),
        (
            "quantile",
            "A sample over its range",
            "Images spread over the whole range of its "
            "activations, strongest first: what it mostly does.",
        ),
    )
    for stratum, title, words in strata:
        frame = data.ask(units.unit_activations, info.id, stratum, limit=16)
        st.subheader(title, anchor=False)
        st.caption(words if not frame.empty else "The audit holds no example image.")
        pictures.wall(
            Picture(
                row["image_id"],
                plain(row["class_name"] or f"image {row['image_id']}", 40),
                f"activation {row['value']:.2f}",
            )
            for row in frame.to_dict("records")
        )


def _activations(info: UnitInfo) -> None:
    st.subheader("Activations", anchor=False)
    edges, counts = info.histogram.get("edges", []), info.histogram.get("counts", [])
    if len(edges) != len(counts) + 1 or not counts:
        st.caption("No histogram is stored.")
        return
    st.caption(f"{int(sum(counts)):,} images on which it is active.")
    charts.show(
        charts.histogram(edges, counts),
        key="activations",
        alt="Histogram of activations over the images on which the unit is active",
    )


def _classes(info: UnitInfo) -> None:
    st.subheader("Classes it moves", anchor=False)
    frame = data.ask(units.unit_classes, info.id)
    if frame.empty:
        st.caption("None is stored.")
        return
    st.caption("How far one unit of activation moves the logit: up in blue, down in orange.")
    frame = frame.head(10).sort_values("effect", ascending=False)
    charts.show(
        charts.signed(list(frame["class_name"]), list(frame["effect"]), x_title="effect on logit"),
        key="effects",
        alt="Effects of the unit on classes",
    )
    with st.container(horizontal=True, gap="small"):
        for row in frame.to_dict("records"):
            route.link("class", row["class_id"], plain(row["class_name"], 40))


def _candidates(labels: pd.DataFrame) -> None:
    if labels.empty:
        st.caption("The audit holds no label for it.")
        return
    shown_first = labels.iloc[0]["text_map"]
    st.caption(
        f"By each text map; **{md(shown_first)}** is shown first because held-out classes favour "
        "it. Scores are on held-out images; a label below its floor abstains."
    )
    frame = tables.names(labels, ["label", "text_map"])
    frame["state"] = ["abstains" if a else "clears" for a in labels["abstained"]]
    st.dataframe(
        frame,
        hide_index=True,
        key="candidates",
        placeholder="–",
        alt="Label candidates with their scores",
        height="content",
        column_order=[
            "text_map",
            "rank",
            "label",
            "state",
            "pearson",
            "floor_pearson",
            "auprc",
            "f1",
            "auc",
            "cosine",
            "z",
            "method",
        ],
        column_config={
            "text_map": tables.text("text map", width=72),
            "rank": tables.figure("rank", form="%d", width=48),
            "label": tables.text("label"),
            "state": tables.text("floor?", width=76),
            "pearson": tables.bar("Pearson", 1.0, meaning="pearson"),
            "floor_pearson": tables.figure("floor", meaning="floor_pearson", width=60),
            "auprc": tables.figure("AUPRC", meaning="auprc", width=68),
            "f1": tables.figure("F1", meaning="f1", width=52),
            "auc": tables.figure("AUC", meaning="auc", width=56),
            "cosine": tables.figure("cosine", width=64),
            "z": tables.figure("z", meaning="label_z", width=52),
            "method": tables.text("method", width=80),
        },
    )
