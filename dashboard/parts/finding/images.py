"""The images of a finding's card: pairs, images drawn in, images with the concept erased."""

from typing import Any

import streamlit as st

from analysis.wording import MEANING
from dashboard import data
from dashboard.parts import numbers, pictures
from dashboard.parts.pictures import Picture
from dashboard.text import md, plain
from db.queries import evidence
from db.queries.findings import FindingInfo
from db.queries.images import ImageFilter, images

_COLUMNS = 4
Rows = list[dict[Any, Any]]


def evidence_images(finding: FindingInfo) -> None:
    """All that the audit chose; without any, some images of the class."""
    frame = data.ask(evidence.evidence_images, finding.finding_id)
    if frame.empty:
        _examples(finding)
        return
    of = {role: rows.to_dict("records") for role, rows in frame.groupby("role")}
    _pairs(finding, of.get("with", []), of.get("without", []))
    _drawn(finding, of.get("drawn", []))
    _erased(of.get("erased", []))


def _pairs(finding: FindingInfo, shown: Rows, lacking: Rows) -> None:
    """Side by side, as many as there are; then those that stand alone."""
    if not shown:
        return
    st.markdown(
        f"**Images of the class with and without “{md(finding.concept, 40)}”**",
        help="Each image that shows the concept most, beside the one that lacks it and is "
        f"otherwise most alike, as the classifier sees them. {MEANING['margin']}",
    )
    if lacking:
        with st.grid(2, min_column_width=200, gap="small"):
            for left, right in zip(shown, lacking, strict=False):
                with st.container(border=True, height="stretch"):
                    pair = _picture(left, "with it"), _picture(right, "without")
                    pictures.wall(pair, columns=2)
    alone = shown[len(lacking) :]
    if alone:
        st.caption(
            "No image of the class that lacks it is left to stand beside "
            f"{'this one' if len(alone) == 1 else 'these'}."
        )
        pictures.wall((_picture(row, "with it") for row in alone), columns=_COLUMNS)


def _drawn(finding: FindingInfo, rows: Rows) -> None:
    if not rows:
        return
    st.markdown(
        f"**Images of other classes that show it, nearest to {md(finding.class_name, 40)}**",
        help=MEANING["margin"],
    )
    pictures.wall((_picture(row) for row in rows), columns=_COLUMNS)


def _erased(rows: Rows) -> None:
    if not rows:
        return
    st.markdown(
        "**Its region erased**",
        help="The hottest quarter of the heat-map of the latents called so is filled with the "
        f"image's mean colour; then as large a region elsewhere. {MEANING['margin']}",
    )
    st.caption("Margin before → after its region is erased; in brackets, erased elsewhere.")
    pictures.wall((_before_and_after(row) for row in rows), columns=_COLUMNS)


def _picture(row: dict[Any, Any], words: str = "") -> Picture:
    """An image with its margin, and what it was taken for where that is something else."""
    name = row["class_name"] or f"image {row['image_id']}"
    note = f"{words}, margin" if words else "margin"
    note += f" {numbers.signed(row['margin'])}"
    if row["predicted"] is not None and row["predicted"] != row["class_name"]:
        note += f" :orange[✗ taken for {md(row['predicted'], 40)}]"
    return Picture(row["image_id"], plain(name, 40), note, f"{name}, {row['path']}")


def _before_and_after(row: dict[Any, Any]) -> Picture:
    name = row["class_name"] or f"image {row['image_id']}"
    after = f"{numbers.signed(row['margin'])} → **{numbers.signed(row['after'])}**"
    if row["after"] is not None and row["after"] < 0 <= row["margin"]:
        after += " :orange[✗ lost]"
    note = f"{after} ({numbers.signed(row['control'])})"
    return Picture(row["image_id"], plain(name, 40), note, f"{name}, {row['path']}")


def _examples(finding: FindingInfo) -> None:
    rows = data.ask(images, ImageFilter(class_id=finding.class_id), limit=6)
    if rows.empty:
        st.caption("The audit holds no image of this class: this is read from the weights alone.")
        return
    st.caption(
        "Images of the class. Do you see the concept where the class itself does not need it?"
    )
    pictures.wall(pictures.decided(rows), columns=3)
