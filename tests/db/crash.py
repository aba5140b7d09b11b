"""``python -m tests.db.crash DIR POINT``: finish a stage and die in the middle of it."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

import db.files
import db.store
from db.schema import Class
from db.store import AuditStore

OLD, NEW = np.zeros(1000), np.ones(1000)
RUNS_BEFORE = 1


def write(store: AuditStore, array: np.ndarray, *names: str) -> None:
    """The stage that dies, under a hash that tells its results apart."""
    rows = [{"id": i, "name": name, "folder": None} for i, name in enumerate(names)]
    store.finish_stage(
        store.begin_run("test", {}, {}, 0),
        "classes",
        0,
        " ".join(names),
        seconds=0.0,
        rows={Class: rows},
        arrays={"x": array},
    )


def _die(*_: Any) -> NoReturn:
    os._exit(9)  # as if killed: no clean-up of any kind


def _half_an_array(file: Any, *_: Any, **__: Any) -> NoReturn:
    file.write(b"half")
    file.flush()
    _die()


def _half_the_rows(connection: Any, name: str, rows: Any) -> NoReturn:
    _insert(connection, name, {Class: list(rows[Class])[:1]})
    _die()


_insert = db.store.insert_rows


if __name__ == "__main__":
    with AuditStore.open(Path(sys.argv[1])) as opened:
        match sys.argv[2]:
            case "while an array is written":
                np.save = _half_an_array
            case "before the transaction":
                db.store.delete_rows = _die
            case "in the transaction":
                db.store.insert_rows = _half_the_rows
            case "after the transaction":
                db.store.remove_strays = _die
        write(opened, NEW, "new", "newer")
