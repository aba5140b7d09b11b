"""Making a store's database and bringing an old one up to date, by the Alembic scripts beside."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, create_engine, text

from db import layout
from db.engine import connect_reader, make_engine
from db.errors import StoreDamaged
from db.files import PARTIAL, publish
from db.lock import WriterLock
from db.version import SchemaState, compare_with_head, require_current, revision_of

SCRIPTS = "db:migrations"


def create_database(directory: Path) -> None:
    """Make ``audit.db`` with the newest schema; it appears whole or not at all."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        run_scripts(connection)
    with closing(engine.raw_connection()) as made:
        _copy(cast(sqlite3.Connection, made.driver_connection), layout.database(directory))
    engine.dispose()


def schema_state(directory: Path) -> SchemaState:
    """Whether the store's schema is this Glowworm's, an older or a newer one.

    Raises StoreMissing or StoreDamaged where there is no audit.
    """
    engine = make_engine(directory, "ro")
    try:
        with engine.connect() as connection:
            return compare_with_head(revision_of(connection, directory))
    finally:
        engine.dispose()


def upgrade(directory: Path) -> Path | None:
    """Bring a store to the newest schema; returns the backup made first, or None if it was current.

    All scripts run in one transaction: after an error the store is as it was. There is no
    downgrade: put the backup in the place of ``audit.db``. Raises SchemaMismatch for a store of
    a newer Glowworm, StoreError while another process writes.
    """
    state = schema_state(directory)
    if state == "current":
        return None
    lock = WriterLock(directory)
    # Batch migrations rebuild tables, which with foreign keys on would cascade into their children.
    engine = make_engine(directory, "rw", foreign_keys=False)
    try:
        if state == "newer":
            with engine.connect() as connection:
                require_current(connection, directory)
        backup = _back_up(directory)
        with engine.begin() as connection:
            run_scripts(connection)
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                raise StoreDamaged(
                    f"{directory} holds {len(broken)} rows that hang on nothing, so it was left "
                    "as it was; audit again into a new directory"
                )
    finally:
        engine.dispose()
        lock.release()
    return backup


def run_scripts(connection: Connection) -> None:
    """Run the Alembic scripts the database still needs, in the transaction of ``connection``."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(directory: Path) -> Path:
    """Copy the database, what lies in its write-ahead log included."""
    backup = directory / f"{layout.DATABASE}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.backup"
    with closing(connect_reader(directory)) as connection:
        _copy(connection, backup)
    return backup


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy a database into a file that appears whole or not at all."""
    partial = path.with_name(f".{path.name}{PARTIAL}")
    partial.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(partial),))
    publish(partial, path)
