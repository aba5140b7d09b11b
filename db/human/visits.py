"""What people looked at."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from db.human.subjects import subject
from db.human.writing import LONGEST_AUTHOR, checked, writing
from db.schema import Visit


def record_visit(directory: Path, kind: str, identity: int, *, author: str) -> None:
    """Record that somebody looked at a finding, class, unit or image.

    Raises StoreError for an author that is empty or too long, for what the audit does not have,
    and where the store cannot be written.
    """
    author = checked("author", author, LONGEST_AUTHOR)
    with writing(directory) as connection:
        of_what = subject(connection, kind, identity)
        connection.execute(insert(Visit), {**of_what, "author": author, "at": datetime.now(UTC)})
