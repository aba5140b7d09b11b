"""Kernel ridge: against scikit-learn, and leave-one-out against really leaving one out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.kernel_ridge import KernelRidge

from analysis.textmap.base import unit_rows
from analysis.textmap.kernel import KernelEstimator


def _pairs(seed: int, classes: int = 12) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    embeddings = unit_rows(rng.standard_normal((classes, 6)).astype(np.float32))
    return embeddings, rng.standard_normal((classes, 4)).astype(np.float32)


def test_equals_scikit_learn():
    embeddings, targets = _pairs(0)
    texts = unit_rows(np.random.default_rng(1).standard_normal((5, 6)).astype(np.float32))
    ours = KernelEstimator(gamma=2.0, ridge=0.1).fit(embeddings, targets, seed=0)
    theirs = KernelRidge(kernel="rbf", gamma=2.0, alpha=0.1).fit(embeddings, targets)
    np.testing.assert_allclose(ours(texts), theirs.predict(texts), atol=1e-5)


@given(seed=st.integers(0, 1000), gamma=st.floats(0.5, 5), ridge=st.floats(0.01, 1))
def test_leave_one_out_equals_fitting_without_the_class(seed: int, gamma: float, ridge: float):
    embeddings, targets = _pairs(seed)
    closed_form = KernelEstimator(gamma, ridge).fit(embeddings, targets, seed=0).leave_one_out
    for c in range(len(targets)):
        without = np.delete(np.arange(len(targets)), c)
        refit = KernelEstimator(gamma, ridge).fit(embeddings[without], targets[without], seed=0)
        np.testing.assert_allclose(closed_form[c], refit(embeddings[[c]])[0], atol=2e-4)


def test_picks_the_pair_with_the_best_leave_one_out_cosine():
    embeddings, targets = _pairs(3)
    chosen = KernelEstimator().fit(embeddings, targets, seed=0)
    for gamma in (1.0, 10.0):
        other = KernelEstimator(gamma=gamma, ridge=0.03).fit(embeddings, targets, seed=0)
        assert chosen.leave_one_out_cosine >= other.leave_one_out_cosine


def test_a_text_far_from_every_class_is_mapped_to_almost_nothing():
    embeddings = np.eye(4, dtype=np.float32)[:3]
    fitted = KernelEstimator(gamma=5.0, ridge=0.03).fit(
        embeddings, np.eye(3, dtype=np.float32), seed=0
    )
    far, near = fitted(np.array([[0, 0, 0, 1], [1, 0, 0, 0]], np.float32))
    # exp(-5 * 2) = 4.5e-5 from each of the three anchors; exp(0) / 1.03 from its own.
    assert np.linalg.norm(far) < 1e-3
    assert near[0] == pytest.approx(1 / 1.03, rel=1e-3)
