"""The kernel in two storeys."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from analysis.textmap.base import TextMapEstimator, cosine, unit_rows
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.saved import pack, unpack
from analysis.textmap.stacked import (
    DIRECTION_GAMMA,
    SHRINKAGE,
    TEXT_SHARE,
    StackedEstimator,
    StackedMap,
)


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    embeddings = unit_rows(rng.standard_normal((40, 6)).astype(np.float32))
    targets = embeddings @ rng.standard_normal((6, 4)) + 0.1 * rng.standard_normal((40, 4))
    return embeddings, (targets - targets.mean(0)).astype(np.float32)


def test_is_an_estimator(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    assert isinstance(StackedEstimator(), TextMapEstimator)
    assert StackedEstimator().fit(*pairs, seed=0)(pairs[0]).dtype == np.float32


def test_the_first_storey_is_ridge_regression(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = StackedEstimator().fit(*pairs, seed=0)
    theirs = Ridge(alpha=SHRINKAGE * len(pairs[0])).fit(*pairs)
    texts = unit_rows(np.random.default_rng(1).standard_normal((5, 6)).astype(np.float32))
    centred = theirs.predict(texts) - theirs.predict(pairs[0].mean(0, keepdims=True))
    np.testing.assert_allclose(fitted.first(texts), centred, atol=1e-5)


def test_the_second_storey_is_kernel_ridge_on_texts_and_directions(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    embeddings, targets = pairs
    fitted = StackedEstimator().fit(*pairs, seed=0)
    plain = KernelEstimator().fit(*pairs, seed=0)
    texts = unit_rows(np.random.default_rng(2).standard_normal((5, 6)).astype(np.float32))

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        directions = [unit_rows(fitted.first(x)) for x in (a, b)]
        apart = ((a[:, None] - b[None]) ** 2).sum(-1)
        looking_apart = ((directions[0][:, None] - directions[1][None]) ** 2).sum(-1)
        return np.exp(-TEXT_SHARE * plain.gamma * apart - DIRECTION_GAMMA * looking_apart)

    among = kernel(embeddings, embeddings) + plain.ridge * np.eye(len(embeddings))
    expected = kernel(texts, embeddings) @ np.linalg.solve(among, targets)
    np.testing.assert_allclose(fitted(texts), expected, atol=1e-4)


def test_saved_and_restored_it_says_the_same(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = StackedEstimator().fit(*pairs, seed=0)
    again = unpack("stacked", pack(fitted))
    assert isinstance(again, StackedMap)
    np.testing.assert_array_equal(again(pairs[0]), fitted(pairs[0]))


def test_what_looks_alike_helps_where_words_do_not() -> None:
    """Names whose classes lie along one axis of the texts, with much noise across it."""
    rng = np.random.default_rng(3)
    axis = rng.standard_normal((200, 1))
    embeddings = unit_rows(np.hstack([axis, rng.standard_normal((200, 30))]).astype(np.float32))
    angle = 4 * embeddings[:, :1] / np.abs(embeddings[:, :1]).max()
    targets = np.hstack([np.cos(angle), np.sin(angle)]).astype(np.float32)
    targets -= targets[:150].mean(0)
    seen, unseen = np.arange(150), np.arange(150, 200)

    def score(estimator: TextMapEstimator) -> float:
        fitted = estimator.fit(embeddings[seen], targets[seen], seed=0)
        return float(np.diag(cosine(fitted(embeddings[unseen]), targets[unseen])).mean())

    assert score(StackedEstimator()) > score(KernelEstimator()) + 0.02
