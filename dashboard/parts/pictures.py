"""Pictures: a wall of thumbnails that lead to their images, and one image as large as it is."""

import hashlib
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import data, route
from dashboard.text import md, plain
from db.queries import overview

_LARGEST_FILE = 40_000_000  # bytes
_LARGEST_SIDE = 720  # pixels shown
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")


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
    """The audited file, if it is still where the audit found it and has not changed."""
    run = data.ask(overview.last_run)
    root = run.config.get("images") if run is not None else None
    if not isinstance(root, str) or not root:
        return Original(None, "The audit does not say where the images lay.")
    return _read_original(root, path, sha256)


@st.cache_data(max_entries=40, ttl=300, show_spinner=False)
def _read_original(root: str, path: str, sha256: str) -> Original:
    from PIL import Image

    directory = Path(root)
    file = directory / path
    try:
        # A store may come from a stranger: no path in it leaves the images' directory.
        if not file.resolve().is_relative_to(directory.resolve()) or not file.is_file():
            return Original(None, "The original is no longer where the audit found it.")
        if file.stat().st_size > _LARGEST_FILE:
            return Original(None, "The original is too large to show.")
        content = file.read_bytes()
    except (OSError, ValueError):
        return Original(None, "The original cannot be read.")
    if hashlib.sha256(content).hexdigest() != sha256:
        return Original(None, "The file has changed since the audit, so it is not shown.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                picture = opened.convert("RGB")
        picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Original(None, "The original cannot be decoded.")
    return Original(buffer.getvalue(), None)
