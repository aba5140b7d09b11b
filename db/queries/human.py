"""What people say about units: labels that hold, their history, those whose unit is gone."""

import pandas as pd
from sqlalchemy import ColumnElement, Engine, and_, func, select

from db.queries.frame import read_frame
from db.schema import HumanLabel, ListEntry, Review, Unit


def current_labels(engine: Engine, kind: str | None = None) -> pd.DataFrame:
    """The label of every unit that carries one by a person, of a kind or of all.

    Columns: kind, number, text, author, at, comment.
    """
    statement = (
        select(
            HumanLabel.kind,
            HumanLabel.number,
            HumanLabel.text,
            HumanLabel.author,
            HumanLabel.at,
            HumanLabel.comment,
        )
        .where(holds())
        .order_by(HumanLabel.kind, HumanLabel.number)
    )
    if kind is not None:
        statement = statement.where(HumanLabel.kind == kind)
    return read_frame(engine, statement)


def label_history(engine: Engine, kind: str, number: int) -> pd.DataFrame:
    """All that people called a unit, newest first: at, author, text, comment; text is None where
    the label was taken back.
    """
    statement = (
        select(HumanLabel.at, HumanLabel.author, HumanLabel.text, HumanLabel.comment)
        .where(HumanLabel.kind == kind, HumanLabel.number == number)
        .order_by(HumanLabel.id.desc())
    )
    return read_frame(engine, statement)


def orphans(engine: Engine) -> pd.DataFrame:
    """Labels whose unit is not among today's, newest first: kind, text, author, at, comment."""
    newest = (
        select(func.max(HumanLabel.id))
        .where(HumanLabel.number.is_(None))
        .group_by(HumanLabel.kind, HumanLabel.direction)
    )
    statement = (
        select(
            HumanLabel.kind,
            HumanLabel.text,
            HumanLabel.author,
            HumanLabel.at,
            HumanLabel.comment,
        )
        .where(HumanLabel.id.in_(newest), HumanLabel.text.is_not(None))
        .order_by(HumanLabel.id.desc())
    )
    return read_frame(engine, statement)


def units_of_kinds(engine: Engine) -> dict[str, int]:
    """How many units the audit has of each kind that it has."""
    statement = select(Unit.kind, func.count()).group_by(Unit.kind).order_by(Unit.kind)
    with engine.connect() as connection:
        return {kind: number for kind, number in connection.execute(statement)}


def human_version(engine: Engine) -> str:
    """A token that changes whenever people say something or an audit moves what they said.

    Looking at something is nothing said.
    """
    tokens = []
    with engine.connect() as connection:
        for table in (HumanLabel, ListEntry):
            numbers = func.sum(table.number), func.count(table.number)
            statement = select(func.max(table.id), *numbers)
            tokens.append(tuple(connection.execute(statement).one()))
        tokens.append(connection.scalar(select(func.max(Review.id))))
    return repr(tokens)


def holds() -> ColumnElement[bool]:
    """Whether a row of ``HumanLabel`` is the newest of its unit, and no withdrawal."""
    newest = (
        select(func.max(HumanLabel.id))
        .where(HumanLabel.number.is_not(None))
        .group_by(HumanLabel.kind, HumanLabel.number)
    )
    return and_(HumanLabel.id.in_(newest), HumanLabel.text.is_not(None))


def is_called() -> ColumnElement[bool]:
    """Joins a ``Unit`` with the label that a person gave it and that holds."""
    return and_(HumanLabel.kind == Unit.kind, HumanLabel.number == Unit.number, holds())
