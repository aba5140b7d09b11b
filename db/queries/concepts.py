"""The vocabulary of an audit."""

from sqlalchemy import Engine, select

from db.schema import Concept


def concept_texts(engine: Engine) -> list[str]:
    """All concepts, in the order of the rows of the arrays."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Concept.text).order_by(Concept.id)))
