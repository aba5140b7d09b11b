"""The speed bench: most extreme pairs, and two audits of the reef's weights."""

import os
from pathlib import Path

import numpy as np
import pytest

from analysis.bench.speed import _best_pairs, _cache_in
from analysis.cache import ENVIRONMENT


def test_no_class_and_no_concept_stands_twice() -> None:
    values = np.array([[9.0, 8, 1], [7, 6, 2], [5, 4, 3]])
    assert list(_best_pairs(values)) == [(0, 0), (1, 1), (2, 2)]
    assert values[0, 0] == 9  # the caller's array is left alone


def test_the_cache_is_elsewhere_for_the_block_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, "before")
    with _cache_in(tmp_path):
        assert os.environ[ENVIRONMENT] == str(tmp_path)
    assert os.environ[ENVIRONMENT] == "before"
    monkeypatch.delenv(ENVIRONMENT)
    with _cache_in(tmp_path):
        assert os.environ[ENVIRONMENT] == str(tmp_path)
    assert ENVIRONMENT not in os.environ
