"""The doctor: what it looks at, and that it finds what is wrong."""

import importlib.machinery
import sqlite3
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from analysis import doctor
from analysis.doctor import LIBRARIES, PACKAGES, Finding, examine
from analysis.errors import TextError
from tests import stores
from tests.analysis import small


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "load_text_encoder", small.cached_encoder)


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.text for finding in findings if not finding.fine]


def test_this_installation_is_fine() -> None:
    findings = examine(None)
    assert wrong(findings) == []
    told = "\n".join(finding.text for finding in findings)
    for name in LIBRARIES:
        assert f"{name} {metadata.version(name)}" in told
    for package in PACKAGES:
        assert f"package {package} is Glowworm's own" in told
    assert "weights as released" in told
    assert "SQLite" in told and "Python 3." in told


def test_an_audit_is_looked_at_only_when_it_is_given(synthetic: Path) -> None:
    assert len(examine(synthetic)) == len(examine(None)) + 1
    assert wrong(examine(synthetic)) == []


def test_a_package_of_another_place_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = doctor.util.find_spec

    def find(name: str):
        if name != "db":
            return real(name)
        return importlib.machinery.ModuleSpec(name, None, origin=str(tmp_path / "db.py"))

    monkeypatch.setattr(doctor.util, "find_spec", find)
    (text,) = wrong(examine(None))
    assert text.startswith(f"package db comes from {tmp_path / 'db.py'}")
    assert "uninstall" in text


def test_a_package_that_is_not_there_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.util.find_spec
    monkeypatch.setattr(doctor.util, "find_spec", lambda n: None if n == "sae" else real(n))
    (text,) = wrong(examine(None))
    assert text.startswith("package sae comes from None")


def test_another_distribution_under_our_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"db": ["glowworm", "db"], "sae": ["glowworm"]}
    monkeypatch.setattr(doctor.metadata, "packages_distributions", lambda: owners)
    assert wrong(examine(None)) == ["package db is also installed by db: uninstall that"]


def test_a_missing_library_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "timm":
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor.metadata, "version", version)
    (text,) = wrong(examine(None))
    assert text.startswith("timm is not installed: run")


def test_torch_and_torchvision_that_do_not_match_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torchvision.ops

    monkeypatch.delattr(torchvision.ops, "nms")
    (text,) = wrong(examine(None))
    assert text.startswith("torch and torchvision do not match (")
    assert "\n" not in text


def test_a_tampered_encoder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise TextError("the packaged text encoder's weights have another sha256: reinstall it")

    monkeypatch.setattr(doctor, "load_text_encoder", load)
    assert wrong(examine(None)) == [
        "the packaged text encoder's weights have another sha256: reinstall it"
    ]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return stores.build_store(tmp_path / "audit")


def array(store: Path) -> Path:
    (path,) = (store / "arrays").iterdir()
    return path


def test_a_flipped_byte_is_found(store: Path) -> None:
    content = bytearray(array(store).read_bytes())
    content[-1] ^= 1
    array(store).write_bytes(content)
    (text,) = wrong(examine(store))
    assert text.startswith(f"{array(store)} has been changed; glowworm audit --resume")
    assert "stage 'classifier'" in text


def test_a_file_cut_short_is_found(store: Path) -> None:
    array(store).write_bytes(array(store).read_bytes()[:-1])
    (text,) = wrong(examine(store))
    assert "is cut short" in text


def test_a_missing_file_is_found(store: Path) -> None:
    path = array(store)
    path.unlink()
    assert wrong(examine(store)) == [
        f"{path} is missing; glowworm audit --resume makes it again (stage 'classifier')"
    ]


def test_a_damaged_database_is_found(store: Path) -> None:
    database = store / "audit.db"
    content = bytearray(database.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xff" * (4096 * 3)
    database.write_bytes(content)
    assert any("audit.db" in text and "restore a copy" in text for text in wrong(examine(store)))


def test_a_store_of_another_version_is_found(store: Path) -> None:
    with sqlite3.connect(store / "audit.db") as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    (text,) = wrong(examine(store))
    assert str(store) in text


def test_a_directory_without_an_audit_is_found(tmp_path: Path) -> None:
    (text,) = wrong(examine(tmp_path))
    assert "holds no audit" in text


def test_looking_changes_nothing(store: Path) -> None:
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    examine(store)
    after = {path: path.read_bytes() for path in store.rglob("*") if path.is_file()}
    assert {path.name for path in after.keys() - before.keys()} <= {"audit.db-shm", "audit.db-wal"}
    assert {path: after[path] for path in before} == before


def test_an_audit_that_was_stopped_is_unfinished(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    with closing(sqlite3.connect(directory / "audit.db")) as connection, connection:
        connection.execute("update run set status = 'stopped'")
    said = wrong(examine(directory))
    assert any("unfinished" in text and "--resume" in text for text in said)
