"""The database of a store that a stranger made: held to what this Glowworm itself would write.

A SQLite file may hold views, triggers and expressions of its maker's, which run when it is read,
and damage that SQLite follows. So a stranger's database is opened only where its schema is ours to
the letter, every page of it is sound, and no path in it leads out of its directory.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    LargeBinary,
    create_engine,
    func,
    select,
)

from db import layout
from db.errors import StoreDamaged
from db.migrate import run_scripts
from db.schema import Artifact, Base, Image, Model, Repair, Run, SparseAutoencoder, Thumbnail
from db.version import HEAD

_LARGEST_THUMBNAIL = 1 << 16  # bytes
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OUTWARD = re.compile(r"[/\\~]|[A-Za-z]:")  # how a path begins that leaves its directory

Schema = frozenset[tuple[str, str, str, str]]


def require_our_schema(directory: Path) -> None:
    """Raise StoreDamaged unless ``audit.db`` is sound and its schema is exactly this Glowworm's."""
    with layout.database(directory).open("rb") as file:
        if file.read(20)[18:] != b"\x01\x01":  # the versions of the format: 2 is for a log
            raise StoreDamaged("its database is none, or asks for a log of its own")
    database = quote(str(layout.database(directory).resolve()))
    try:
        with closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA cell_size_check=ON")
            connection.execute("PRAGMA query_only=ON")
            found = _schema(connection.execute)
            if found != _ours():
                raise StoreDamaged("its database has tables or rules that are not Glowworm's")
            if connection.execute("PRAGMA quick_check(1)").fetchall() != [("ok",)]:
                raise StoreDamaged("its database is damaged")
            revisions = connection.execute("select version_num from alembic_version").fetchall()
    except sqlite3.Error as error:
        raise StoreDamaged(f"its database cannot be read ({error})") from error
    if revisions != [(HEAD,)]:
        raise StoreDamaged("its database has another schema than its manifest says")


def strange_rows(engine: Engine, members: Collection[str]) -> Iterator[str]:
    """What in the rows of a store leads out of its directory or to a file that is not among
    ``members``, a sentence each; and thumbnails that are too large to be ones.
    """
    with engine.connect() as connection:
        yield from _strange_types(connection)
        for path in connection.scalars(select(Artifact.path)):
            if path not in members:
                yield f"its database names the file {_said(path)}, which is not in it"
        for path in connection.scalars(select(SparseAutoencoder.directory)):
            if _leads_out(path):
                yield f"its autoencoder lies in {_said(path)}, which leads out of it"
        repairs = select(Repair.path).where(Repair.path.is_not(None))
        for path in connection.scalars(repairs):
            if _leads_out(path):
                yield f"a repair lies in {_said(path)}, which leads out of it"
        for path, sha256 in connection.execute(select(Image.path, Image.sha256)):
            if _leads_out(path):
                yield f"an image lies in {_said(path)}, which leads out of it"
            if not _SHA256.fullmatch(str(sha256)):
                yield f"the image {_said(path)} has no sha256"
        for config in [*connection.scalars(select(Run.config).union_all(select(Model.spec)))]:
            yield from (
                f"its configuration names {_said(text)}, a place outside of it"
                for text in _texts(config)
                if _leads_out(text)
            )
        largest = connection.scalar(select(func.max(func.length(Thumbnail.jpeg))))
        if (largest or 0) > _LARGEST_THUMBNAIL:
            yield f"one of its thumbnails has {largest:,} bytes"


def _strange_types(connection: Connection) -> Iterator[str]:
    """Columns that hold what SQLite lets in and no page expects: a blob for a name, say."""
    for table in Base.metadata.sorted_tables:
        allowed = {column: _types(column) for column in table.columns}
        strange = (
            func.max(func.typeof(column).not_in((*types, "null")))
            for column, types in allowed.items()
        )
        found = connection.execute(select(*strange)).one()
        for (column, types), is_strange in zip(allowed.items(), found, strict=True):
            if is_strange:
                yield f"its database holds a {table.name}.{column.name} that is no {types[0]}"


def _types(column: Column[Any]) -> tuple[str, ...]:
    """SQLite's names of the types that our writer leaves in a column."""
    if isinstance(column.type, Integer | Boolean):
        return ("integer",)
    if isinstance(column.type, Float):
        return ("real", "integer")
    return ("blob",) if isinstance(column.type, LargeBinary) else ("text",)


@cache
def _ours() -> Schema:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            run_scripts(connection)
            return _schema(connection.exec_driver_sql)
    finally:
        engine.dispose()


def _schema(execute: Callable[[str], Any]) -> Schema:
    rows = execute("select type, name, tbl_name, sql from sqlite_master").fetchall()
    return frozenset(
        (kind, name, table, " ".join((sql or "").split())) for kind, name, table, sql in rows
    )


def _leads_out(path: Any) -> bool:
    text = str(path)
    return _OUTWARD.match(text) is not None or ".." in re.split(r"[/\\]", text)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def _said(path: Any) -> str:
    return ascii(str(path)[:100])
