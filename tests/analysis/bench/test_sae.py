"""Autoencoders by architecture on features made of few directions."""

import math
from typing import Any

import numpy as np
import pytest

from analysis.bench import sae as bench
from analysis.bench.data import BenchData
from analysis.progress import Silent
from analysis.text.encoder import load_text_encoder
from sae.config import SaeConfig
from tests.sae.planted import planted_features

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> Any:
    features, truth = planted_features(n=600)
    data = BenchData(
        model="planted",
        encoder=load_text_encoder(),
        class_names=tuple("abcdefghijkl"),
        prompts=np.zeros((12, 4), dtype=np.float32),
        weights=truth,
        bias=np.zeros(12, dtype=np.float32),
        features=features,
        labels=np.zeros(600, dtype=np.int64),
    )
    small = SaeConfig(16, 2, steps=200, batch_size=64)
    monkeypatch.setattr(bench.SaeConfig, "default", classmethod(lambda *_, **__: small))
    for name, value in {"LATENTS": 64, "TEXTS": 100, "REPEATS": 1}.items():
        monkeypatch.setattr(bench, name, value)
    return bench.bench_sae(data, seeds=2, progress=Silent())


def test_every_architecture_beats_random_directions(figures: Any) -> None:
    quality, training, labelling = figures
    rows = {row["architecture"]: row for row in quality.rows}
    floor = rows.pop("random directions (floor)")
    assert set(rows) == {"topk", "batchtopk", "matryoshka", "jumprelu"}
    for row in rows.values():
        assert row["ev"].value > floor["ev"].value
        assert row["ev"].low <= row["ev"].value <= row["ev"].high
        assert 0 < row["steps"].value <= 200 and row["seconds"].low > 0
    for costs in (training, labelling):
        *_, ratio = costs.rows
        assert math.isfinite(ratio["ratio"]) and ratio["ratio"] > 0
