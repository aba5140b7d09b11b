"""What the doctor says of a spoiled store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db import check
from db.check import missing_files, problems


def spoil(directory: Path, *statements: str) -> None:
    with closing(sqlite3.connect(directory / "audit.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_whole_store_has_no_problems(audit: Path) -> None:
    assert problems(audit) == []


def test_no_store(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert "holds no audit" in problem


def test_another_schema(audit: Path) -> None:
    spoil(audit, "update alembic_version set version_num = '0000'")
    (problem,) = problems(audit)
    assert "glowworm upgrade" in problem


def test_a_changed_array_names_its_stage(audit: Path) -> None:
    (path,) = (audit / "arrays").iterdir()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    (problem,) = problems(audit)
    assert problem.startswith(str(path))
    assert "has been changed" in problem and "'classifier'" in problem and "--resume" in problem


def test_files_that_are_gone_or_cut_short(audit: Path) -> None:
    """By their sizes alone: a byte that was changed is found by the doctor, who reads them all."""
    (path,) = (audit / "arrays").iterdir()
    relative = path.relative_to(audit).as_posix()
    assert missing_files(audit) == []
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert missing_files(audit) == [relative]
    path.unlink()
    assert missing_files(audit) == [relative]


def test_rows_that_hang_on_nothing(audit: Path) -> None:
    # Image 0 carries a thumbnail, two predictions, two times two concepts, an explanation and
    # examples of units; sqlite3 itself has foreign keys off.
    spoil(audit, "delete from image where id = 0")
    found = problems(audit)
    assert any("1 rows of 'thumbnail'" in problem for problem in found)
    assert any("2 rows of 'prediction'" in problem for problem in found)
    assert any("4 rows of 'image_concept'" in problem for problem in found)


def test_a_damaged_index(audit: Path) -> None:
    spoil(
        audit,
        "pragma writable_schema = on",
        "delete from sqlite_master where name = 'ix_class_name'",
    )
    (problem,) = problems(audit)
    assert "damaged" in problem and "\n" not in problem


def test_garbage_in_the_middle(audit: Path) -> None:
    with (audit / "audit.db").open("r+b") as file:
        file.seek(20 * 4096)
        file.write(b"\xff" * 8192)
    found = problems(audit)
    assert found and all("damaged" in problem or "hang on nothing" in problem for problem in found)


def test_a_network_file_system_is_named(
    audit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"disk / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(check, "_MOUNTS", mounts)
    (problem,) = problems(audit)
    assert "nfs4" in problem and "local disk" in problem
