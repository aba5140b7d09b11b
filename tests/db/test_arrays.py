"""Arrays are read from their audit's directory alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from db.errors import StoreDamaged
from db.reader import AuditReader
from tests import stores


def test_no_path_in_the_store_leaves_its_directory(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    outside = tmp_path / "outside.npy"
    np.save(outside, np.ones(3, np.float32))
    for path in ("../outside.npy", str(outside)):
        with closing(sqlite3.connect(directory / "audit.db")) as connection:
            connection.execute(
                "update artifact set path = ?, size = ? where name = 'class_embeddings'",
                (path, outside.stat().st_size),
            )
            connection.commit()
        with (
            AuditReader(directory) as audit,
            pytest.raises(StoreDamaged, match="outside of itself"),
        ):
            audit.array("class_embeddings")


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    """Small arrays are read, large ones mapped; neither way runs what is in them."""
    directory = stores.build_store(tmp_path / "audit")
    [path] = (directory / "arrays").glob("class_embeddings.*.npy")
    for length in (2, 5000):
        np.save(path, np.array([print] * length, dtype=object), allow_pickle=True)
        with closing(sqlite3.connect(directory / "audit.db")) as connection:
            connection.execute("update artifact set size = ?", (path.stat().st_size,))
            connection.commit()
        with AuditReader(directory) as audit, pytest.raises(ValueError, match=r"[Oo]bject"):
            audit.array("class_embeddings")


def test_one_mapping_serves_all_readers_until_the_file_is_another(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    [path] = (directory / "arrays").glob("class_embeddings.*.npy")
    first, second = np.ones((40, 40), np.float32), np.zeros((40, 40), np.float32)
    np.save(path, first)
    with closing(sqlite3.connect(directory / "audit.db")) as connection:
        connection.execute("update artifact set size = ?", (path.stat().st_size,))
        connection.commit()
    with AuditReader(directory) as audit, AuditReader(directory) as another:
        held = audit.array("class_embeddings")
        assert another.array("class_embeddings") is held
        np.save(tmp_path / "second.npy", second)
        (tmp_path / "second.npy").replace(path)
        assert (another.array("class_embeddings") == second).all()
        assert (held == first).all()  # whoever read the old file goes on undisturbed
