"""A store's database as one file that can be given away: whole, without a log, cleaned."""

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, delete, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute

from db.engine import connect_reader
from db.schema import (
    Artifact,
    Base,
    Explanation,
    Model,
    Run,
    SkippedImage,
    SparseAutoencoder,
    Stage,
    TextMap,
)

# Where commands, options and messages may name places on the maker's machine
_TOLD: tuple[tuple[type[Base], tuple[InstrumentedAttribute[Any], ...]], ...] = (
    (Run, (Run.command, Run.config, Run.error)),
    (Stage, (Stage.reason, Stage.notes)),
    (Model, (Model.name, Model.spec, Model.preprocessing)),
    (SkippedImage, (SkippedImage.reason,)),
    (TextMap, (TextMap.config,)),
    (SparseAutoencoder, (SparseAutoencoder.config,)),
    (Explanation, (Explanation.language_model, Explanation.config)),
)


def copy_database(
    directory: Path, target: Path, *, clean: Callable[[Any], Any], without: Collection[str]
) -> None:
    """Copy the database of the audit in ``directory``, as it stands now, whoever writes or reads
    it meanwhile, into the new file ``target``.

    - ``clean``: what becomes of each text or JSON value that may tell of the maker's machine
    - ``without``: names of the artifacts that the copy is not to know
    """
    with closing(connect_reader(directory)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    engine = create_engine("sqlite://", creator=partial(sqlite3.connect, target))
    try:
        with engine.begin() as connection:
            for table, columns in _TOLD:
                _rewrite(connection, table, columns, clean)
            for name in without:
                connection.execute(delete(Artifact).where(Artifact.name == name))
    finally:
        engine.dispose()
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")  # nothing of what was cut stays in free pages


def _rewrite(
    connection: Connection,
    table: type[Base],
    columns: tuple[InstrumentedAttribute[Any], ...],
    clean: Callable[[Any], Any],
) -> None:
    keys = list(inspect(table).primary_key)
    for row in connection.execute(select(*keys, *columns)).all():
        told = dict(zip((c.key for c in columns), row[len(keys) :], strict=True))
        cleaned = {key: clean(value) for key, value in told.items()}
        if cleaned != told:
            same = (key == value for key, value in zip(keys, row, strict=False))
            connection.execute(update(table).where(*same).values(**cleaned))
