"""Images: the wall of all, or the one that the address asks for."""

import re

import pandas as pd
import streamlit as st

from analysis.wording import MEANING
from dashboard import data, route
from dashboard.parts import (
    charts,
    class_box,
    concepts,
    contributions,
    pictures,
    shell,
    tables,
    unit_links,
    why,
)
from dashboard.parts.downloads import downloads
from dashboard.parts.explanation import section as explanations
from dashboard.parts.people import author, visits
from dashboard.parts.people import lists as people_lists
from dashboard.parts.whatif import section as whatif
from dashboard.text import md, plain
from db.queries import images, unit_dossier
from db.queries.images import ImageFilter, ImageInfo
from db.queries.units import Kind

_PER_PAGE = 32
SECTIONS = (
    "Explanations",
    "Concepts of this image",
    "Neurons that decided",
    "Why this, not that",
    "What if",
    "Units that answer to it",
)
"""Headings of an image's page; ``contributions``, ``why`` and ``whatif`` write their own."""


def main() -> None:
    """One image where the address asks for one that exists, else the wall."""
    words, image_id = route.asked("image")
    info = None if image_id is None else data.ask(images.image, image_id)
    if info is not None:
        _one(info)
        return
    st.title("Images", anchor=False)
    if words is not None:
        route.unknown("image", words)
    _all()


def _all() -> None:
    whole = data.ask(images.count_images)
    if whole == 0:
        shell.nothing("images")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        class_id = class_box.choose("Class", key="i_class", width=260)
        search = st.text_input(
            "Search",
            key="i_search",
            width=220,
            max_chars=200,
            placeholder="part of a file's path",
            bind="query-params",
        )
        errors = st.toggle("Errors only", key="i_errors", bind="query-params")
    chosen = ImageFilter(class_id=class_id, errors_only=errors, search=search or "")
    total = data.ask(images.count_images, chosen)
    st.caption(f"{total:,} of {whole:,} images, the surest errors first")
    if total == 0:
        st.info("No image passes these filters.", icon=":material/filter_alt_off:")
        return
    place = st.container()
    offset = tables.pager(total, key="i_page", per_page=_PER_PAGE)
    rows = data.ask(images.images, chosen, errors_first=True, limit=_PER_PAGE, offset=offset)
    with place:
        pictures.wall(pictures.decided(rows))
    downloads("images", images.images, chosen, errors_first=True, limit=None)


def _one(info: ImageInfo) -> None:
    whole = data.ask(images.count_images)
    with st.container(horizontal=True, vertical_alignment="center"):
        route.list_link("image", "All images")
        if info.image_id > 0:
            route.link("image", info.image_id - 1, "previous", icon=":material/chevron_left:")
        if info.image_id + 1 < whole:
            route.link("image", info.image_id + 1, "next", icon=":material/chevron_right:")
        people_lists.keep("image", info.image_id)
    author.outcome()
    st.title(md(info.class_name or f"Image {info.image_id}", 120), anchor=False)
    st.caption(f"{md(info.path, 160)} · {info.width} × {info.height} pixels")
    st.caption("On this page: " + " · ".join(f"[{name}](#{_anchor(name)})" for name in SECTIONS))
    whatif.arrived(info)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        _picture(info)
    with right:
        _decision(info)
    st.subheader("Explanations", anchor=False)
    explanations.of_image(info)
    st.subheader("Concepts of this image", anchor=False)
    st.caption(
        "Texts whose direction lies nearest to the image's feature; those near every image are set "
        "back.",
        help=MEANING["standout"],
    )

    def best(text_map: str) -> pd.DataFrame:
        return data.ask(images.image_concepts, info.image_id, text_map).head(10)

    concepts.side_by_side(best, key=f"image_{info.image_id}", of="the image")
    contributions.shown(info)
    why.shown(info)
    whatif.shown(info)
    _units(info)
    visits.looked("image", info.image_id)


def _anchor(heading: str) -> str:
    """What Streamlit makes of a heading, for links to it."""
    return re.sub(r"[^a-z]+", "-", heading.lower())


def _picture(info: ImageInfo) -> None:
    original = pictures.original(info.path, info.sha256)
    alt = f"{plain(info.class_name or 'unlabelled image')}, {plain(info.path)}"
    if original.jpeg is not None:
        st.image(original.jpeg, width="stretch", alt=alt)
        return
    thumbnail = data.thumbnails([info.image_id]).get(info.image_id)
    if thumbnail is None:
        st.caption("The audit holds no thumbnail of it.")
    else:
        st.image(thumbnail, width=300, alt=alt)
    st.caption(f"Thumbnail. {original.reason}")


def _decision(info: ImageInfo) -> None:
    predictions = data.ask(images.image_predictions, info.image_id)
    if predictions.empty or info.predicted is None:
        st.caption("The audit holds no decision for it.")
        return
    if info.correct is None:
        st.markdown(f"Taken for **{md(info.predicted)}**; the image has no label.")
    elif info.correct:
        st.markdown(":green-badge[:material/check: right] taken for what its folder says")
    else:
        st.markdown(
            f":orange-badge[:material/close: wrong] taken for **{md(info.predicted)}**, "
            f"its folder says **{md(info.class_name)}**"
        )
    colors = [
        charts.GREEN if class_id == info.class_id else charts.BLUE
        for class_id in predictions["class_id"]
    ]
    charts.show(
        charts.bars(
            list(predictions["class_name"]),
            [100 * p for p in predictions["probability"]],
            x_title="probability in per cent (the folder's class in green)",
            colors=colors,
            form=".1f",
            x_range=(0, 112),
        ),
        key=f"predictions_{info.image_id}",
        alt="Best classes of the image and their probabilities",
    )
    with st.container(horizontal=True, gap="small"):
        for row in predictions.to_dict("records"):
            route.link("class", row["class_id"], plain(row["class_name"], 40))


def _units(info: ImageInfo) -> None:
    st.subheader("Units that answer to it", anchor=False)
    st.caption(
        "Only units that count this image among their examples; against the unit's own largest "
        "activation."
    )
    kinds: tuple[Kind, ...] = ("latent", "neuron")
    if shell.has_channels():
        kinds = (*kinds, "channel")
    for place, kind in zip(st.columns(len(kinds), gap="medium"), kinds, strict=True):
        with place:
            frame = data.ask(unit_dossier.units_on_image, info.image_id, kind, limit=10)
            st.markdown(f"**{kind}s**")
            if frame.empty:
                st.caption("none")
            else:
                unit_links.active(frame, key=f"image_{kind}s", kind=kind)


main()
