"""The pages of latents and neurons: all units of a kind, and one unit."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import (
    AnySelect,
    columns_for,
    contains,
    count_rows,
    page,
    read_frame,
    read_one,
)
from db.queries.images import Best, PredictedClass, TrueClass, best_label_of, is_best
from db.schema import Activation, Class, Concept, Image, Label, TextMap, Unit, UnitClass

Kind = Literal["latent", "neuron"]
Order = Literal["number", "density", "max_activation", "pearson", "auprc"]


@dataclass(frozen=True)
class UnitFilter:
    """Which units of a kind; a field left at its default lets all through."""

    alive: bool | None = None
    abstained: bool | None = None  # False: the first label clears its floor
    search: str = ""  # in the first label
    text_map: str | None = None  # whose labels; None: the one shown first


@dataclass(frozen=True)
class UnitInfo:
    """One unit; ``histogram`` is {"edges": [...], "counts": [...]} over active images."""

    id: int
    kind: str
    number: int
    alive: bool
    density: float
    mean_activation: float
    max_activation: float
    histogram: dict[str, Any]


def units(
    engine: Engine,
    kind: Kind,
    filter: UnitFilter = UnitFilter(),
    *,
    order: Order = "number",
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Units of a kind with their first label, by number or largest first.

    Columns: unit_id, kind, number, alive, density, mean_activation, max_activation, label,
    abstained, cosine, z, pearson, auprc, f1, auc, floor_pearson; label is None, abstained <NA>
    and the scores NaN where a unit has no label.
    """
    keys: dict[Order, tuple[Any, ...]] = {
        "number": (),
        "density": (Unit.density.desc(),),
        "max_activation": (Unit.max_activation.desc(),),
        "pearson": (Label.pearson.desc().nulls_last(),),
        "auprc": (Label.auprc.desc().nulls_last(),),
    }
    statement = _matching(kind, filter).order_by(*keys[order], Unit.number)
    return read_frame(engine, page(statement, limit, offset), optional=("abstained",))


def count_units(engine: Engine, kind: Kind, filter: UnitFilter = UnitFilter()) -> int:
    """How many units match."""
    return count_rows(engine, _matching(kind, filter))


def unit(engine: Engine, kind: Kind, number: int) -> UnitInfo | None:
    """One unit by its number within its kind, None where there is none."""
    statement = select(*columns_for(UnitInfo, Unit))
    return read_one(engine, UnitInfo, statement.where(Unit.kind == kind, Unit.number == number))


def unit_labels(engine: Engine, unit_id: int) -> pd.DataFrame:
    """Candidate labels of a unit, those of the text map shown first on top.

    Columns: text_map, rank, concept_id, label, method, cosine, z, pearson, auprc, f1, auc,
    floor_pearson, abstained.
    """
    statement = (
        select(
            Label.text_map,
            Label.rank,
            Label.concept_id,
            Concept.text.label("label"),
            Label.method,
            Label.cosine,
            Label.z,
            Label.pearson,
            Label.auprc,
            Label.f1,
            Label.auc,
            Label.floor_pearson,
            Label.abstained,
        )
        .join(Concept, Concept.id == Label.concept_id)
        .join(TextMap, TextMap.name == Label.text_map)
        .where(Label.unit_id == unit_id)
        .order_by(TextMap.shown_first.desc(), Label.text_map, Label.rank)
    )
    return read_frame(engine, statement)


def unit_activations(
    engine: Engine, unit_id: int, stratum: Literal["top", "quantile"], *, limit: int | None = 48
) -> pd.DataFrame:
    """Images on which a unit is active, strongest first.

    Columns: rank, image_id, value, path, class_id, class_name, predicted_id, predicted; the
    class columns are <NA> and None where they are not known.
    """
    statement = (
        select(
            Activation.rank,
            Activation.image_id,
            Activation.value,
            Image.path,
            Image.class_id,
            TrueClass.name.label("class_name"),
            Best.class_id.label("predicted_id"),
            PredictedClass.name.label("predicted"),
        )
        .join(Image, Image.id == Activation.image_id)
        .outerjoin(Best, is_best())
        .outerjoin(TrueClass, TrueClass.id == Image.class_id)
        .outerjoin(PredictedClass, PredictedClass.id == Best.class_id)
        .where(Activation.unit_id == unit_id, Activation.stratum == stratum)
        .order_by(Activation.rank)
    )
    return read_frame(engine, page(statement, limit, 0), optional=("class_id", "predicted_id"))


def unit_classes(engine: Engine, unit_id: int) -> pd.DataFrame:
    """Classes whose logit a unit moves most, up or down: rank, class_id, class_name, effect."""
    statement = (
        select(UnitClass.rank, UnitClass.class_id, Class.name.label("class_name"), UnitClass.effect)
        .join(Class, Class.id == UnitClass.class_id)
        .where(UnitClass.unit_id == unit_id)
        .order_by(UnitClass.rank)
    )
    return read_frame(engine, statement)


def _matching(kind: Kind, filter: UnitFilter) -> AnySelect:
    statement = (
        select(
            Unit.id.label("unit_id"),
            Unit.kind,
            Unit.number,
            Unit.alive,
            Unit.density,
            Unit.mean_activation,
            Unit.max_activation,
            Concept.text.label("label"),
            Label.abstained,
            Label.cosine,
            Label.z,
            Label.pearson,
            Label.auprc,
            Label.f1,
            Label.auc,
            Label.floor_pearson,
        )
        .select_from(Unit)
        .outerjoin(Label, best_label_of(Unit.id, filter.text_map))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .where(Unit.kind == kind)
    )
    if filter.alive is not None:
        statement = statement.where(Unit.alive == filter.alive)
    if filter.abstained is not None:
        statement = statement.where(Label.abstained == filter.abstained)
    if filter.search.strip():
        statement = statement.where(contains(filter.search, Concept.text))
    return statement
