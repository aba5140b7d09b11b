"""Making a store's database and bringing an old one up to date, by the Alembic scripts beside."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text

from db import layout
from db.engine import connect_reader, make_engine
from db.errors import StoreDamaged
from db.files import PARTIAL, sync_directory
from db.lock import WriterLock
from db.version import SchemaState, compare_with_head, require_current, revision_of

SCRIPTS = "db:migrations"


def create_database(directory: Path) -> None:
    """Make ``audit.db`` with the newest schema; it appears whole or not at all."""
    partial = directory / f".{layout.DATABASE}{PARTIAL}"
    partial.unlink(missing_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(partial)))
    with engine.begin() as connection:
        run_scripts(connection)
    engine.dispose()
    partial.replace(layout.database(directory))
    sync_directory(directory)


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
    partial = backup.with_name(backup.name + PARTIAL)
    partial.unlink(missing_ok=True)
    with closing(connect_reader(directory)) as connection:
        connection.execute("VACUUM INTO ?", (str(partial),))
    partial.replace(backup)
    sync_directory(directory)
    return backup
