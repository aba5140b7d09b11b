"""Stored maps without torch, against the maps as torch runs them."""

import numpy as np
import pytest

from analysis.asking.text_map import text_map
from analysis.textmap.base import TextMapEstimator, unit_rows
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.icis import IcisEstimator
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.saved import pack, unpack
from analysis.textmap.stacked import StackedEstimator

ESTIMATORS: tuple[TextMapEstimator, ...] = (
    MlpEstimator(epochs=3),
    MlpEstimator(epochs=3, soft_dropout=False),
    KernelEstimator(),
    StackedEstimator(),
    IcisEstimator(latent=16, most_epochs=2),
    MeanEstimator(),
    RandomEstimator(),
)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: f"{e.name}")
def test_a_map_answers_as_it_does_with_torch(estimator: TextMapEstimator) -> None:
    generator = np.random.default_rng(0)
    embeddings = unit_rows(generator.standard_normal((20, 12)).astype(np.float32))
    targets = generator.standard_normal((20, 8)).astype(np.float32)
    packed = pack(estimator.fit(embeddings, targets, seed=0))
    new = unit_rows(generator.standard_normal((5, 12)).astype(np.float32))
    expected = unpack(estimator.name, packed)(new)
    np.testing.assert_allclose(text_map(estimator.name, packed)(new), expected, atol=2e-5)
