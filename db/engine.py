"""The two ways into a store: the writer's engine and the read-only one of everybody else."""

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sqlalchemy import Connection, Engine, ExceptionContext, QueuePool, create_engine, event

from db import layout
from db.errors import StoreDamaged, StoreError, StoreMissing
from db.version import require_current

_BUSY_MS = 5000  # a reader waits this long for a lock before it gives up
_WRITER_CACHE_KIB = 65536  # SQLite's own 2 MB makes the indices of a million rows crawl


def reader_engine(directory: Path) -> Engine:
    """Read-only engine on the store in ``directory``; safe to share between threads.

    Raises StoreMissing, StoreDamaged, or SchemaMismatch where another Glowworm wrote the store.
    """
    engine = make_engine(directory, "ro")
    try:
        with engine.connect() as connection:
            require_current(connection, directory)
    except BaseException:
        engine.dispose()
        raise
    return engine


def make_engine(directory: Path, mode: Literal["ro", "rw"], *, foreign_keys: bool = True) -> Engine:
    """Engine on the store's database, whatever its schema.

    Transactions are begun by SQLAlchemy, not by the driver, so that DDL rolls back too; the
    writer takes SQLite's write lock when it begins. ``foreign_keys=False`` is for migrations.
    Raises StoreMissing where there is no database.
    """
    directory = directory.resolve()
    if not layout.database(directory).is_file():
        raise StoreMissing(f"{directory} holds no audit; make one with: glowworm audit --out ...")
    engine = create_engine(
        "sqlite://",
        creator=partial(connect_reader if mode == "ro" else _connect_writer, directory),
        poolclass=QueuePool,  # the URL says nothing of a file, and would get another pool
        json_serializer=partial(json.dumps, allow_nan=False),
    )
    event.listen(engine, "connect", partial(_set_pragmas, mode, foreign_keys))
    event.listen(engine, "begin", _begin("BEGIN" if mode == "ro" else "BEGIN IMMEDIATE"))
    event.listen(engine, "handle_error", partial(_name_the_fix, directory))
    return engine


def _connect_writer(directory: Path) -> sqlite3.Connection:
    return _connect(directory, "mode=rw")


def connect_reader(directory: Path) -> sqlite3.Connection:
    """Open read-only; on read-only media, where SQLite cannot make its shared memory, immutable.

    ``immutable=1`` ignores the write-ahead log, so it is right only where that log is empty.
    """
    connection = _connect(directory, "mode=ro")
    try:
        connection.execute("select 1 from sqlite_master limit 1").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        log = layout.write_ahead_log(directory)
        if log.exists() and log.stat().st_size > 0:
            raise StoreError(
                f"{directory} is read-only and its last writer did not close it; "
                "copy the directory to where you may write, and open the copy"
            ) from error
        return _connect(directory, "immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(directory: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(str(layout.database(directory)))}?{how}",
        uri=True,
        isolation_level=None,  # the driver begins nothing
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )


def _set_pragmas(
    mode: Literal["ro", "rw"], foreign_keys: bool, connection: sqlite3.Connection, _record: object
) -> None:
    """Order matters: first how long to wait for a lock, then what may need one."""
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    if mode == "ro":
        connection.execute("PRAGMA query_only=ON")
    else:
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL, not NORMAL: files are removed after a commit, so the commit has to be on the disk.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA cache_size=-{_WRITER_CACHE_KIB}")


def _begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin


_MENDABLE: dict[int, tuple[type[StoreError], str, str]] = {
    sqlite3.SQLITE_NOTADB: (
        StoreDamaged,
        "holds an audit.db that is no SQLite database",
        "give another directory, or audit again into a new one",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreDamaged,
        "holds a damaged audit.db",
        "restore a copy, or audit again into a new directory",
    ),
    sqlite3.SQLITE_FULL: (
        StoreError,
        "cannot grow: the disk is full",
        "make room and go on with --resume",
    ),
    sqlite3.SQLITE_IOERR: (
        StoreError,
        "cannot be read or written: the disk reports an error",
        "see to the disk, then go on with --resume",
    ),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "may not be written",
        "give yourself the right to write there, or copy the directory",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "holds an audit.db that may not be opened",
        "give yourself the right to read it, or copy the directory",
    ),
    sqlite3.SQLITE_BUSY: (
        StoreError,
        "is being written by another process",
        "wait until it ends, then try again",
    ),
}


def _name_the_fix(directory: Path, context: ExceptionContext) -> StoreError | None:
    """Raise a StoreError in the place of what a person can mend; the rest stays as it is."""
    code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF
    if code not in _MENDABLE:
        return None
    kind, what, fix = _MENDABLE[code]
    return kind(f"{directory} {what}; {fix}")
