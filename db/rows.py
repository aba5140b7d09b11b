"""Bulk deletion and insertion of a stage's rows."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, delete, insert

from db.schema import Artifact, Base

_BATCH = 10_000

Rows = Mapping[type[Base], Iterable[Mapping[str, Any]]]


def result_tables() -> list[Table]:
    """Tables whose rows hang on a stage, parents before children."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if "stage_name" in table.columns and table is not Artifact.__table__
    ]


def delete_rows(connection: Connection, stage_name: str) -> None:
    """Delete everything a stage wrote, children first so that few deletions cascade."""
    for table in [Artifact.__table__, *reversed(result_tables())]:
        connection.execute(delete(table).where(table.c.stage_name == stage_name))


def insert_rows(connection: Connection, stage_name: str, rows: Rows) -> None:
    """Insert a stage's rows in foreign-key order, in batches.

    Raises ValueError for a table that holds no results of stages.
    """
    by_table = {model.__table__: of_model for model, of_model in rows.items()}
    foreign = by_table.keys() - set(result_tables())
    if foreign:
        raise ValueError(f"no stage writes rows of {sorted(str(table) for table in foreign)}")
    for table in result_tables():
        for batch in _batches(by_table.get(table, ()), stage_name):
            connection.execute(insert(table), batch)


def _batches(rows: Iterable[Mapping[str, Any]], stage_name: str) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := [_plain(row, stage_name) for row in islice(iterator, _BATCH)]:
        yield batch


def _plain(row: Mapping[str, Any], stage_name: str) -> dict[str, Any]:
    """A copy without numpy's scalars, which sqlite3 would take for bytes and store as a blob."""
    plain = {
        key: value.item() if isinstance(value, np.generic) else value for key, value in row.items()
    }
    plain["stage_name"] = stage_name
    return plain
