"""The points of the map: where each lies, what it is, what it is called."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from analysis.atlas import KINDS, Kind
from dashboard import data
from dashboard.parts import unit_links
from dashboard.text import plain
from db.arrays import read_array
from db.errors import StoreError
from db.queries import atlas, classes, concepts, overview, provenance

MANY: dict[Kind, str] = {
    "class": "classes",
    "latent": "latents",
    "image": "images",
    "concept": "texts",
}

ONE: dict[Kind, str] = {
    "class": "class",
    "latent": "latent",
    "image": "image",
    "concept": "text",
}
"""Kinds as the page calls them."""

_ARRAYS = ("atlas.positions", "atlas.points")


@dataclass(frozen=True)
class Points:
    """All points of the map, in the order of the store's arrays; rows are their numbers here."""

    positions: np.ndarray
    """(points, 2) float32."""
    kind: np.ndarray
    """(points,): places in KINDS."""
    identity: np.ndarray
    """(points,): ids of classes, images and concepts, numbers of latents."""
    own: np.ndarray
    """(points,): the class that each belongs to: itself, the predicted one, the one that a latent
    pushes most, the one that holds a concept most."""
    names: list[str]
    """What each is called; an image by the class it is taken for."""
    wrong: np.ndarray
    """(points,): images whose decision is not their folder's class."""

    def rows(self, kind: Kind) -> np.ndarray:
        """The points of a kind."""
        return np.flatnonzero(self.kind == KINDS.index(kind))

    def row(self, kind: str, identity: int) -> int | None:
        """Where one of them lies; None where it is not on the map."""
        if kind not in KINDS:
            return None
        found = np.flatnonzero((self.kind == KINDS.index(kind)) & (self.identity == identity))
        return int(found[0]) if len(found) else None

    def kind_of(self, row: int) -> Kind:
        """What a point is."""
        return KINDS[self.kind[row]]


def points() -> Points | None:
    """The map of the audit at hand; None where it has none."""
    # Names that people give latents stand on the map: the whole version, not the audit's alone.
    return _points((str(data.store().directory), data.store().version), data.store().engine)


@st.cache_resource(max_entries=2, show_spinner=False)
def _points(key: Any, _engine: Any) -> Points | None:  # noqa: ARG001  (part of the key)
    stored = [_stored(name) for name in _ARRAYS]
    if not _fit(*stored):
        return None
    positions, (kind, identity, own) = np.asarray(stored[0]), np.asarray(stored[1]).T
    names = _names()
    called = [
        names[KINDS[k]].get(i, str(i))
        for k, i in zip(
            kind.tolist(),
            np.where(kind == KINDS.index("image"), own, identity).tolist(),
            strict=True,
        )
    ]
    labels = _stored("labels")
    wrong = np.zeros(len(kind), bool)
    images = np.flatnonzero(kind == KINDS.index("image"))
    if labels is not None and len(images) and identity[images].max() < len(labels):
        truth = np.asarray(labels)[identity[images]]
        wrong[images] = (truth >= 0) & (truth != own[images])
    return Points(positions, kind, identity, own, called, wrong)


def lost() -> list[str]:
    """Arrays of the map that the audit lists and that cannot be read as such."""
    of_all = set(data.ask(provenance.artifacts)["name"])
    listed = [name for name in _ARRAYS if name in of_all]
    return [name for name in listed if _stored(name) is None] or listed


def _stored(name: str) -> np.ndarray | None:
    at_hand = data.store()
    try:
        return read_array(at_hand.directory, at_hand.engine, name)
    except (StoreError, OSError, ValueError):
        return None


def _fit(positions: np.ndarray | None, rows: np.ndarray | None) -> bool:
    """Whether two arrays of a store, perhaps a stranger's, are a map."""
    if positions is None or rows is None or len(positions) == 0:
        return False
    if positions.dtype.kind != "f" or rows.dtype.kind != "i":
        return False
    if positions.shape != (len(rows), 2) or rows.shape != (len(rows), 3):
        return False
    known = bool((rows >= 0).all() and (rows[:, 0] < len(KINDS)).all())
    return known and bool(np.isfinite(positions).all())


def _names() -> dict[str, dict[int, str]]:
    """What is called how, by kind; safe to show. Images go by the name of a class."""
    of_classes = {i: plain(name) for i, name in data.ask(classes.class_names).items()}
    latents = data.ask(atlas.latent_labels)
    labels = zip(latents["number"].tolist(), unit_links.labels(latents), strict=True)
    texts = data.ask(concepts.concept_texts)
    return {
        "class": of_classes,
        "image": of_classes,
        "latent": {number: f"{number}: {label}" for number, label in labels},
        "concept": {i: plain(text) for i, text in enumerate(texts)},
    }


def trusted() -> list[tuple[str, float, float | None, int, str]]:
    """How far the map can be trusted: name, value, floor, out of how many, what was measured."""
    frame = data.ask(overview.measures)
    of_map = frame.loc[frame["name"].str.startswith("map: ")]
    columns = (of_map[name] for name in ("name", "value", "floor", "n", "what"))
    return [
        (str(name).removeprefix("map: "), value, floor, n, what)
        for name, value, floor, n, what in zip(*columns, strict=True)
    ]
