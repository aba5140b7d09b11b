"""The pages of latents, neurons and channels: all units of a kind, and one unit.

What else the store knows of one unit: ``db.queries.unit_dossier``.
"""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Engine, and_, case, func, literal_column, not_, or_, select

from db.queries.frame import (
    AnySelect,
    columns_for,
    contains,
    count_rows,
    page,
    read_frame,
    read_one,
)
from db.queries.human import is_called
from db.queries.images import Best, PredictedClass, TrueClass, best_label_of, is_best
from db.schema import (
    Activation,
    Class,
    Concept,
    HumanLabel,
    Image,
    Label,
    TextMap,
    Unit,
    UnitClass,
)

Kind = Literal["latent", "neuron", "channel"]
Order = Literal["number", "density", "max_activation", "pearson", "auprc", "stability", "others"]
Spread = Literal["shared", "single class"]
Stratum = Literal["top", "quantile", "random"]


@dataclass(frozen=True)
class UnitFilter:
    """Which units of a kind; a field left at its default lets all through."""

    alive: bool | None = None
    abstained: bool | None = None  # False: the first label clears its floor
    search: str = ""  # in the first label and in a person's
    text_map: str | None = None  # whose labels; None: the one shown first
    spread: Spread | None = None
    labelled: bool | None = None  # True: a person named it, or its first label clears its floor
    by_person: bool | None = None  # True: a person named it
    concept_id: int | None = None  # its first label is this concept, and clears its floor
    numbers: tuple[int, ...] | None = None  # only these


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
    level: int | None
    stability: float | None
    spread: str | None
    effective_classes: float | None


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
    abstained, cosine, z, pearson, pearson_low, auprc, f1, auc, floor_pearson, level, stability,
    spread, effective_classes, others (other units of the kind with the same label; <NA> where
    this one has none that clears its floor), human, human_author (a person's label; None
    without).
    label is None, abstained <NA> and the scores NaN where a unit has no label.
    """
    keys: dict[Order, tuple[Any, ...]] = {
        "number": (),
        "density": (Unit.density.desc(),),
        "max_activation": (Unit.max_activation.desc(),),
        "pearson": (Label.pearson.desc().nulls_last(),),
        "auprc": (Label.auprc.desc().nulls_last(),),
        "stability": (Unit.stability.desc().nulls_last(),),
        "others": (literal_column("carriers").desc().nulls_last(), Concept.text),
    }
    statement = _named(_listed(kind, filter), filter).where(*_of_names(filter))
    if order == "others":
        statement = _with_carriers(statement, kind)
    statement = page(statement.order_by(*keys[order], Unit.number), limit, offset)
    frame = read_frame(engine, statement, optional=("abstained", "level", "concept_id", "carriers"))
    frame["others"] = _others(engine, kind, frame)
    return frame.drop(columns=["concept_id", "text_map", "carriers"], errors="ignore")


def count_units(engine: Engine, kind: Kind, filter: UnitFilter = UnitFilter()) -> int:
    """How many units match."""
    statement = select(Unit.id).where(Unit.kind == kind, *_of_units(filter))
    of_names = _of_names(filter)
    if of_names:  # else the names of all units would be looked up for nothing
        statement = _named(statement, filter).where(*of_names)
    return count_rows(engine, statement)


def unit(engine: Engine, kind: Kind, number: int) -> UnitInfo | None:
    """One unit by its number within its kind, None where there is none."""
    statement = select(*columns_for(UnitInfo, Unit))
    return read_one(engine, UnitInfo, statement.where(Unit.kind == kind, Unit.number == number))


def unit_ids(engine: Engine, kind: Kind) -> dict[int, int]:
    """Ids of all units of a kind by their numbers."""
    with engine.connect() as connection:
        rows = connection.execute(select(Unit.number, Unit.id).where(Unit.kind == kind)).all()
        return {row.number: row.id for row in rows}


def unit_labels(engine: Engine, unit_id: int) -> pd.DataFrame:
    """Candidate labels of a unit, those of the text map shown first on top.

    Columns: text_map, rank, concept_id, label, method, cosine, z, pearson, pearson_low,
    pearson_high, auprc, f1, auc, floor_pearson, correlation, abstained, others (other units of its
    kind whose first label it is by the same text map, and clears its floor).
    """
    kind = select(Unit.kind).where(Unit.id == unit_id).scalar_subquery()
    candidates = select(Label.concept_id).where(Label.unit_id == unit_id)
    carried = _carriers(kind).where(Label.concept_id.in_(candidates)).subquery("carried")
    itself = case((and_(Label.rank == 1, not_(Label.abstained)), 1), else_=0)
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
            Label.pearson_low,
            Label.pearson_high,
            Label.auprc,
            Label.f1,
            Label.auc,
            Label.floor_pearson,
            Label.correlation,
            Label.abstained,
            (func.coalesce(carried.c.units, 0) - itself).label("others"),
        )
        .join(Concept, Concept.id == Label.concept_id)
        .join(TextMap, TextMap.name == Label.text_map)
        .outerjoin(
            carried,
            and_(carried.c.concept_id == Label.concept_id, carried.c.text_map == Label.text_map),
        )
        .where(Label.unit_id == unit_id)
        .order_by(TextMap.shown_first.desc(), Label.text_map, Label.rank)
    )
    return read_frame(engine, statement)


def unit_activations(
    engine: Engine, unit_id: int, stratum: Stratum, *, limit: int | None = 48
) -> pd.DataFrame:
    """Example images of a unit, strongest first; of those drawn at random most are not active.

    Columns: rank, image_id, value, path, width, height, class_id, class_name, predicted_id,
    predicted; the class columns are <NA> and None where they are not known.
    """
    statement = (
        select(
            Activation.rank,
            Activation.image_id,
            Activation.value,
            Image.path,
            Image.width,
            Image.height,
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


def _listed(kind: Kind, filter: UnitFilter) -> AnySelect:
    """The columns of ``units``, but for "others", whose first label is named beside it."""
    return select(
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
        Label.pearson_low,
        Label.auprc,
        Label.f1,
        Label.auc,
        Label.floor_pearson,
        Unit.level,
        Unit.stability,
        Unit.spread,
        Unit.effective_classes,
        HumanLabel.text.label("human"),
        HumanLabel.author.label("human_author"),
        Label.concept_id,
        Label.text_map,
    ).where(Unit.kind == kind, *_of_units(filter))


def _named(statement: AnySelect, filter: UnitFilter) -> AnySelect:
    """Units joined with their first label and with a person's."""
    return (
        statement.outerjoin_from(Unit, Label, best_label_of(Unit.id, filter.text_map))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .outerjoin(HumanLabel, is_called())
    )


def _of_units(filter: UnitFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of a unit whatever it is called."""
    wanted: list[ColumnElement[bool]] = []
    if filter.alive is not None:
        wanted.append(Unit.alive == filter.alive)
    if filter.spread is not None:
        wanted.append(Unit.spread == filter.spread)
    if filter.numbers is not None:
        wanted.append(Unit.number.in_(filter.numbers))
    return wanted


def _of_names(filter: UnitFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of a unit's names."""
    by_person, clears = HumanLabel.text.is_not(None), _clears()
    wanted: list[ColumnElement[bool]] = []
    for asked, condition in (
        (filter.abstained, Label.abstained),
        (filter.labelled, or_(by_person, clears)),
        (filter.by_person, by_person),
    ):
        if asked is not None:
            wanted.append(condition == asked)
    if filter.search.strip():
        wanted.append(contains(filter.search, Concept.text, func.coalesce(HumanLabel.text, "")))
    if filter.concept_id is not None:
        wanted += [Label.concept_id == filter.concept_id, clears]
    return wanted


def _clears() -> ColumnElement[bool]:
    return and_(Label.id.is_not(None), not_(Label.abstained))


def _with_carriers(statement: AnySelect, kind: Kind) -> AnySelect:
    """With a column "carriers": how many units carry the first label, where it clears its floor."""
    carried = _carriers(kind).subquery("carried")
    same = and_(carried.c.concept_id == Label.concept_id, carried.c.text_map == Label.text_map)
    units = case((_clears(), carried.c.units)).label("carriers")
    return statement.outerjoin(carried, same).add_columns(units)


def _others(engine: Engine, kind: Kind, frame: pd.DataFrame) -> pd.Series:
    """How many other units carry the first labels of these; <NA> where that does not clear."""
    cleared = frame["abstained"].eq(False).fillna(False)
    concepts = [int(i) for i in frame.loc[cleared, "concept_id"].unique()]
    found = read_frame(engine, _carriers(kind).where(Label.concept_id.in_(concepts)))
    keys = zip(found["text_map"], found["concept_id"], strict=True)
    carriers = dict(zip(keys, found["units"], strict=True))
    values = [
        carriers[text_map, concept_id] - 1 if clear else None
        for text_map, concept_id, clear in zip(
            frame["text_map"], frame["concept_id"], cleared, strict=True
        )
    ]
    return pd.Series(values, index=frame.index, dtype="Int64")


def _carriers(kind: Any) -> AnySelect:
    """How many units of a kind have a concept for their first label, where that clears its floor:
    text_map, concept_id, units.

    The kind is looked up label by label: joined, SQLite would start from all units of the kind
    even where only some concepts are asked about.
    """
    of = select(Unit.kind).where(Unit.id == Label.unit_id).scalar_subquery()
    return (
        select(Label.text_map, Label.concept_id, func.count().label("units"))
        .where(Label.rank == 1, not_(Label.abstained), of == kind)
        .group_by(Label.text_map, Label.concept_id)
    )
