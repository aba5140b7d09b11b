"""A process that dies leaves the old results or the new ones, and nothing that stays in the way."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db.check import problems
from db.queries import overview
from db.schema import Class
from db.store import AuditStore
from tests.db.crash import NEW, OLD, write


@pytest.mark.parametrize(
    ("point", "results"),
    [
        ("while an array is written", "old"),
        ("before the transaction", "old"),
        ("in the transaction", "old"),
        ("after the transaction", "new newer"),
    ],
)
def test_dying(tmp_path: Path, point: str, results: str) -> None:
    directory = tmp_path / "audit"
    with AuditStore.create(directory) as store:
        write(store, OLD, "old")
    died = subprocess.run(
        [sys.executable, "-m", "tests.db.crash", str(directory), point],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert died.returncode == 9
    with AuditStore.open(directory) as store:  # neither its lock nor its log is in the way
        assert store.stage_is_current("classes", results)
        np.testing.assert_array_equal(store.array("x"), OLD if results == "old" else NEW)
        with store.engine.connect() as connection:
            names = connection.scalars(select(Class.name).order_by(Class.id)).all()
        assert names == results.split()
        assert len(list((directory / "arrays").iterdir())) == 1
        last = overview.last_run(store.engine)
        assert last is not None and last.status == "stopped"
    assert problems(directory) == []
