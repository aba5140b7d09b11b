"""The names inside an audit's directory, in one place."""

from pathlib import Path

DATABASE = "audit.db"
LOCK = "audit.lock"  # held by the one writer; empty of meaning when nobody holds it
ARRAYS = "arrays"


def database(directory: Path) -> Path:
    """The SQLite file of an audit."""
    return directory / DATABASE


def write_ahead_log(directory: Path) -> Path:
    """SQLite's write-ahead log; it goes when the last writer closes in good order."""
    return directory / f"{DATABASE}-wal"
