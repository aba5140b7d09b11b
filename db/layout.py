"""The names inside an audit's directory, in one place."""

from pathlib import Path

DATABASE = "audit.db"
LOCK = "audit.lock"  # held by the one writer; empty of meaning when nobody holds it
ARRAYS = "arrays"
SHOWN = "shown"  # of a bundle: its images as the desk shows them, named by their files' sha256


def database(directory: Path) -> Path:
    """The SQLite file of an audit."""
    return directory / DATABASE


def write_ahead_log(directory: Path) -> Path:
    """SQLite's write-ahead log; it goes when the last writer closes in good order."""
    return directory / f"{DATABASE}-wal"


def shown_image(directory: Path, sha256: str) -> Path:
    """A bundle's picture of the image whose file had this hash; it may not be there."""
    return directory / SHOWN / f"{sha256}.jpg"
