"""An audit's store, read as the grounds of explanations."""

from typing import cast

import numpy as np

from analysis.errors import InputError
from analysis.explain.grounds import Decision, Grounds, UnitKind, UnitSet
from analysis.shortcuts.inputs import Head
from analysis.text.encoder import TextEncoder
from analysis.textmap.saved import unpack
from db.errors import StoreError
from db.queries.classes import class_names
from db.queries.concepts import concept_texts
from db.queries.frame import shown_first
from db.queries.overview import sae
from db.queries.units import UnitFilter, units
from db.reader import AuditReader
from db.store import AuditStore
from sae.autoencoder import SparseAutoencoder
from sae.units import latent_units, neuron_units

Audit = AuditReader | AuditStore
SURE = 0.45
"""Pearson correlation of a label on held-out images from which an explanation calls the unit so.
A label may clear its floor and yet be wrong on most images on which the unit is active: of the
reef's labels below this most are ("banana" for a whale)."""


def grounds_of(
    audit: Audit, encoder: TextEncoder, *, kind: UnitKind = "latent", text_map: str | None = None
) -> Grounds:
    """What explanations of this audit rest on; neurons where it has no autoencoder.

    Args:
        text_map: another map than the one shown first.

    Raises:
        InputError: the audit has no text map or no images yet.
    """
    name = text_map or shown_first(audit.engine)
    if name is None:
        raise InputError(f"{audit.directory} has no text map yet: finish it with audit --resume")
    unpacked = unpack(name, np.asarray(audit.array(f"text_map.{name}")))
    features = _features(audit)
    return Grounds(
        head=Head(*(np.asarray(audit.array(key)) for key in ("class_embeddings", "bias"))),
        class_names=tuple(class_names(audit.engine).values()),
        features=features,
        concepts=tuple(concept_texts(audit.engine)),
        concept_directions=np.asarray(audit.array(f"concept_directions.{name}")),
        concept_embeddings=np.asarray(audit.array("concept_embeddings")),
        text_direction=lambda texts: unpacked(encoder.encode(texts)),
        units=_units(audit, features, kind),
    )


def known_decision(grounds: Grounds, image: int, class_id: int | None = None) -> Decision:
    """The decision on an image of the audit."""
    return grounds.decision_on(grounds.features[image], class_id)


def _features(audit: Audit) -> np.ndarray:
    try:
        return np.asarray(audit.array("features"))
    except StoreError as error:
        raise InputError(
            f"{audit.directory} was audited without images, which explanations are about: give "
            "--images to audit"
        ) from error


def _units(audit: Audit, features: np.ndarray, kind: UnitKind) -> UnitSet:
    row = sae(audit.engine)
    mean = features.mean(axis=0)
    if kind == "latent" and row is not None:
        latents = SparseAutoencoder.from_directory(audit.directory / row.directory)
        found, read = latent_units(latents, features), latents.encode
    else:
        found, read = neuron_units(features, mean), lambda given: given - mean
    assert found.directions is not None  # only channels have none
    known = units(audit.engine, cast(UnitKind, found.kind), UnitFilter(), limit=None)
    labels: list[str | None] = [None] * found.n_units
    for row in known.to_dict("records"):
        number, human = int(row["number"]), row["human"]
        sure = row["pearson"] >= SURE and not row["abstained"]
        labels[number] = human if isinstance(human, str) else str(row["label"]) if sure else None
    return UnitSet(
        kind=cast(UnitKind, found.kind),
        directions=found.directions,
        activations=found.columns(0, found.n_units),
        thresholds=found.thresholds,
        labels=tuple(labels),
        read=read,
    )
