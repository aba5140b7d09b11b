"""The reader cannot write, and says in a line what is wrong with a store."""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import OperationalError

from db.engine import make_engine, reader_engine
from db.errors import SchemaMismatch, StoreDamaged, StoreError, StoreMissing
from db.queries.overview import counts
from db.schema import Class
from db.store import AuditStore
from tests.stores import build_empty_store, build_store

ROOT = Path(__file__).parents[2]


def test_the_reader_cannot_write(full: Engine) -> None:
    with full.connect() as connection, pytest.raises(StoreError, match="may not be written"):
        connection.execute(delete(Class))


def test_the_reader_sees_what_a_writer_commits_while_both_are_open(tmp_path: Path) -> None:
    with AuditStore.create(tmp_path / "audit") as store:
        reader = reader_engine(tmp_path / "audit")
        rows = [{"id": 0, "name": "shark", "folder": None}]
        store.finish_stage(
            store.begin_run("x", {}, {}, 0), "a", 0, "h", seconds=0, rows={Class: rows}
        )
        assert counts(reader).classes == 1
        reader.dispose()


def test_foreign_keys_hold_for_the_writer(tmp_path: Path) -> None:
    engine = make_engine(build_empty_store(tmp_path / "audit"), "rw")
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    engine.dispose()


def test_ddl_rolls_back(tmp_path: Path) -> None:
    engine = make_engine(build_empty_store(tmp_path / "audit"), "rw")
    with pytest.raises(RuntimeError), engine.begin() as connection:
        connection.execute(text("create table passing (id integer)"))
        raise RuntimeError
    with engine.connect() as connection, pytest.raises(OperationalError, match="no such table"):
        connection.execute(text("select * from passing"))
    engine.dispose()


def test_one_engine_serves_many_threads(full: Engine) -> None:
    seen: list[int] = []

    def read() -> None:
        for _ in range(20):
            with full.connect() as connection:
                seen.append(len(connection.scalars(select(Class.id)).all()))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [4] * 160


@pytest.mark.parametrize("name", ["a?mode=memory", "50% #1", "q'uote", "Ünï cødé"])
def test_hostile_directory_names(tmp_path: Path, name: str) -> None:
    engine = reader_engine(build_empty_store(tmp_path / name))
    assert counts(engine).classes == 0
    engine.dispose()
    assert [path.name for path in tmp_path.iterdir()] == [name]  # nothing went elsewhere


def test_no_audit(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="glowworm audit --out"):
        reader_engine(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough" * 20])
def test_a_file_that_is_no_audit(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "audit.db").write_bytes(content)
    with pytest.raises(StoreDamaged, match="give another directory"):
        reader_engine(tmp_path)


def test_a_database_cut_short(audit: Path) -> None:
    whole = (audit / "audit.db").read_bytes()
    (audit / "audit.db").write_bytes(whole[: len(whole) // 3])
    engine = None
    with pytest.raises(StoreDamaged, match="restore a copy"):
        engine = reader_engine(audit)
        counts(engine)
    if engine is not None:
        engine.dispose()


@pytest.mark.parametrize(("revision", "fix"), [("0000", "glowworm upgrade"), ("9999", "install")])
def test_another_schema(audit: Path, revision: str, fix: str) -> None:
    engine = make_engine(audit, "rw")
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :v"), {"v": revision})
    engine.dispose()
    with pytest.raises(SchemaMismatch, match=fix):
        reader_engine(audit)


@pytest.fixture
def read_only_audit() -> Iterator[Path]:
    """An audit in a directory that neither its mode nor its owner lets us write into."""
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o755)
    yield build_store(outer / "audit")
    (outer / "audit").chmod(0o755)
    shutil.rmtree(outer)


def _read_as_nobody(directory: Path) -> str:
    directory.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-m", "tests.db.nobody", str(directory)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_read_only_directory_can_be_read(read_only_audit: Path) -> None:
    assert _read_as_nobody(read_only_audit) == "4"


def test_a_read_only_directory_with_an_unfinished_log_is_refused(read_only_audit: Path) -> None:
    (read_only_audit / "audit.db-wal").write_bytes(b"something a writer did not put away")
    said = _read_as_nobody(read_only_audit)
    assert said.startswith("StoreError") and "copy the directory" in said
