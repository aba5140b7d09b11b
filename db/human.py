"""The one small writer of what people say about units; the store is read-only to it otherwise.

It does not take the ``WriterLock``: a running audit holds that for hours. SQLite's own write lock
is enough for a single row, and an audit holds it only while it puts a stage's results in place.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, insert, select, update

from db.engine import make_engine
from db.errors import StoreError
from db.schema import HumanLabel, Unit
from db.version import require_current

LONGEST_TEXT = 200  # characters
LONGEST_AUTHOR = 100
SAME_UNIT = 0.9  # least cosine at which a unit made anew is taken for the one that was labelled


def label_unit(
    directory: Path,
    *,
    kind: str,
    number: int,
    text: str,
    author: str,
    comment: str = "",
    direction: np.ndarray,
) -> None:
    """Give a unit a label; earlier ones become its history.

    ``direction`` (features,) is the unit's own, of any length: by it the label finds the unit
    again after another audit. Raises StoreError for a text or an author that is empty, too long or
    no text, for a unit that is not there, and where the store cannot be written.
    """
    text = _checked("label", text, LONGEST_TEXT)
    _append(directory, kind, number, text, author, comment, direction)


def withdraw_label(
    directory: Path,
    *,
    kind: str,
    number: int,
    author: str,
    comment: str = "",
    direction: np.ndarray,
) -> None:
    """Take a unit's label back; it stays in the unit's history. Raises as ``label_unit`` does, and
    StoreError where there is no label to take back.
    """
    _append(directory, kind, number, None, author, comment, direction)


def reattach(connection: Connection, directions: Mapping[str, np.ndarray]) -> None:
    """Give every human label the number of the unit that it means among units made anew.

    ``directions``: for each kind that the audit has, one row a unit, (units, features), by number.
    A label goes to the unit whose direction has the largest cosine with the label's, if that is
    ``SAME_UNIT`` or more; else it belongs to no unit, and is kept. Labels of two units may meet.
    """
    rows = connection.execute(select(HumanLabel.id, HumanLabel.kind, HumanLabel.direction)).all()
    for kind in {row.kind for row in rows}:
        of_kind = [row for row in rows if row.kind == kind]
        labels = [np.frombuffer(row.direction, np.float32) for row in of_kind]
        numbers = _nearest(directions.get(kind), labels)
        for row, number in zip(of_kind, numbers, strict=True):
            moved = update(HumanLabel).where(HumanLabel.id == row.id)
            connection.execute(moved.values(number=number))


def _append(
    directory: Path,
    kind: str,
    number: int,
    text: str | None,
    author: str,
    comment: str,
    direction: np.ndarray,
) -> None:
    row = {
        "author": _checked("author", author, LONGEST_AUTHOR),
        "kind": kind,
        "number": number,
        "text": text,
        "comment": _encodable("comment", comment.strip()),
        "direction": _packed(direction, f"{kind} {number}"),
    }
    with _writing(directory) as connection:
        unit = select(Unit.id).where(Unit.kind == kind, Unit.number == number)
        if connection.scalar(unit) is None:
            raise StoreError(
                f"{directory} has no {kind} {number}; give one that its list of units shows"
            )
        if text is None and _current_text(connection, kind, number) is None:
            raise StoreError(f"no person's label is on {kind} {number}; give it one first")
        connection.execute(insert(HumanLabel), {**row, "at": datetime.now(UTC)})


@contextmanager
def _writing(directory: Path) -> Iterator[Connection]:
    """A short transaction that takes SQLite's write lock when it begins, or waits for it."""
    engine = make_engine(directory, "rw")
    try:
        with engine.begin() as connection:
            require_current(connection, directory)
            yield connection
    finally:
        engine.dispose()


def _current_text(connection: Connection, kind: str, number: int) -> str | None:
    of_unit = HumanLabel.kind == kind, HumanLabel.number == number
    newest = select(HumanLabel.text).where(*of_unit).order_by(HumanLabel.id.desc()).limit(1)
    return connection.scalar(newest)


def _checked(what: str, text: str, longest: int) -> str:
    """The text without spaces around it; StoreError where it is empty or too long."""
    text = _encodable(what, text.strip())
    if not 1 <= len(text) <= longest:
        raise StoreError(
            f"the {what} has {len(text)} characters; give one of 1 to {longest} characters"
        )
    return text


def _encodable(what: str, text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise StoreError(f"the {what} is no valid text; give it in UTF-8") from error
    return text


def _packed(direction: np.ndarray, unit: str) -> bytes:
    length = np.linalg.norm(direction.astype(np.float64))
    if not (np.isfinite(length) and length > 0):
        raise StoreError(
            f"{unit} has no direction, so a label could not find it again; label another unit"
        )
    return (direction / length).astype(np.float32).tobytes()


def _nearest(directions: np.ndarray | None, labels: list[np.ndarray]) -> list[int | None]:
    """For each label's direction (of unit length) the row nearest to it, None where none is near.

    Labels of another number of features than the rows have are near to none.
    """
    if directions is None or len(directions) == 0:
        return [None] * len(labels)
    strange = np.zeros(directions.shape[1], np.float32)
    comparable = np.stack([label if len(label) == len(strange) else strange for label in labels])
    lengths = np.linalg.norm(directions, axis=1)
    cosines = comparable @ directions.T / np.where(lengths > 0, lengths, 1)
    best = cosines.argmax(1)
    near = cosines.max(1) >= SAME_UNIT
    return [int(row) if is_near else None for row, is_near in zip(best, near, strict=True)]
