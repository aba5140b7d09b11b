"""The floors: what they give by hand, and what held-out scores make of them."""

import numpy as np
import pytest

from analysis.textmap.base import TextMapEstimator, cosine
from analysis.textmap.floors import LinearMap, MeanEstimator, RandomEstimator
from analysis.textmap.held_out import cross_fit, held_out_scores

CLASSES, DIM, FEATURES = 40, 12, 9


@pytest.fixture
def pairs(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    embeddings = rng.standard_normal((CLASSES, DIM), np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return embeddings, rng.standard_normal((CLASSES, FEATURES), np.float32) + 3


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_both_are_estimators_that_call_themselves_floors() -> None:
    for estimator, name in ((MeanEstimator(), "mean"), (RandomEstimator(), "random")):
        assert isinstance(estimator, TextMapEstimator)
        assert (estimator.name, estimator.is_floor) == (name, True)
        assert estimator.describe() == {}


def test_the_mean_is_the_mean_whatever_the_text(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    embeddings, weights = pairs
    fitted = MeanEstimator().fit(embeddings, weights, seed=0)
    expected = [sum(column) / CLASSES for column in weights.T.tolist()]
    for row in fitted(embeddings[:3]):
        np.testing.assert_allclose(row, expected, rtol=1e-5)


def test_the_mean_of_centred_rows_is_no_direction(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    """Rounding leaves a tiny vector, whose cosines would be those of noise."""
    embeddings, weights = pairs
    centred = weights - weights.mean(0)
    assert 0 < np.abs(centred.mean(0)).max() < 1e-5
    fitted = MeanEstimator().fit(embeddings, centred, seed=0)
    assert not fitted(embeddings).any()
    assert not cosine(centred, fitted(embeddings)).any()


def test_the_mean_ranks_every_unseen_class_last(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    embeddings, weights = pairs
    fit = cross_fit(MeanEstimator(), embeddings, weights, seed=0)
    scores = held_out_scores(fit, embeddings, weights)
    assert scores.mrr == pytest.approx(1 / CLASSES)
    assert (scores.cosine, scores.top1, scores.top5) == (0, 0, 0)


def test_the_random_map_is_linear_repeatable_and_blind_to_the_classifier(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    embeddings, weights = pairs
    fitted = RandomEstimator().fit(embeddings, weights, seed=3)
    np.testing.assert_array_equal(
        fitted(embeddings), RandomEstimator().fit(embeddings, -weights, seed=3)(embeddings)
    )
    both = fitted(embeddings[:1] + embeddings[1:2])
    np.testing.assert_allclose(both, fitted(embeddings[:1]) + fitted(embeddings[1:2]), rtol=1e-4)
    other = RandomEstimator().fit(embeddings, weights, seed=4)
    assert not np.allclose(fitted(embeddings), other(embeddings))


def test_the_random_map_scores_about_chance_on_unseen_classes(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    embeddings, weights = pairs
    top5 = [
        held_out_scores(
            cross_fit(RandomEstimator(), embeddings, weights, seed=seed), embeddings, weights
        ).top5
        for seed in range(20)
    ]
    assert np.mean(top5) == pytest.approx(5 / CLASSES, abs=0.05)


def test_a_linear_map_by_hand() -> None:
    fitted = LinearMap(np.array([[1, 0], [2, 3]], np.float32), np.array([10, 20], np.float32))
    np.testing.assert_array_equal(fitted(np.array([[1, 1]], np.float32)), [[13, 23]])
    assert set(fitted.arrays()) == {"weight", "bias"}
