"""After units were made anew: what people said of them finds its units again."""

from collections.abc import Mapping

import numpy as np
from sqlalchemy import Connection, select, update

from db.schema import HumanLabel, ListEntry

SAME_UNIT = 0.9  # least cosine at which a unit made anew is taken for the one that was meant


def reattach(connection: Connection, directions: Mapping[str, np.ndarray]) -> None:
    """Give every label and every list entry the number of the unit that it means among today's.

    ``directions``: for each kind that the audit has, one row a unit, (units, features), by number.
    A row goes to the unit whose direction has the largest cosine with its own, if that is
    ``SAME_UNIT`` or more; else it belongs to no unit, and is kept. Rows of two units may meet.
    """
    for table in (HumanLabel, ListEntry):
        statement = select(table.id, table.kind, table.direction)
        rows = connection.execute(statement.where(table.direction.is_not(None))).all()
        for kind in {row.kind for row in rows}:
            of_kind = [row for row in rows if row.kind == kind]
            meant = [np.frombuffer(row.direction, np.float32) for row in of_kind]
            numbers = _nearest(directions.get(kind), meant)
            for row, number in zip(of_kind, numbers, strict=True):
                connection.execute(update(table).where(table.id == row.id).values(number=number))


def _nearest(directions: np.ndarray | None, meant: list[np.ndarray]) -> list[int | None]:
    """For each direction (of unit length) the row nearest to it, None where none is near.

    Directions of another number of features than the rows have are near to none.
    """
    if directions is None or len(directions) == 0:
        return [None] * len(meant)
    strange = np.zeros(directions.shape[1], np.float32)
    comparable = np.stack([way if len(way) == len(strange) else strange for way in meant])
    lengths = np.linalg.norm(directions, axis=1)
    cosines = comparable @ directions.T / np.where(lengths > 0, lengths, 1)
    best = cosines.argmax(1)
    near = cosines.max(1) >= SAME_UNIT
    return [int(row) if is_near else None for row, is_near in zip(best, near, strict=True)]
