"""The writer: stages are put in place whole, and one writer at a time."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from db.errors import OutputInUse, StoreDamaged, StoreError, StoreMissing
from db.queries import overview
from db.schema import Base, Class, Concept, Image, Measure, Prediction, Run
from db.store import AuditStore
from tests.stores import CONCEPTS


def classes(*names: str) -> list[dict[str, object]]:
    return [{"id": i, "name": name, "folder": None} for i, name in enumerate(names)]


def finish(
    store: AuditStore,
    name: str = "classes",
    position: int = 0,
    input_hash: str = "h",
    *,
    rows: dict[type[Base], Sequence[dict[str, object]]] | None = None,
    arrays: dict[str, np.ndarray] | None = None,
    files: Sequence[Path] = (),
) -> None:
    run = store.begin_run("test", {}, {}, 0)
    store.finish_stage(
        run, name, position, input_hash, seconds=0.0, rows=rows, arrays=arrays, files=files
    )


def names(store: AuditStore) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.scalars(select(Class.name).order_by(Class.id)))


def stages(store: AuditStore) -> pd.DataFrame:
    return overview.stages(store.engine).set_index("name")


def test_rows_and_arrays_come_back(store: AuditStore) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    finish(store, rows={Class: classes("shark", "crab")}, arrays={"weights": array})
    assert names(store) == ["shark", "crab"]
    back = store.array("weights")
    np.testing.assert_array_equal(back, array)
    assert back.dtype == np.float32
    assert not back.flags.writeable


def test_a_stage_finished_again_leaves_only_its_new_results(store: AuditStore) -> None:
    finish(store, rows={Class: classes("a", "b", "c")}, arrays={"x": np.zeros(3), "y": np.ones(2)})
    finish(store, rows={Class: classes("d")}, arrays={"x": np.ones(3)})
    assert names(store) == ["d"]
    np.testing.assert_array_equal(store.array("x"), np.ones(3))
    with pytest.raises(StoreError, match="no array 'y'"):
        store.array("y")
    assert len(list((store.directory / "arrays").iterdir())) == 1


def test_an_open_array_outlives_its_stage(store: AuditStore) -> None:
    finish(store, arrays={"x": np.arange(2000.0)})
    old = store.array("x")
    finish(store, arrays={"x": np.zeros(2000)})
    assert old[1999] == 1999


def test_numpy_scalars_become_numbers_not_bytes(store: AuditStore) -> None:
    rows = [{"id": np.int64(7), "name": "shark", "folder": None}]
    measure = [{"name": "m", "value": np.float32(0.5), "n": np.int32(3), "what": "w"}]
    finish(store, rows={Class: rows, Measure: measure})
    with store.engine.connect() as connection:
        assert connection.execute(select(Class.id)).scalar_one() == 7
        kinds = connection.execute(text("select typeof(value), typeof(n) from measure")).one()
    assert tuple(kinds) == ("real", "integer")


def test_later_stages_become_stale_and_say_why(store: AuditStore) -> None:
    for position, name in enumerate(("first", "second", "third")):
        finish(store, name, position)
    finish(store, "second", 1, "other")
    assert list(stages(store)["status"]) == ["done", "done", "stale"]
    assert stages(store).loc["third", "reason"] == "'second' was done again"
    assert not store.stage_is_current("third", "h")
    finish(store, "third", 2)
    assert store.stage_is_current("third", "h")
    assert stages(store).loc["third", "reason"] is None


def test_the_row_of_a_later_stage_survives_the_cascade(store: AuditStore) -> None:
    finish(store, "classes", 0, rows={Class: classes("shark")})
    image = {"id": 0, "path": "a.png", "sha256": "", "width": 1, "height": 1, "class_id": 0}
    guess = {"image_id": 0, "rank": 1, "class_id": 0, "logit": 1.0, "probability": 1.0}
    finish(store, "images", 1, rows={Image: [image], Prediction: [guess]})
    finish(store, "classes", 0, rows={Class: classes("crab")})
    assert overview.counts(store.engine).images == 0
    assert stages(store).loc["images", "status"] == "stale"


def test_a_stage_that_fails_leaves_everything_as_it_was(store: AuditStore) -> None:
    finish(store, rows={Class: classes("shark")}, arrays={"x": np.zeros(2)})
    finish(store, "later", 1)
    with pytest.raises(IntegrityError):
        finish(store, rows={Class: classes("a") + classes("b")}, arrays={"x": np.ones(2)})
    assert names(store) == ["shark"]
    assert store.array("x")[0] == 0
    assert stages(store).loc["later", "status"] == "done"
    assert len(list((store.directory / "arrays").iterdir())) == 1


def test_a_stage_without_changes_is_current(store: AuditStore) -> None:
    assert not store.stage_is_current("classes", "h")
    finish(store, arrays={"x": np.zeros(2)})
    assert store.stage_is_current("classes", "h")
    assert not store.stage_is_current("classes", "other")


@pytest.mark.parametrize("spoil", ["change", "cut", "remove"])
def test_a_spoiled_array_makes_its_stage_due_again(store: AuditStore, spoil: str) -> None:
    finish(store, arrays={"x": np.zeros(1000)})
    (path,) = (store.directory / "arrays").iterdir()
    before = path.stat()
    content = bytearray(path.read_bytes())
    if spoil == "remove":
        path.unlink()
    elif spoil == "cut":
        path.write_bytes(content[:-8])
    else:
        content[-1] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # size and time tell nothing
    assert not store.stage_is_current("classes", "h")
    if spoil != "change":
        with pytest.raises(StoreDamaged, match="--resume"):
            store.array("x")
    finish(store, arrays={"x": np.zeros(1000)})
    assert store.stage_is_current("classes", "h")


def test_files_of_a_library_belong_to_the_stage(store: AuditStore) -> None:
    folder = store.directory / "sae"
    folder.mkdir()
    (folder / "old.bin").write_bytes(b"old")
    finish(store, files=[folder / "old.bin"])
    assert store.stage_is_current("classes", "h")
    (folder / "old.bin").write_bytes(b"new")
    assert not store.stage_is_current("classes", "h")
    (folder / "new.bin").write_bytes(b"new")
    finish(store, files=[folder / "new.bin"])
    assert [path.name for path in folder.iterdir()] == ["new.bin"]


@pytest.mark.parametrize("array", [np.zeros((0, 3)), np.float32(2.5) * np.ones(()), np.zeros(5000)])
def test_arrays_of_any_size(store: AuditStore, array: np.ndarray) -> None:
    finish(store, arrays={"x": array})
    assert store.array("x").shape == array.shape


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".hidden", "x" * 200])
def test_an_array_name_that_is_no_file_name(store: AuditStore, name: str) -> None:
    with pytest.raises(ValueError, match="array name"):
        finish(store, arrays={name: np.zeros(1)})


def test_rows_of_a_table_that_no_stage_writes(store: AuditStore) -> None:
    with pytest.raises(ValueError, match="run"):
        finish(store, rows={Run: [{}]})


def test_a_skipped_stage_loses_its_results_and_is_current(store: AuditStore) -> None:
    finish(store, rows={Class: classes("shark")}, arrays={"x": np.zeros(2)})
    finish(store, "later", 1)
    store.skip_stage(store.begin_run("test", {}, {}, 0), "classes", 0, "h2", "no classes here")
    assert names(store) == []
    assert list((store.directory / "arrays").iterdir()) == []
    assert store.stage_is_current("classes", "h2")
    assert stages(store).loc["classes", "reason"] == "no classes here"
    assert stages(store).loc["later", "status"] == "stale"


def test_a_note_is_added(store: AuditStore) -> None:
    finish(store)
    store.note("classes", "Fell back to the CPU.")
    assert stages(store).loc["classes", "notes"] == ["Fell back to the CPU."]


def test_runs_have_moments_in_utc(store: AuditStore) -> None:
    run = store.begin_run("glowworm audit", {"seed": 3}, {"python": "3.11"}, 3)
    store.end_run(run, "failed", "no room")
    last = overview.last_run(store.engine)
    assert last is not None and last.finished is not None
    assert (last.id, last.status, last.error, last.seed) == (run, "failed", "no room", 3)
    assert timedelta(0) <= datetime.now(UTC) - last.started < timedelta(minutes=1)


def test_the_data_version_changes_with_every_stage(store: AuditStore) -> None:
    seen = {overview.data_version(store.engine)}
    finish(store)
    seen.add(overview.data_version(store.engine))
    assert overview.data_version(store.engine) in seen
    finish(store)
    seen.add(overview.data_version(store.engine))
    assert len(seen) == 3


def test_a_second_writer_is_told_who_writes(store: AuditStore) -> None:
    with pytest.raises(StoreError, match=f"process {os.getpid()}"):
        AuditStore.open(store.directory)


def test_closing_gives_the_lock_back_and_puts_the_log_away(tmp_path: Path) -> None:
    AuditStore.create(tmp_path / "audit").close()
    assert sorted(path.name for path in (tmp_path / "audit").iterdir()) == [
        "audit.db",
        "audit.lock",
    ]
    with AuditStore.open(tmp_path / "audit") as store:
        finish(store, "concepts", rows={Concept: [{"id": 0, "text": CONCEPTS[6]}]})
    with AuditStore.open(tmp_path / "audit") as store:
        assert overview.counts(store.engine).concepts == 1


def test_a_run_that_was_killed_is_called_stopped(tmp_path: Path) -> None:
    with AuditStore.create(tmp_path / "audit") as store:
        store.begin_run("glowworm audit", {}, {}, 0)
    with AuditStore.open(tmp_path / "audit") as store:
        last = overview.last_run(store.engine)
        assert last is not None and last.status == "stopped"


def test_create_makes_the_directories_above(tmp_path: Path) -> None:
    AuditStore.create(tmp_path / "a" / "b").close()
    assert (tmp_path / "a" / "b" / "audit.db").is_file()


def test_create_refuses_what_holds_something_else(tmp_path: Path, audit: Path) -> None:
    with pytest.raises(OutputInUse, match="--resume"):
        AuditStore.create(audit)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    with pytest.raises(OutputInUse, match="not empty"):
        AuditStore.create(tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]
    with pytest.raises(OutputInUse, match="is a file"):
        AuditStore.create(tmp_path / "photos" / "cat.jpg")
    with pytest.raises(StoreError, match="cannot be made"):
        AuditStore.create(tmp_path / "photos" / "cat.jpg" / "audit")


def test_create_goes_on_where_a_start_broke_off(tmp_path: Path) -> None:
    (tmp_path / ".audit.db.part").write_bytes(b"half a database")
    (tmp_path / "audit.lock").touch()
    AuditStore.create(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.db", "audit.lock"]


def test_open_of_no_audit_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        AuditStore.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_open_removes_only_its_own_strays(audit: Path) -> None:
    strays = [audit / "arrays" / name for name in (".x.1.part", f"x.{'0' * 16}.npy")]
    mine = audit / "arrays" / "my own notes.txt"
    for path in [*strays, mine]:
        path.touch()
    AuditStore.open(audit).close()
    assert mine.exists()
    assert not any(path.exists() for path in strays)
    assert len(list((audit / "arrays").glob("class_embeddings.*"))) == 1


def test_a_full_disk_is_said_in_one_line_and_leaves_the_store_as_it_was(store: AuditStore) -> None:
    finish(store, rows={Class: classes("shark")})
    with store._writer.connect() as connection:  # the pool keeps this one connection
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")
    with pytest.raises(StoreError, match=r"^[^\n]*the disk is full; make room[^\n]*$"):
        finish(store, rows={Class: classes(*("x" * 1000 for _ in range(100)))})
    assert names(store) == ["shark"]


def test_arrays_that_cannot_be_written_are_said_in_one_line(store: AuditStore) -> None:
    (store.directory / "arrays").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        finish(store, rows={Class: classes("shark")}, arrays={"x": np.zeros(1)})
    assert names(store) == []
