"""What all queries share: frames with fixed types, pages, search."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any, TypeAlias, TypeVar

import pandas as pd
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Engine,
    Float,
    Integer,
    Select,
    SQLColumnExpression,
    func,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from db.schema import TextMap

Info = TypeVar("Info")
AnySelect: TypeAlias = "Select[*tuple[Any, ...]]"

_LONGEST_SEARCH = 200  # characters; SQLite refuses patterns beyond 50,000


def read_frame(
    engine: Engine, statement: AnySelect, *, optional: Collection[str] = ()
) -> pd.DataFrame:
    """Rows of a statement; types follow its columns, so that an empty frame has them too.

    Integers and truth values that may be missing are named in ``optional``.
    """
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    columns = {}
    for i, column in enumerate(statement.selected_columns):
        name = str(column.key)
        values = [row[i] for row in rows]
        columns[name] = pd.Series(values, dtype=_dtype(column.type, name in optional))
    return pd.DataFrame(columns)


def _dtype(kind: TypeEngine[Any], optional: bool) -> str:
    if isinstance(kind, Boolean):
        return "boolean" if optional else "bool"
    if isinstance(kind, Integer):
        return "Int64" if optional else "int64"
    return "float64" if isinstance(kind, Float) else "object"


def read_one(engine: Engine, kind: type[Info], statement: AnySelect) -> Info | None:
    """The first row of a statement as a dataclass whose fields its columns are; None without."""
    with engine.connect() as connection:
        row = connection.execute(statement).first()
    return None if row is None else kind(**row._mapping)


def columns_for(kind: type[Any], table: Any) -> list[Any]:
    """The columns of a mapped table that a dataclass asks for, by name."""
    return [getattr(table, field.name) for field in fields(kind)]


def count_rows(engine: Engine, statement: AnySelect) -> int:
    """How many rows a statement has, whatever its order."""
    with engine.connect() as connection:
        inner = statement.order_by(None).subquery()
        return connection.scalar(select(func.count()).select_from(inner)) or 0


def page(statement: AnySelect, limit: int | None, offset: int) -> AnySelect:
    """One page of a statement."""
    return statement.limit(limit).offset(offset) if limit is not None else statement.offset(offset)


def contains(search: str, *columns: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Whether one of the columns holds the text; ``%`` and ``_`` stand for themselves."""
    text = search.strip()[:_LONGEST_SEARCH]
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def kept_maps(engine: Engine) -> list[str]:
    """Text maps whose concepts and labels are in the store, the one shown first on top."""
    order = TextMap.shown_first.desc(), TextMap.name
    with engine.connect() as connection:
        return list(connection.scalars(select(TextMap.name).where(TextMap.kept).order_by(*order)))


def shown_first(engine: Engine) -> str | None:
    """The text map that held-out classes favour; None before text maps were fitted."""
    with engine.connect() as connection:
        return connection.scalar(select(TextMap.name).where(TextMap.shown_first))
