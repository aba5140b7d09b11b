"""``AuditReader``: an audit's directory, read by anybody, written by nobody."""

from pathlib import Path
from typing import Self

import numpy as np

from db.arrays import read_array
from db.engine import reader_engine


class AuditReader:
    """The store and the arrays of one audit, read-only; use it in a ``with`` block.

    Raises StoreMissing, StoreDamaged or SchemaMismatch on construction.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.engine = reader_engine(directory)

    def array(self, name: str) -> np.ndarray:
        """An array of the store, read-only and memory-mapped; StoreError where there is none."""
        return read_array(self.directory, self.engine, name)

    def __enter__(self) -> Self:
        """The reader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the database."""
        self.engine.dispose()
