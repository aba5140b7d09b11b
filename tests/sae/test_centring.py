import numpy as np
import pytest

from sae import centring
from sae.centring import Centring


def test_centred_features_have_mean_zero_and_mean_square_one():
    features = np.random.default_rng(0).normal(7, 3, (500, 6)).astype(np.float32)
    applied = Centring.of(features).apply(features)
    np.testing.assert_allclose(applied.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.square(applied).mean(), 1, rtol=1e-5)


def test_blocks_do_not_change_the_numbers(monkeypatch):
    features = np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32)
    whole = Centring.of(features)
    monkeypatch.setattr(centring.row_blocks, "__defaults__", (7,))
    blocks = Centring.of(features)
    np.testing.assert_allclose(blocks.mean, whole.mean, rtol=1e-6)
    assert blocks.scale == pytest.approx(whole.scale, rel=1e-6)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (np.zeros((0, 3)), "no features"),
        (np.full((4, 3), 0.1, dtype=np.float32), "all features are equal"),
        (np.array([[1.0, np.nan], [0.0, 1.0]]), "not finite"),
    ],
)
def test_unusable_features_are_refused(features, message):
    with pytest.raises(ValueError, match=message):
        Centring.of(features)
