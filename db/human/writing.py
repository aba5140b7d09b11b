"""What all human input shares: a short transaction, checked words, a unit's direction.

It does not take the ``WriterLock``: a running audit holds that for hours. SQLite's own write lock
is enough for a single row, and an audit holds it only while it puts a stage's results in place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from db.engine import make_engine
from db.errors import StoreError
from db.version import require_current

LONGEST_TEXT = 200  # characters
LONGEST_AUTHOR = 100
LONGEST_COMMENT = 2000


@contextmanager
def writing(directory: Path) -> Iterator[Connection]:
    """A short transaction that takes SQLite's write lock when it begins, or waits for it."""
    engine = make_engine(directory, "rw")
    try:
        with engine.begin() as connection:
            require_current(connection, directory)
            yield connection
    finally:
        engine.dispose()


def checked(what: str, text: str, longest: int) -> str:
    """The text without spaces around it; StoreError where it is empty or too long."""
    text = encodable(what, text.strip())
    if not 1 <= len(text) <= longest:
        raise StoreError(
            f"the {what} has {len(text)} characters; give one of 1 to {longest} characters"
        )
    return text


def checked_comment(text: str) -> str:
    """A comment, which may be empty; StoreError where it is too long."""
    text = encodable("comment", text.strip())
    if len(text) > LONGEST_COMMENT:
        raise StoreError(
            f"the comment has {len(text)} characters; give one of at most {LONGEST_COMMENT}"
        )
    return text


def encodable(what: str, text: str) -> str:
    """The text, if UTF-8 can hold it; StoreError where it cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StoreError(f"the {what} is no valid text; give it in UTF-8") from error
    return text


def packed(direction: np.ndarray, unit: str) -> bytes:
    """A unit's direction (features,) as float32 of unit length; StoreError where it has none."""
    length = np.linalg.norm(direction.astype(np.float64))
    if not (np.isfinite(length) and length > 0):
        raise StoreError(
            f"{unit} has no direction, so it could not be found again; choose another unit"
        )
    return (direction / length).astype(np.float32).tobytes()
