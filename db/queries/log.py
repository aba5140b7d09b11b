"""Who looked at what, decided what, and when: one log of all that people and runs did."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import (
    Engine,
    Integer,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.selectable import Subquery

from db.queries.frame import AnySelect, count_rows, page, read_frame
from db.schema import HumanLabel, ListEntry, Review, Run, UtcDateTime, Visit

DEEDS = ("looked", "decided", "labelled", "listed", "ran")


@dataclass(frozen=True)
class LogFilter:
    """Which deeds; a field left at its default lets all through."""

    author: str | None = None
    deed: str | None = None


def log(
    engine: Engine, filter: LogFilter = LogFilter(), *, limit: int | None = 50, offset: int = 0
) -> pd.DataFrame:
    """What was done, newest first.

    Columns: at, author (None for a run), deed (of ``DEEDS``), kind, number, name, concept (of
    what: ``db.human.subjects``), said (the decision, label, list or command; None where something
    was taken back), comment.
    """
    all_of = _all()
    statement = _matching(all_of, filter).order_by(
        all_of.c.at.desc(), all_of.c.deed, all_of.c.id.desc()
    )
    return read_frame(engine, page(statement, limit, offset), optional=("number",))


def count_log(engine: Engine, filter: LogFilter = LogFilter()) -> int:
    """How many deeds match."""
    return count_rows(engine, _matching(_all(), filter))


def authors(engine: Engine) -> list[str]:
    """Everybody who left a trace, in order of name."""
    all_of = _all()
    statement = select(all_of.c.author).where(all_of.c.author.is_not(None)).distinct()
    with engine.connect() as connection:
        return list(connection.scalars(statement.order_by(all_of.c.author)))


def _matching(all_of: Subquery, filter: LogFilter) -> AnySelect:
    columns = [column for column in all_of.c if column.key != "id"]
    statement: AnySelect = select(*columns)
    if filter.author is not None:
        statement = statement.where(all_of.c.author == filter.author)
    if filter.deed is not None:
        statement = statement.where(all_of.c.deed == filter.deed)
    return statement


def _all() -> Subquery:
    nothing = cast(null(), String)
    looked = _deed(Visit, "looked", name=Visit.name, concept=Visit.concept, said=nothing)
    decided = _deed(
        Review,
        "decided",
        kind=literal("finding"),
        number=Review.class_id,
        name=Review.class_name,
        concept=Review.concept,
        said=Review.decision,
        comment=Review.comment,
    )
    labelled = _deed(HumanLabel, "labelled", said=HumanLabel.text, comment=HumanLabel.comment)
    listed = _deed(
        ListEntry,
        "listed",
        name=ListEntry.name,
        concept=ListEntry.concept,
        said=case((ListEntry.kept, ListEntry.list_name)),
        comment=case((ListEntry.kept, ListEntry.comment), else_=ListEntry.list_name),
    )
    ran = _deed(
        Run,
        "ran",
        at=Run.started,
        author=cast(null(), String),
        kind=literal("run"),
        number=Run.id,
        said=Run.command,
        comment=func.coalesce(Run.error, Run.status),
    )
    return union_all(looked, decided, labelled, listed, ran).subquery()


def _deed(table: Any, deed: str, **given: Any) -> AnySelect:
    """A table's rows in the log's columns; those that are not given are the table's own or none."""
    none: dict[str, Any] = {
        "name": cast(null(), String),
        "concept": cast(null(), String),
        "comment": literal(""),
    }
    columns = {
        "id": table.id,
        "at": given.get("at", getattr(table, "at", None)),
        "author": given.get("author", getattr(table, "author", None)),
        "deed": literal(deed),
        "kind": given.get("kind", getattr(table, "kind", None)),
        "number": cast(given.get("number", getattr(table, "number", None)), Integer),
        "name": given.get("name", none["name"]),
        "concept": given.get("concept", none["concept"]),
        "said": given["said"],
        "comment": given.get("comment", none["comment"]),
    }
    columns["at"] = type_coerce(columns["at"], UtcDateTime)
    return select(*(column.label(key) for key, column in columns.items()))
