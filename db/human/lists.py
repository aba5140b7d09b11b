"""Lists that people keep: findings, classes, units and images put aside under a name."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from db.human.subjects import subject
from db.human.writing import (
    LONGEST_AUTHOR,
    LONGEST_TEXT,
    checked,
    checked_comment,
    packed,
    writing,
)
from db.schema import ListEntry


def list_subject(
    directory: Path,
    name: str,
    kind: str,
    identity: int,
    *,
    author: str,
    comment: str = "",
    direction: np.ndarray | None = None,
) -> None:
    """Put a finding, class, unit or image into the list called ``name``, which it makes if new.

    ``direction`` (features,) is a unit's own: by it the entry finds the unit again after another
    audit. Raises StoreError for names that are empty or too long, for what the audit does not
    have, and where the store cannot be written.
    """
    _append(directory, name, kind, identity, True, author, comment, direction)


def unlist_subject(directory: Path, name: str, kind: str, identity: int, *, author: str) -> None:
    """Take it out of the list again; that it was in it stays in the log."""
    _append(directory, name, kind, identity, False, author, "", None)


def _append(
    directory: Path,
    name: str,
    kind: str,
    identity: int,
    kept: bool,
    author: str,
    comment: str,
    direction: np.ndarray | None,
) -> None:
    row = {
        "list_name": checked("name of the list", name, LONGEST_TEXT),
        "author": checked("author", author, LONGEST_AUTHOR),
        "comment": checked_comment(comment),
        "kept": kept,
        "direction": None if direction is None else packed(direction, f"{kind} {identity}"),
    }
    with writing(directory) as connection:
        of_what = subject(connection, kind, identity)
        connection.execute(insert(ListEntry), {**row, **of_what, "at": datetime.now(UTC)})
