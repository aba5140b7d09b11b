"""Example images of a unit in three galleries, its heat-map over each."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts import heat, pictures
from dashboard.parts.pictures import Picture
from dashboard.text import plain
from db.queries import overview, unit_dossier, units
from db.queries.unit_dossier import HeatMap
from db.queries.units import Kind, Stratum, UnitInfo

_GALLERIES: tuple[tuple[Stratum, str, str], ...] = (
    (
        "top",
        "Strongest",
        "The images that activate it most. They flatter: a unit may look pure here and mean more.",
    ),
    (
        "quantile",
        "A sample over its range",
        "Spread over all its activations, strongest first: what it mostly does.",
    ),
    (
        "random",
        "Drawn at random",
        "From all images, whether it is active or not: what it passes over.",
    ),
)
_SHOWN, _MOST = 8, 48


def examples(kind: Kind, info: UnitInfo) -> None:
    """The galleries under one pair of switches."""
    peak = data.ask(unit_dossier.largest_peak, info.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Example images", anchor=False, width="content")
        warm = peak is not None and st.toggle(
            "Heat-maps", value=True, key=f"{kind}_heat", bind="query-params"
        )
        all_of_them = st.toggle("All examples", key=f"{kind}_examples", bind="query-params")
    if warm:
        st.caption(
            "Bright is where in the image it is active, on one scale for all its images. "
            "✗ marks a wrong decision.",
            help="A map has as many positions as the classifier's last stage, and each of them "
            "sees far around itself: it shows the region, not the outline. What lies outside of "
            "the classifier's crop is veiled.",
        )
    held = False
    for stratum, title, words in _GALLERIES:
        frame = data.ask(
            units.unit_activations, info.id, stratum, limit=_MOST if all_of_them else _SHOWN
        )
        if frame.empty:
            continue
        held = True
        st.markdown(f"**{title}** :gray[{words}]")
        overlaid = _overlaid(info.id, frame, peak) if warm and peak else {}
        pictures.wall(_picture(row, overlaid) for row in frame.to_dict("records"))
    if not held:
        st.caption("The audit holds no example image.")


def _picture(row: dict[Any, Any], overlaid: dict[int, bytes]) -> Picture:
    name = row["class_name"] or f"image {row['image_id']}"
    wrong = row["class_name"] is not None and row["predicted"] not in (None, row["class_name"])
    note = f"activation {row['value']:.2f}"
    if wrong:
        note += " :orange[✗]"
    return Picture(row["image_id"], plain(name, 40), note, jpeg=overlaid.get(int(row["image_id"])))


def _overlaid(unit_id: int, frame: pd.DataFrame, peak: float) -> dict[int, bytes]:
    """Thumbnails with the unit's map on them, of the images that have both."""
    ids = [int(i) for i in frame["image_id"]]
    maps = data.ask(unit_dossier.unit_maps, unit_id, tuple(ids))
    jpegs = data.thumbnails(ids)
    sizes = dict(zip(ids, zip(frame["width"], frame["height"], strict=True), strict=True))
    model = data.ask(overview.model)
    preprocessing = {} if model is None else model.preprocessing
    done = {}
    for i in ids:
        if i in maps and i in jpegs:
            crop = heat.seen(*sizes[i], preprocessing)
            key = (str(data.store().directory), data.store().version, unit_id, i)
            done[i] = _overlay(key, jpegs[i], maps[i], peak, crop)
    return {i: jpeg for i, jpeg in done.items() if jpeg is not None}


@st.cache_data(max_entries=2000, show_spinner=False)
def _overlay(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _jpeg: bytes,
    _map: HeatMap,
    _peak: float,
    _crop: heat.Crop,
) -> bytes | None:
    strength = _map.grid / 255 * (max(_map.peak, 0.0) / _peak)
    return heat.overlay(_jpeg, strength, _crop)
