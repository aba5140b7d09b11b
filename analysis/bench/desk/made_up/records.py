"""Rows of a table from columns, and columns at random."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

_BLOCK = 10_000

Column = np.ndarray | Sequence[Any] | Callable[[int], Any]
"""An array, a list, or what gives the value of a row by its number."""


class Records:
    """``count`` rows as mappings, made from columns when they are asked for.

    A column that is neither array, list nor function is the same value in every row.
    """

    def __init__(self, count: int, **columns: Any) -> None:
        """Arrays and lists must have ``count`` entries."""
        for name, column in columns.items():
            if isinstance(column, np.ndarray | list) and len(column) != count:
                raise ValueError(f"column {name} has {len(column)} entries: give it {count}")
        self._count = count
        self._columns = columns

    def __len__(self) -> int:
        """How many rows."""
        return self._count

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows in order, in plain Python values."""
        names = tuple(self._columns)
        for start in range(0, self._count, _BLOCK):
            stop = min(start + _BLOCK, self._count)
            block = [_values(column, start, stop) for column in self._columns.values()]
            for row in zip(*block, strict=True):
                yield dict(zip(names, row, strict=True))


def _values(column: Any, start: int, stop: int) -> Sequence[Any]:
    if isinstance(column, np.ndarray):
        return column[start:stop].tolist()
    if isinstance(column, list):
        return column[start:stop]
    if callable(column):
        return [column(i) for i in range(start, stop)]
    return [column] * (stop - start)


def distinct(
    rng: np.random.Generator, rows: int, count: int, below: int
) -> Int[np.ndarray, "rows count"]:
    """In each row ``count`` different numbers from 0 to ``below`` - 1.

    Steps of a random width from a random start: quick, and never the same number twice.
    """
    width = rng.integers(1, below // count + 1, size=(rows, 1))
    start = rng.integers(0, below, size=(rows, 1))
    return (start + width * np.arange(count)) % below


def crossed(*lengths: int) -> list[Int[np.ndarray, " all"]]:
    """The index of each factor in all their combinations, the last one running fastest."""
    return [index.ravel() for index in np.indices(lengths)]
