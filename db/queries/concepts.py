"""The vocabulary of an audit."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Engine, func, select

from db.queries.frame import contains, read_frame
from db.schema import Class, Concept


def concept_texts(engine: Engine) -> list[str]:
    """All concepts, in the order of the rows of the arrays."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Concept.text).order_by(Concept.id)))


def concept_called(engine: Engine, text: str) -> int | None:
    """The concept that is this very text; None where the vocabulary lacks it."""
    with engine.connect() as connection:
        return connection.scalar(select(Concept.id).where(Concept.text == text).limit(1))


def concepts_like(engine: Engine, search: str, *, limit: int) -> list[str]:
    """Concepts that hold a text, the shortest first."""
    statement = select(Concept.text).where(contains(search, Concept.text))
    with engine.connect() as connection:
        ordered = statement.order_by(func.length(Concept.text), Concept.id).limit(limit)
        return list(connection.scalars(ordered))


def texts_of(engine: Engine, ids: Sequence[int]) -> dict[int, str]:
    """Some concepts' texts by their ids."""
    with engine.connect() as connection:
        rows = connection.execute(
            select(Concept.id, Concept.text).where(Concept.id.in_([int(i) for i in ids]))
        ).all()
    return {row.id: row.text for row in rows}


def concepts_frame(engine: Engine) -> pd.DataFrame:
    """All concepts beside the class names: concept, nearest_name (the class whose name reads
    nearest), nearest_cosine, out_of_hull (far from every class name); missing where a store of
    the first release did not measure it.
    """
    statement = (
        select(
            Concept.text.label("concept"),
            Class.name.label("nearest_name"),
            Concept.nearest_name.label("nearest_cosine"),
            Concept.out_of_hull,
        )
        .outerjoin(Class, Class.id == Concept.nearest_class_id)
        .order_by(Concept.id)
    )
    return read_frame(engine, statement, optional=("out_of_hull",))
