"""Classes: all of them, or what the classifier holds of the one the address asks for."""

from typing import Literal

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import class_box, concepts, numbers, pictures, shell, tables, unit_links
from dashboard.parts import findings as finding_parts
from dashboard.parts.downloads import downloads
from dashboard.parts.explanation import section as explanations
from dashboard.parts.people import author, visits
from dashboard.parts.people import lists as people_lists
from dashboard.text import md, plain
from db.queries import classes, findings, images
from db.queries.classes import ClassInfo

_ORDERS: dict[Literal["findings", "errors", "id", "name"], str] = {
    "findings": "most supported findings first",
    "errors": "most errors first",
    "id": "in the classifier's order",
    "name": "by name",
}
_PICTURES = 16


def main() -> None:
    """One class where the address asks for one that exists, else the list."""
    words, class_id = route.asked("class")
    info = None if class_id is None else data.ask(classes.class_info, class_id)
    if info is not None:
        _one(info)
        return
    st.title("Classes", anchor=False)
    if words is not None:
        route.unknown("class", words)
    _all()


def _all() -> None:
    if data.ask(classes.count_classes) == 0:
        shell.nothing("classes")
        return
    st.caption("What the classifier can answer. Click a row to see what it holds of a class.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search",
            key="c_search",
            width=260,
            max_chars=200,
            placeholder="name of a class",
            bind="query-params",
        )
        order = st.selectbox(
            "Order",
            list(_ORDERS),
            key="c_order",
            width=280,
            format_func=lambda o: _ORDERS[o],
            bind="query-params",
        )
    total = data.ask(classes.count_classes, search=search or "")
    st.caption(f"{total:,} classes")
    place = st.container()
    offset = tables.pager(total, key="c_page")
    frame = data.ask(
        classes.classes,
        search=search or "",
        order=order or "id",
        limit=tables.PER_PAGE,
        offset=offset,
    )
    with place:
        tables.choose(
            tables.names(frame, ["class_name", "folder"]).assign(
                accuracy=[100 * value for value in frame["accuracy"]]
            ),
            "class",
            "class_id",
            {
                "class_id": tables.figure("no.", form="%d", width=50),
                "class_name": tables.text("class", width=290),
                "folder": tables.text("folder", width=95),
                "images": tables.figure("images", form="%d", width=64),
                "errors": tables.figure("errors", form="%d", width=64),
                "accuracy": tables.bar("accuracy", 100, meaning="accuracy", form="%.0f %%"),
                "supported_findings": tables.figure("supported", form="%d", width=76),
                "unexpected_findings": tables.figure("unexpected", meaning="unexpected", form="%d"),
            },
            key="classes_table",
            alt="Classes",
            height="content",
        )
        downloads(
            "classes",
            classes.classes,
            search=search or "",
            order=order or "id",
            limit=None,
        )


def _one(info: ClassInfo) -> None:
    names = class_box.labels()
    top = st.container(horizontal=True, vertical_alignment="center")
    with top:
        route.list_link("class", "All classes")
        shell.jump("class", info.class_id, list(names), lambda i: names.get(i, str(i)))
        people_lists.keep("class", info.class_id)
    author.outcome()
    st.title(md(info.class_name, 120), anchor=False)
    folder = f" · folder {md(info.folder)}" if info.folder else ""
    st.caption(f"class {info.class_id} of {len(names):,}{folder}")
    _numbers(info)
    st.subheader("Findings", anchor=False)
    _findings(info)
    st.subheader("Concepts", anchor=False)
    _concepts(info)
    st.subheader("Explanations", anchor=False)
    explanations.of_class(info)
    st.subheader("Images", anchor=False)
    _images(info)
    st.subheader("Latents that push this class", anchor=False)
    _units(info)
    visits.looked("class", info.class_id)


def _numbers(info: ClassInfo) -> None:
    right = info.images - info.errors
    with st.grid(4):
        numbers.metric("images", f"{info.images:,}", floor="in this audit")
        numbers.metric(
            "accuracy",
            numbers.percent(info.accuracy),
            floor=f"{right:,} of {info.images:,} right" if info.images else "no images",
            meaning="accuracy",
        )
        numbers.metric("findings", f"{info.findings:,}", floor="kept for this class")
        numbers.metric(
            "unexpected",
            f"{info.unexpected_findings:,}",
            floor="not implied by the name",
            meaning="unexpected",
        )
    if info.errors:
        confused = data.ask(classes.class_confusions, info.class_id, limit=6)
        wrong = confused.loc[confused["predicted_id"] != info.class_id]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption("Its images are also taken for:", width="content")
            for row in wrong.to_dict("records"):
                label = f"{plain(row['predicted'], 40)} ({row['images']:,})"
                route.link("class", row["predicted_id"], label)


def _findings(info: ClassInfo) -> None:
    kept = findings.FindingFilter(class_id=info.class_id, text_map=concepts.first_map())
    frame = data.ask(findings.findings, kept, order="class", limit=20)
    if frame.empty:
        st.caption("None.")
        return
    finding_parts.rows(frame)
    numbers.explain(
        [
            ("score", "finding_score"),
            ("q", "q"),
            ("name alone", "z_name"),
            ("unexpected", "unexpected"),
            ("name-implied", "name_implied"),
        ]
    )


def _concepts(info: ClassInfo) -> None:
    source = st.segmented_control(
        "Concepts read from",
        ["weights", "features"],
        default="weights",
        required=True,
        key="c_source",
        label_visibility="collapsed",
        format_func=lambda s: {"weights": "from the weights", "features": "from its images"}[s],
    )
    st.caption(
        "How far a concept stands out from the vocabulary for this class, concepts near everything "
        "set back, read from "
        + (
            "its class embedding; no image was needed."
            if source == "weights"
            else "the mean feature of its images."
        ),
        help=MEANING["standout"],
    )

    def best(text_map: str) -> pd.DataFrame:
        frame = data.ask(classes.class_concepts, info.class_id, text_map, limit=12)
        return frame.loc[frame["source"] == source]

    concepts.side_by_side(best, key=f"class_{info.class_id}_{source}", of="the class")


def _images(info: ClassInfo) -> None:
    chosen = images.ImageFilter(class_id=info.class_id)
    if info.images == 0:
        st.caption("The audit holds no image of this class, so its accuracy is not known.")
        return
    st.caption(
        f"{numbers.many(info.images, 'image')}, {numbers.many(info.errors, 'error')}; errors first."
    )
    place = st.container()
    offset = tables.pager(info.images, key="c_images", per_page=_PICTURES)
    rows = data.ask(images.images, chosen, errors_first=True, limit=_PICTURES, offset=offset)
    with place:
        pictures.wall(pictures.decided(rows))


def _units(info: ClassInfo) -> None:
    up = data.ask(classes.class_units, info.class_id, push="up", limit=8)
    down = data.ask(classes.class_units, info.class_id, push="down", limit=8)
    if up.empty and down.empty:
        st.caption("No latent has this class among those it moves most.")
        return
    st.caption(
        "Only latents that count this class among those they move most are known to the audit."
    )
    left, right = st.columns(2, gap="medium")
    for place, frame, words in ((left, up, "up"), (right, down, "down")):
        with place:
            st.markdown(f"**push it {words}**")
            unit_links.effects(frame, key=f"class_units_{words}")


main()
