"""ICIS as a baseline."""

import numpy as np
import pytest
import torch

from analysis.textmap.base import TextMapEstimator, cosine, unit_rows
from analysis.textmap.icis import SMOOTHED, IcisEstimator, _Nets, _slope
from analysis.textmap.saved import pack, unpack


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    embeddings = unit_rows(rng.standard_normal((60, 6)).astype(np.float32))
    return embeddings, (embeddings @ rng.standard_normal((6, 5))).astype(np.float32)


def test_learns_a_linear_relation_and_generalises(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    embeddings, targets = pairs
    estimator = IcisEstimator(latent=64, most_epochs=60)
    assert isinstance(estimator, TextMapEstimator)
    fitted = estimator.fit(embeddings[:50], targets[:50], seed=0)
    assert np.diag(cosine(fitted(embeddings[50:]), targets[50:])).mean() > 0.9


def test_the_same_seed_gives_the_same_map(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    first, again, other = (
        IcisEstimator(latent=8, most_epochs=2).fit(*pairs, seed=seed)(pairs[0])
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_the_four_losses_vanish_for_perfect_autoencoders() -> None:
    torch.manual_seed(0)
    nets = _Nets(3, 3, 6)
    with torch.no_grad():
        for encoder in (nets.text_encoder[0], nets.weight_encoder[0]):
            encoder.weight.copy_(torch.cat([torch.eye(3), -torch.eye(3)]))  # ReLU keeps both signs
        for decoder in (nets.text_decoder, nets.weight_decoder):
            decoder.weight.copy_(torch.cat([torch.eye(3), -torch.eye(3)], dim=1))
    same = torch.randn(4, 3)
    assert nets.loss(same, same).item() == pytest.approx(0, abs=1e-6)
    # Sides that point apart: reconstruction is still perfect, both cross terms are 2.
    assert nets.loss(same, -same).item() == pytest.approx(4, abs=1e-5)


def test_stops_when_the_loss_is_flat(
    pairs: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = []

    def flat(self: IcisEstimator, *_: object) -> float:
        epochs.append(1)
        return 1.0

    monkeypatch.setattr(IcisEstimator, "_epoch", flat)
    IcisEstimator(latent=4).fit(*pairs, seed=0)
    assert len(epochs) == 2 * SMOOTHED + 5  # the first slope needs one epoch more than two windows


def test_the_slope_is_the_fall_per_epoch() -> None:
    assert _slope([20.0 - i for i in range(20)]) == pytest.approx(1.0)


def test_saved_and_restored_it_says_the_same(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = IcisEstimator(latent=16, most_epochs=2).fit(*pairs, seed=0)
    again = unpack("icis", pack(fitted))
    np.testing.assert_array_equal(again(pairs[0]), fitted(pairs[0]))
