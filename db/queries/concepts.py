"""The vocabulary of an audit."""

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import read_frame
from db.schema import Class, Concept


def concept_texts(engine: Engine) -> list[str]:
    """All concepts, in the order of the rows of the arrays."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Concept.text).order_by(Concept.id)))


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
