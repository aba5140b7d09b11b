"""A made-up audit as small as the bench lets it be, made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.bench.desk import sizes as least
from analysis.bench.desk.made_up.kept_store import kept_store
from analysis.bench.desk.sizes import Sizes
from analysis.cache import ENVIRONMENT
from analysis.progress import Silent

TINY = Sizes(
    images=least.LEAST_IMAGES,
    classes=least.LEAST_CLASSES,
    latents=least.LEAST_LATENTS,
    concepts=least.LEAST_CONCEPTS,
    features=least.LEAST_FEATURES,
)


@pytest.fixture(scope="session")
def desk_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk-cache")


@pytest.fixture(scope="session")
def tiny_store(desk_cache: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(desk_cache))
        return kept_store(TINY, Silent())


@pytest.fixture(autouse=True)
def empty_cache(desk_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the place of the benches' empty cache: the one with the tiny store."""
    monkeypatch.setenv(ENVIRONMENT, str(desk_cache))
    yield
