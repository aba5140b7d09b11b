"""What the store knows of one unit beyond its labels and examples, and of all units together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import aliased

from db.queries.frame import page, read_frame
from db.queries.human import is_called
from db.queries.images import best_label_of
from db.queries.units import Kind
from db.schema import (
    Activation,
    Class,
    Concept,
    HumanLabel,
    Label,
    Unit,
    UnitFires,
    UnitMap,
    UnitNeighbour,
)

Relation = Literal["cofiring", "nearest"]


@dataclass(frozen=True)
class HeatMap:
    """Where in an image a unit is active: ``grid`` (rows, columns), uint8, 255 for ``peak``."""

    grid: np.ndarray
    peak: float


def unit_fires(engine: Engine, unit_id: int, *, limit: int | None = 12) -> pd.DataFrame:
    """Decisions under which a unit is active: rank, class_id, class_name, share, active,
    decided.
    """
    statement = (
        select(
            UnitFires.rank,
            UnitFires.class_id,
            Class.name.label("class_name"),
            UnitFires.share,
            UnitFires.active,
            UnitFires.decided,
        )
        .join(Class, Class.id == UnitFires.class_id)
        .where(UnitFires.unit_id == unit_id)
        .order_by(UnitFires.rank)
    )
    return read_frame(engine, page(statement, limit, 0))


def unit_neighbours(
    engine: Engine, kind: Kind, unit_id: int, relation: Relation, *, limit: int | None = 10
) -> pd.DataFrame:
    """Units that fire with a unit, or whose directions lie nearest to its own.

    Columns: rank, number, value, and label, abstained, human, human_author of ``units``.
    """
    other = aliased(Unit, name="other")
    statement = (
        select(UnitNeighbour.rank, other.number, UnitNeighbour.value)
        .join(other, other.id == UnitNeighbour.other_id)
        .where(UnitNeighbour.unit_id == unit_id, UnitNeighbour.relation == relation)
        .order_by(UnitNeighbour.rank)
    )
    return _named(engine, kind, read_frame(engine, page(statement, limit, 0)))


def unit_maps(engine: Engine, unit_id: int, image_ids: Sequence[int]) -> dict[int, HeatMap]:
    """Heat-maps of a unit on the images that have one; what is no whole map is left out."""
    statement = select(
        UnitMap.image_id, UnitMap.rows, UnitMap.columns, UnitMap.peak, UnitMap.values
    ).where(UnitMap.unit_id == unit_id, UnitMap.image_id.in_([int(i) for i in image_ids]))
    with engine.connect() as connection:
        found = connection.execute(statement).all()
    return {
        row.image_id: HeatMap(
            np.frombuffer(row.values, np.uint8).reshape(row.rows, row.columns), row.peak
        )
        for row in found
        if row.rows > 0 and len(row.values) == row.rows * row.columns
    }


def largest_peak(engine: Engine, unit_id: int) -> float | None:
    """The strongest activation in all heat-maps of a unit; None where it has none."""
    with engine.connect() as connection:
        return connection.scalar(select(func.max(UnitMap.peak)).where(UnitMap.unit_id == unit_id))


def units_on_image(
    engine: Engine, image_id: int, kind: Kind, *, limit: int | None = 10
) -> pd.DataFrame:
    """Units known to be active on an image, strongest for themselves first.

    Only what the store sampled: an image that is among a unit's strongest or its sample. Columns:
    number, value, share (of the unit's largest activation), and label, abstained, human of
    ``units``.
    """
    share = (Activation.value / Unit.max_activation).label("share")
    statement = (
        select(Unit.number, Activation.value, share)
        .join(Unit, Unit.id == Activation.unit_id)
        .where(Activation.image_id == image_id, Activation.stratum != "random", Unit.kind == kind)
        .distinct()  # an image may be among the top and among the quantiles
        .order_by(share.desc(), Unit.number)
    )
    return _named(engine, kind, read_frame(engine, page(statement, limit, 0)))


def unit_names(engine: Engine, kind: Kind, numbers: Sequence[int]) -> pd.DataFrame:
    """What some units are called, in the order given: number, label, abstained, human,
    human_author.
    """
    return _named(engine, kind, pd.DataFrame({"number": list(numbers)}, dtype="int64"))


def _named(engine: Engine, kind: Kind, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with label, abstained and human of the units that its column ``number`` names."""
    statement = (
        select(
            Unit.number,
            Concept.text.label("label"),
            Label.abstained,
            HumanLabel.text.label("human"),
            HumanLabel.author.label("human_author"),
        )
        .select_from(Unit)
        .outerjoin(Label, best_label_of(Unit.id))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .outerjoin(HumanLabel, is_called())
        .where(Unit.kind == kind, Unit.number.in_([int(n) for n in frame["number"]]))
    )
    names = read_frame(engine, statement, optional=("abstained",))
    return frame.merge(names, on="number", how="left")


def spread_counts(engine: Engine, kind: Kind) -> dict[str, int]:
    """How many living units of a kind are ``shared`` and how many ``single class``."""
    statement = (
        select(Unit.spread, func.count())
        .where(Unit.kind == kind, Unit.alive, Unit.spread.is_not(None))
        .group_by(Unit.spread)
    )
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
        return {spread: count for spread, count in rows if spread is not None}


def duplicated_labels(engine: Engine, kind: Kind) -> tuple[int, int]:
    """Of the units whose first label clears its floor, how many share it, and how many they are."""
    first = (
        select(func.count().label("units"))
        .select_from(Unit)
        .join(Label, best_label_of(Unit.id))
        .join(Concept, Concept.id == Label.concept_id)
        .where(Unit.kind == kind, Label.abstained.is_(False))
        .group_by(Label.concept_id)
        .subquery()
    )
    with engine.connect() as connection:
        counts = list(connection.scalars(select(first.c.units)))
    return sum(n for n in counts if n > 1), sum(counts)


def mean_stability(engine: Engine, kind: Kind) -> tuple[float, int] | None:
    """Mean stability of the living units of a kind, and of how many; None where none is known."""
    statement = select(func.avg(Unit.stability), func.count(Unit.stability)).where(
        Unit.kind == kind, Unit.alive
    )
    with engine.connect() as connection:
        mean, count = connection.execute(statement).one()
    return (mean, count) if count else None


def concept_text(engine: Engine, concept_id: int) -> str | None:
    """A text of the vocabulary; None where there is none of that number."""
    with engine.connect() as connection:
        return connection.scalar(select(Concept.text).where(Concept.id == concept_id))
