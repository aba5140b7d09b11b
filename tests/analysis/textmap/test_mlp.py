"""The paper's net: its shape, its augmentations, and that it learns and is repeatable."""

import numpy as np
import pytest
import torch

from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.mlp import MlpEstimator, build_net


def _linear_sizes(net: torch.nn.Module) -> list[tuple[int, int]]:
    return [
        (layer.in_features, layer.out_features)
        for layer in net.modules()
        if isinstance(layer, torch.nn.Linear)
    ]


@pytest.mark.parametrize(
    ("soft_dropout", "sizes"),
    [
        (True, [(6, 12), (12, 5), (5, 5)]),  # k×2k, 2k×d, and the gate d×d
        (False, [(6, 20), (20, 5)]),  # k×4d, 4d×d
    ],
)
def test_layers_have_the_sizes_of_appendix_i(soft_dropout: bool, sizes: list[tuple[int, int]]):
    net = build_net(6, 5, MlpEstimator(soft_dropout=soft_dropout))
    assert _linear_sizes(net) == sizes
    norms = [layer for layer in net.modules() if isinstance(layer, torch.nn.LayerNorm)]
    assert len(norms) == (3 if soft_dropout else 2)  # each layer's, and the GLU's own


def test_input_dropout_halves_three_rows_in_ten_and_keeps_their_mean_length():
    torch.manual_seed(0)
    dropout = build_net(400, 5, MlpEstimator())[0].train()
    out = dropout(torch.ones(2000, 400)) / 20  # √k undone: untouched entries are 1, kept ones 2
    touched = (out == 0).any(1)
    assert touched.float().mean() == pytest.approx(0.3, abs=0.04)
    assert (out[touched] == 0).float().mean() == pytest.approx(0.5, abs=0.01)
    assert set(out[touched].unique().tolist()) == {0.0, 2.0}
    assert (out[~touched] == 1).all()


def test_soft_dropout_scales_each_dimension_between_zero_and_one():
    net = build_net(6, 5, MlpEstimator()).eval()
    s = torch.randn(3, 6)
    before = net[:-1](s)
    ratio = net(s) / before
    assert ((ratio > 0) & (ratio < 1)).all()


def test_learns_its_pairs_and_repeats_itself():
    rng = np.random.default_rng(0)
    embeddings = unit_rows(rng.standard_normal((20, 16)).astype(np.float32))
    targets = rng.standard_normal((20, 8)).astype(np.float32)
    estimator = MlpEstimator(epochs=150)
    fitted = estimator.fit(embeddings, targets, seed=1)
    assert np.diag(cosine(fitted(embeddings), targets)).mean() > 0.7
    again = estimator.fit(embeddings, targets, seed=1)
    np.testing.assert_array_equal(fitted(embeddings), again(embeddings))
    other = estimator.fit(embeddings, targets, seed=2)
    assert not np.array_equal(fitted(embeddings), other(embeddings))


def test_fitting_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    MlpEstimator(epochs=1).fit(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32), seed=0)
    assert torch.equal(torch.rand(3), expected)
