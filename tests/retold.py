"""An audit in which a finding is told under another concept of its class."""

import sqlite3
from pathlib import Path

from db.layout import database


def retell(directory: Path, finding_id: int, leader: int) -> None:
    """The leader is held and the finding is its duplicate, in a synthetic store."""
    with sqlite3.connect(database(directory)) as connection:
        statement = "update finding set duplicate_of = ?, rank = ?, q = .01 where id = ?"
        connection.execute(statement, (leader, None, finding_id))
        connection.execute(statement, (None, 1, leader))
    connection.close()
