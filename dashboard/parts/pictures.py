"""Pictures: a wall of thumbnails that lead to their images, and one image as large as it is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from analysis.images.shown import LARGEST_FILE, shown_jpeg
from dashboard import data, route
from dashboard.text import md, plain
from db import layout
from db.queries import overview


@dataclass(frozen=True)
class Picture:
    """A thumbnail with the words under it: ``label`` leads to the image, ``note`` is Markdown."""

    image_id: int
    label: str
    note: str = ""
    alt: str = ""
    jpeg: bytes | None = None  # shown in the place of the thumbnail


def wall(pictures: Iterable[Picture], *, columns: int = 8) -> None:
    """Thumbnails side by side, each with a link to its image."""
    shown = list(pictures)
    jpegs = data.thumbnails([picture.image_id for picture in shown])
    with st.grid(columns, min_column_width=90, gap="small"):
        for picture in shown:
            with st.container(gap=None):
                jpeg = picture.jpeg or jpegs.get(picture.image_id)
                if jpeg is None:
                    st.caption("no thumbnail")
                else:
                    alt = picture.alt or picture.label
                    st.image(jpeg, width="stretch", alt=plain(alt, 200))
                route.link("image", picture.image_id, plain(picture.label, 40))
                if picture.note:
                    st.caption(picture.note)


def decided(rows: pd.DataFrame) -> list[Picture]:
    """Pictures of images with their decision: right, wrong, or not known."""
    pictures = []
    for row in rows.to_dict("records"):
        name, predicted = row["class_name"], row["predicted"]
        note = "no decision"
        if predicted is not None:
            sure = f"{100 * row['probability']:.0f} %"
            wrong = pd.notna(row["correct"]) and not row["correct"]
            note = f":orange[✗ taken for {md(predicted, 40)}], {sure}" if wrong else f"✓ {sure}"
            if name is None:
                note = f"taken for {md(predicted, 40)}, {sure}"
        label = name if name is not None else f"image {row['image_id']}"
        pictures.append(Picture(row["image_id"], label, note, f"{label}, {row['path']}"))
    return pictures


@dataclass(frozen=True)
class Original:
    """An image file as it lies on the disk, or the reason why it is not shown."""

    jpeg: bytes | None
    reason: str | None


def original(path: str, sha256: str) -> Original:
    """The audited file, if it is still where the audit found it and has not changed; of a bundle,
    the picture that was put into it."""
    bundled = layout.shown_image(data.store().directory, sha256)
    if sha256.isalnum() and bundled.is_file():
        return Original(bundled.read_bytes(), None)
    run = data.ask(overview.last_run)
    root = run.config.get("images") if run is not None else None
    if not isinstance(root, str) or not root:
        return Original(None, "The audit does not say where the images lay.")
    if not Path(root).is_absolute():  # a bundle's: what it leads to lies on another machine
        return Original(None, "This bundle holds thumbnails only, not the pictures themselves.")
    return _read_original(root, path, sha256)


@st.cache_data(max_entries=40, ttl=300, show_spinner=False)
def _read_original(root: str, path: str, sha256: str) -> Original:
    directory = Path(root)
    file = directory / path
    try:
        # A store may come from a stranger: no path in it leaves the images' directory.
        if not file.resolve().is_relative_to(directory.resolve()) or not file.is_file():
            return Original(None, "The original is no longer where the audit found it.")
        if file.stat().st_size > LARGEST_FILE:
            return Original(None, "The original is too large to show.")
        content = file.read_bytes()
    except (OSError, ValueError):
        return Original(None, "The original cannot be read.")
    if hashlib.sha256(content).hexdigest() != sha256:
        return Original(None, "The file has changed since the audit, so it is not shown.")
    try:
        return Original(shown_jpeg(content), None)
    except ValueError:
        return Original(None, "The original cannot be decoded.")
