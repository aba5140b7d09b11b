"""Cross-fitting over classes: nothing leaks, and floors score like floors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import (
    cross_fit,
    generalized_accuracy,
    held_out_scores,
    rank_of,
)
from analysis.textmap.kernel import KernelEstimator


class _Recording:
    """Remembers which targets it was shown."""

    name = "recording"
    is_floor = False

    def __init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def fit(self, embeddings, class_embeddings, *, seed):
        self.shown.append(class_embeddings)
        return MeanEstimator().fit(embeddings, class_embeddings, seed=seed)

    def describe(self):
        return {}


@given(classes=st.integers(2, 23), folds=st.integers(2, 6), seed=st.integers(0, 99))
def test_every_class_is_held_out_exactly_once(classes: int, folds: int, seed: int):
    rng = np.random.default_rng(0)
    pairs = rng.standard_normal((classes, 3)).astype(np.float32)
    estimator = _Recording()
    fit = cross_fit(estimator, pairs, pairs, folds=folds, seed=seed)
    assert sorted(np.concatenate([fold.held_out for fold in fit.folds])) == list(range(classes))
    assert (fit.fold_of(classes) < len(fit.folds)).all()
    for fold, shown in zip(fit.folds, estimator.shown, strict=True):
        seen = np.delete(pairs, fold.held_out, axis=0)
        np.testing.assert_allclose(fold.center, seen.mean(0), atol=1e-6)
        np.testing.assert_allclose(np.sort(shown, 0), np.sort(seen - fold.center, 0), atol=1e-6)


def test_a_relation_that_generalises_is_found_and_the_floors_are_not():
    rng = np.random.default_rng(0)
    embeddings = unit_rows(rng.standard_normal((200, 5)).astype(np.float32))
    targets = embeddings @ rng.standard_normal((5, 8)).astype(np.float32)
    kernel = held_out_scores(
        cross_fit(KernelEstimator(1.0, 0.003), embeddings, targets, seed=0), embeddings, targets
    )
    assert kernel.n == 200
    assert kernel.top1 > 0.9
    assert kernel.top1 <= kernel.top5
    for floor in (MeanEstimator(), RandomEstimator()):
        scores = held_out_scores(cross_fit(floor, embeddings, targets, seed=0), embeddings, targets)
        assert scores.top5 < 0.15


def test_rank_counts_ties_against_the_wanted():
    similarity = np.array([[0.9, 0.5, 0.5], [0.1, 0.1, 0.1]], np.float32)
    # Row 0 wants column 1: beaten by 0.9 and tied with column 2. Row 1: all three tie.
    assert rank_of(similarity, np.array([1, 0])).tolist() == [3, 3]


def test_generalized_accuracy_counts_every_labelled_image_once():
    rng = np.random.default_rng(1)
    embeddings = unit_rows(rng.standard_normal((40, 4)).astype(np.float32))
    targets = embeddings @ rng.standard_normal((4, 6)).astype(np.float32)
    fit = cross_fit(KernelEstimator(1.0, 0.003), embeddings, targets, seed=0)
    labels = np.repeat(np.arange(40), 2)
    features = targets[labels] + 7  # shifted: centring over the images must undo it
    top1, top5 = generalized_accuracy(fit, embeddings, features, labels)
    by_hand = []
    for fold in fit.folds:
        similarity = cosine(features - features.mean(0), fold.text_map(embeddings))
        for image in np.flatnonzero(np.isin(labels, fold.held_out)):
            by_hand.append(similarity[image].argmax() == labels[image])
    assert top1 == pytest.approx(np.mean(by_hand))
    assert top5 >= top1
    assert np.isnan(generalized_accuracy(fit, embeddings, features[:0], labels[:0])).all()
