"""The image under change: what the store and the arrays know of it, kept between moves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from analysis.explain.grounds import UnitKind
from analysis.shortcuts.inputs import Head
from analysis.whatif import Audited, Subject, Words
from dashboard import data
from dashboard.parts import concepts, unit_links
from dashboard.parts.whatif.address import Unit
from db.queries import overview, units, whatif
from db.queries.concepts import concept_texts
from db.queries.units import UnitFilter


@dataclass(frozen=True)
class Named:
    """A unit as a row of the controls shows it."""

    unit: Unit
    label: str
    here: float
    """Its activation on the image."""
    largest: float
    """In the audit."""

    @property
    def limit(self) -> float:
        """How far it may be set: three times what it is here, or its largest."""
        return max(3 * abs(self.here), self.largest) or 1.0

    @property
    def lowest(self) -> float:
        """A latent is never below 0; a neuron may lie as far below its mean as above."""
        return 0.0 if self.unit[0] == "latent" else -self.limit

    def allows(self, value: float) -> bool:
        """Whether it may be set so, up to the rounding of an address."""
        return 1.001 * self.lowest <= value <= 1.001 * self.limit

    def takes(self, value: float) -> bool:
        """Whether that is allowed, and another value than it has here."""
        return self.allows(value) and abs(value - self.here) > 0.001 * self.limit


def subject_of(image_id: int) -> Subject | None:
    """The image with the head and the autoencoder; None where the audit has no features of it."""
    found = audited()
    if found is None or not 0 <= image_id < len(found.features):
        return None
    return found.subject(image_id)


def words() -> tuple[Words, list[str]] | None:
    """The vocabulary by the text map shown first, and its texts; None where there is none."""
    text_map, found = concepts.first_map(), audited()
    if text_map is None or found is None:
        return None
    return _words((*data.audit_key(), text_map), found, text_map)


def named(subject: Subject, kind: UnitKind, numbers: tuple[int, ...]) -> dict[Unit, Named]:
    """Units by their numbers, in that order; those that the audit does not have are left out."""
    held = subject.activations(kind)
    frame = data.ask(units.units, kind, UnitFilter(numbers=numbers), limit=None)
    labels = unit_links.labels(frame)
    found = {
        int(row["number"]): Named((kind, int(row["number"])), label, here, row["max_activation"])
        for row, label in zip(frame.to_dict("records"), labels, strict=True)
        if row["number"] < len(held)
        for here in [float(held[row["number"]])]
    }
    return {(kind, n): found[n] for n in numbers if n in found}


def audited() -> Audited | None:
    """What all images share, read once; None where the audit lacks any of it."""
    model = data.ask(overview.model)
    if model is None:
        return None
    shape = (model.num_classes, model.feature_dim)
    weight, bias = data.array("class_embeddings", shape), data.array("bias", shape[:1])
    features = data.array("features", (None, model.feature_dim))
    if weight is None or bias is None or features is None or len(features) == 0:
        return None
    return _kept(data.audit_key(), features, weight, bias, _directory())


@st.cache_resource(max_entries=2, show_spinner=False)
def _kept(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _features: np.ndarray,
    _weight: np.ndarray,
    _bias: np.ndarray,
    _directory: Path | None,
) -> Audited:
    return Audited.of(_features, Head(np.asarray(_weight), np.asarray(_bias)), _directory)


def _directory() -> Path | None:
    """Where the autoencoder lies; a store may come from a stranger: never outside of it."""
    row = data.ask(overview.sae)
    if row is None:
        return None
    root = data.store().directory.resolve()
    directory = (root / row.directory).resolve()
    return directory if directory.is_relative_to(root) else None


@st.cache_resource(max_entries=2, show_spinner=False)
def _words(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _found: Audited,
    _text_map: str,
) -> tuple[Words, list[str]] | None:
    texts = data.ask(concept_texts)
    name = f"concept_directions.{_text_map}"
    directions = data.array(name, (len(texts), _found.features.shape[1]))
    if directions is None or not texts:
        return None
    hubness = np.array(data.ask(whatif.concept_hubness, _text_map), float)
    return Words(directions, _found.features, _found.mean, hubness), texts
