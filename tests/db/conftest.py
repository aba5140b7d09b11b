"""Stores that the tests of ``db`` share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import reader_engine
from db.store import AuditStore
from tests.evidence_rows import add_evidence
from tests.stores import build_empty_store, build_store


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A finished audit, read-only."""
    engine = reader_engine(build_store(tmp_path_factory.mktemp("full") / "audit"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The same with evidence, canaries and repairs (``tests.evidence_rows``)."""
    directory = add_evidence(build_store(tmp_path_factory.mktemp("tested") / "audit"))
    engine = reader_engine(directory)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def weights_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A finished audit without images, read-only."""
    directory = tmp_path_factory.mktemp("weights") / "audit"
    engine = reader_engine(build_store(directory, weights_only=True))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An audit that ended before its first stage, read-only."""
    engine = reader_engine(build_empty_store(tmp_path_factory.mktemp("empty") / "audit"))
    yield engine
    engine.dispose()


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    """Directory of a finished audit that the test may spoil."""
    return build_store(tmp_path / "audit")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AuditStore]:
    """A new store, open for writing."""
    with AuditStore.create(tmp_path / "audit") as new:
        yield new
