import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from sae.metrics import (
    decision_agreement,
    evaluate,
    explained_variance,
    normalised_mse,
    random_autoencoder,
)
from tests.sae.planted import identity_autoencoder


def some_features(n=60, dim=5, seed=0):
    return np.random.default_rng(seed).normal(3, 1, (n, dim)).astype(np.float32)


def test_predicting_the_mean_explains_exactly_nothing():
    # Sixteenths are exact in binary, so the mean is too and the score is exactly 0.
    features = (np.random.default_rng(0).integers(0, 64, (64, 5)) / 16).astype(np.float32)
    mean = np.broadcast_to(features.astype(np.float64).mean(axis=0), features.shape)
    assert explained_variance(features, mean) == 0.0


def test_a_perfect_reconstruction_explains_all():
    features = some_features()
    assert explained_variance(features, features) == 1.0
    assert normalised_mse(features, features) == 0.0


def test_explained_variance_by_hand():
    # Mean 2; spread 4 + 0 + 4 = 8; residual 1 + 0 + 1 = 2. About zero it would be 1 - 2/20.
    features = np.array([[0.0], [2.0], [4.0]])
    rebuilt = np.array([[1.0], [2.0], [3.0]])
    assert explained_variance(features, rebuilt) == pytest.approx(0.75)
    assert normalised_mse(features, rebuilt) == pytest.approx(0.1)


def test_what_has_no_variance_has_no_score():
    assert np.isnan(explained_variance(np.ones((3, 2)), np.ones((3, 2))))
    assert np.isnan(normalised_mse(np.zeros((3, 2)), np.zeros((3, 2))))


def test_decisions_and_divergence_against_scipy():
    features, rebuilt = some_features(seed=1), some_features(seed=2)
    rng = np.random.default_rng(3)
    weight, bias = rng.standard_normal((7, 5)), rng.standard_normal(7)
    p, q = (softmax(f @ weight.T + bias, axis=1) for f in (features, rebuilt))
    kept, nats = decision_agreement(features, rebuilt, weight, bias)
    assert kept == pytest.approx((p.argmax(1) == q.argmax(1)).mean())
    assert nats == pytest.approx(entropy(p, q, axis=1).mean())
    assert decision_agreement(features, features, weight, bias) == (1.0, 0.0)


def test_an_autoencoder_is_scored_on_all_counts():
    features = some_features(n=5000)  # more than one block
    rng = np.random.default_rng(3)
    weight, bias = rng.standard_normal((7, 5)), rng.standard_normal(7)
    autoencoder = identity_autoencoder(5, k=2, mean=3.0)
    latents = autoencoder.encode(features)
    rebuilt = autoencoder.decode(latents)
    scores = evaluate(autoencoder, features, weight, bias)
    assert scores.n == 5000
    assert scores.explained_variance == pytest.approx(explained_variance(features, rebuilt))
    assert scores.normalised_mse == pytest.approx(normalised_mse(features, rebuilt), rel=1e-4)
    assert scores.l0 == pytest.approx((latents > 0).sum(axis=1).mean())
    assert scores.alive_share == 1.0
    expected = decision_agreement(features, rebuilt, weight, bias)
    assert (scores.top1_agreement, scores.logit_kl) == pytest.approx(expected)
    with pytest.raises(ValueError, match="no held-out images"):
        evaluate(autoencoder, features[:0], weight, bias)


def test_a_latent_that_never_fires_is_not_alive():
    features = some_features()
    features[:, 2] = -1
    scores = evaluate(identity_autoencoder(5, k=5), features, np.eye(5), np.zeros(5))
    assert scores.alive_share == pytest.approx(0.8)


def test_the_random_floor_has_random_unit_directions_and_the_best_scale():
    features = some_features(n=400, dim=6)
    floor = random_autoencoder(features, width=30, k=3, seed=0)
    encoder = floor.encoder_weight
    np.testing.assert_allclose(np.linalg.norm(encoder, axis=0), 1, rtol=1e-5)
    latents = floor.encode(features)
    best = explained_variance(features, floor.decode(latents))
    assert 0 < best < 1
    for factor in (0.9, 1.1):  # a decoder's bias of zero: the scale acts about the mean
        other = (floor.decode(latents) - floor.mean) * factor + floor.mean
        assert explained_variance(features, other) < best
    again = random_autoencoder(features, width=30, k=3, seed=0)
    np.testing.assert_array_equal(again.decoder_weight, floor.decoder_weight)
