"""One small real audit for all tests of ``analysis``; build on copies, never write into it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.cache import ENVIRONMENT
from tests import stores
from tests.analysis import small


@dataclass(frozen=True)
class SmallAudit:
    """The audit's directory, the files it was made from, and what it said."""

    world: Path
    directory: Path
    recorder: small.Recorder


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or fills the cache of whoever runs it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(ENVIRONMENT, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def small_audit(tmp_path_factory: pytest.TempPathFactory) -> SmallAudit:
    root = tmp_path_factory.mktemp("small-audit")
    small.write_world(root / "world")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small.hurry(monkeypatch)
        recorder = small.audit(small.config(root / "world", root / "audit"))
    return SmallAudit(root / "world", root / "audit", recorder)


@pytest.fixture(scope="session")
def weights_only(small_audit: SmallAudit, tmp_path_factory: pytest.TempPathFactory) -> SmallAudit:
    """The same classifier audited without images."""
    out = tmp_path_factory.mktemp("weights-only") / "audit"
    with pytest.MonkeyPatch.context() as monkeypatch:
        small.hurry(monkeypatch)
        recorder = small.audit(small.config(small_audit.world, out, images=None))
    return SmallAudit(small_audit.world, out, recorder)


@pytest.fixture
def audit_copy(small_audit: SmallAudit, tmp_path: Path) -> Path:
    """A copy of the small audit to go on with."""
    return shutil.copytree(small_audit.directory, tmp_path / "audit")


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic store with every table filled; see ``tests.store_rows``."""
    return stores.build_store(tmp_path_factory.mktemp("synthetic") / "audit")
