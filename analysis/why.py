"""Why A, not B? One image's decision set against another class, read from an audit's store."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.explain.grounds import UnitKind
from analysis.shortcuts.contrast import Mask, contrast, smallest_mask, tipped
from analysis.shortcuts.inputs import Head
from analysis.shortcuts.meaning import same_meaning
from analysis.textmap.base import unit_rows
from analysis.whatif import KINDS, Audited, Subject
from db.queries.classes import class_names
from db.queries.concepts import texts_of
from db.queries.frame import shown_first
from db.queries.images import image, image_paths, image_predictions
from db.queries.overview import sae
from db.queries.unit_dossier import unit_names
from db.queries.units import Kind
from db.reader import AuditReader

EACH_WAY = 6
"""Concepts and units that are told for either class."""
LOOKED_AT = 500
"""Concepts among which those are looked for."""


@dataclass(frozen=True)
class Part:
    """A concept or a unit and its part in the lead, in logits; below zero it speaks for the other
    class."""

    name: str
    part: float
    number: int | None = None
    """Of a unit."""


@dataclass(frozen=True)
class UnitsWhy:
    """What units of one kind did."""

    kind: Kind
    parts: tuple[Part, ...]
    """The ``EACH_WAY`` largest either way, the first speak for the class that won."""
    mask: tuple[int, ...]
    """The fewest units without which the other class wins, as far as a greedy search goes."""
    restored: bool
    winner: str
    """The class that wins without the masked units."""


@dataclass(frozen=True)
class Why:
    """One image's decision against another class."""

    image_id: int
    path: str
    won: str
    other: str
    lead: float
    """Logit of the class that won less that of the other."""
    concepts: tuple[Part, ...]
    text_map: str
    units: tuple[UnitsWhy, ...]


def why(
    audit: AuditReader, image_id: int, other: int | None = None, *, audited: Audited | None = None
) -> Why:
    """What speaks for the decision, and for the other class, on an image of the audit.

    Args:
        other: id of the class that it should have been; None takes the image's own where it was
            taken for another, else the second best.
        audited: features, head and autoencoder where they have been read before.

    Raises:
        InputError: there is no such image, no decision, or the other class is the decision.
    """
    path, won, other = _classes(audit, image_id, other)
    shared = _read(audit) if audited is None else audited
    head, subject = shared.head, shared.subject(image_id)
    feature, mean = subject.feature, subject.mean
    text_map = shown_first(audit.engine) or ""
    names = class_names(audit.engine)
    units = tuple(
        _units(audit, kind, subject, won, other, names)
        for kind in KINDS
        if kind == "neuron" or subject.autoencoder is not None
    )
    difference = head.weight[won] - head.weight[other]
    return Why(
        image_id=image_id,
        path=path,
        won=names[won],
        other=names[other],
        lead=float(feature @ difference + head.bias[won] - head.bias[other]),
        concepts=_concepts(audit, text_map, head, feature, mean, won, other),
        text_map=text_map,
        units=units,
    )


def find_image(audit: AuditReader, asked: str) -> int:
    """Id of the image of that path, or of the only one whose path ends so.

    Raises:
        InputError: there is none, or several.
    """
    paths = image_paths(audit.engine)
    parts = PurePath(asked).parts
    fits = [i for i, path in paths.items() if PurePath(path).parts[-len(parts) :] == parts]
    whole = [i for i in fits if paths[i] == asked]
    if len(whole or fits) != 1:
        raise InputError(
            f"{len(fits)} images of the audit are called {asked!r}: give the path below its folder"
        )
    return (whole or fits)[0]


def _classes(audit: AuditReader, image_id: int, other: int | None) -> tuple[str, int, int]:
    """The image's path, the class that won, and the one it is set against."""
    info = image(audit.engine, image_id)
    predicted = None if info is None else info.predicted_id
    if info is None or predicted is None or pd.isna(predicted):
        raise InputError(f"the audit holds no decision on an image {image_id}: see glowworm serve")
    won = int(predicted)
    if other is None and info.class_id is not None and int(info.class_id) != won:
        other = int(info.class_id)
    if other is None:
        best = image_predictions(audit.engine, image_id)["class_id"].tolist()
        other = next((int(c) for c in best if int(c) != won), None)
    if other is None or other == won:
        raise InputError("the other class is the decision itself: give another one")
    return info.path, won, other


def _read(audit: AuditReader) -> Audited:
    head = Head(*(np.asarray(audit.array(name)) for name in ("class_embeddings", "bias")))
    row = sae(audit.engine)
    directory = None if row is None else audit.directory / row.directory
    return Audited.of(audit.array("features"), head, directory)


def _units(
    audit: AuditReader,
    kind: UnitKind,
    subject: Subject,
    won: int,
    other: int,
    names: dict[int, str],
) -> UnitsWhy:
    """Of the active units only: the others contribute nothing."""
    active = np.flatnonzero(subject.activations(kind))
    activations, directions = subject.activations(kind)[active], subject.directions(kind, active)
    found = tipped(subject.head, activations, directions, won=won, other=other)
    units = active[found.units]
    each = min(EACH_WAY, len(found.units))
    for_won = [i for i in range(each) if found.contributions[i] > 0]
    for_other = [i for i in range(-each, 0) if found.contributions[i] < 0]
    chosen = [*for_won, *for_other]
    told = unit_names(audit.engine, kind, units[chosen].tolist())
    labels = {row["number"]: _called(row) for row in told.to_dict("records")}
    mask: Mask = smallest_mask(subject.head, activations, directions, subject.feature, other=other)
    return UnitsWhy(
        kind=kind,
        parts=tuple(
            Part(
                labels.get(int(units[i]), ""),
                float(found.contributions[i]),
                int(units[i]),
            )
            for i in chosen
        ),
        mask=tuple(active[mask.units].tolist()),
        restored=mask.restored,
        winner=names[mask.winner],
    )


def _concepts(
    audit: AuditReader,
    text_map: str,
    head: Head,
    feature: np.ndarray,
    mean: np.ndarray,
    won: int,
    other: int,
) -> tuple[Part, ...]:
    """The concepts that set the two classes apart here, one of each meaning."""
    directions = audit.array(f"concept_directions.{text_map}")
    squares = np.einsum("cf,cf->c", directions, directions)  # without a copy of unit rows
    parts = contrast(head, directions, feature, mean, won=won, other=other)
    parts /= np.where(squares > 0, squares, 1)
    rising = np.argsort(parts, kind="stable")
    falling = rising[::-1]
    chosen = _apart(audit, directions, falling[parts[falling] > 0])
    chosen += reversed(_apart(audit, directions, rising[parts[rising] < 0]))
    texts = texts_of(audit.engine, chosen)
    return tuple(Part(texts[i], float(parts[i])) for i in chosen)


def _apart(audit: AuditReader, directions: np.ndarray, order: np.ndarray) -> list[int]:
    """The first ``EACH_WAY`` of these concepts that do not say the same, of ``LOOKED_AT``."""
    looked_at = order[:LOOKED_AT]
    near = unit_rows(np.asarray(directions[looked_at]))
    embeddings = audit.array("concept_embeddings")[looked_at]
    kept: list[int] = []
    for place in range(len(looked_at)):
        if len(kept) == EACH_WAY:
            break
        if not len(same_meaning(place, np.array(kept, int), embeddings, near)):
            kept.append(place)
    return looked_at[kept].tolist()


def _called(row: dict[Hashable, Any]) -> str:
    """A unit's label: a person's before the machine's, which stands in brackets if it abstains."""
    if isinstance(row["human"], str):
        return row["human"]
    if not isinstance(row["label"], str):
        return ""
    return f"({row['label']}?)" if row["abstained"] is True else row["label"]
