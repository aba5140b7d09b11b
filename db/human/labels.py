"""Labels that people give units, or take back."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, insert, select

from db.errors import StoreError
from db.human.writing import (
    LONGEST_AUTHOR,
    LONGEST_TEXT,
    checked,
    checked_comment,
    packed,
    writing,
)
from db.schema import HumanLabel, Unit


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
    text = checked("label", text, LONGEST_TEXT)
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
        "author": checked("author", author, LONGEST_AUTHOR),
        "kind": kind,
        "number": number,
        "text": text,
        "comment": checked_comment(comment),
        "direction": packed(direction, f"{kind} {number}"),
    }
    with writing(directory) as connection:
        unit = select(Unit.id).where(Unit.kind == kind, Unit.number == number)
        if connection.scalar(unit) is None:
            raise StoreError(
                f"{directory} has no {kind} {number}; give one that its list of units shows"
            )
        if text is None and _current_text(connection, kind, number) is None:
            raise StoreError(f"no person's label is on {kind} {number}; give it one first")
        connection.execute(insert(HumanLabel), {**row, "at": datetime.now(UTC)})


def _current_text(connection: Connection, kind: str, number: int) -> str | None:
    of_unit = HumanLabel.kind == kind, HumanLabel.number == number
    newest = select(HumanLabel.text).where(*of_unit).order_by(HumanLabel.id.desc()).limit(1)
    return connection.scalar(newest)
