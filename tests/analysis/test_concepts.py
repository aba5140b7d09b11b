"""Concept scores by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis import concepts
from analysis.concepts import best_columns, class_means, moments, top_concepts
from analysis.textmap.base import cosine


def test_hubs_win_by_score_but_not_by_z():
    # Concept 0 is near both rows (cosines .8 and .7), concept 1 near the first only (.6, 0).
    rows = np.array([[1.0, 0, 0], [0, 1.0, 0]], np.float32)
    directions = np.array([[0.8, 0.7, 0], [0.6, 0, 0.8]], np.float32)
    directions[0, 2] = 0
    by_score = top_concepts(rows, directions, best=1, rank_by="score")
    by_z = top_concepts(rows, directions, best=2)
    assert by_score.concepts.tolist() == [[0], [0]]
    np.testing.assert_allclose(by_score.scores[0, 0], 0.8 / np.hypot(0.8, 0.7), rtol=1e-6)
    # With two rows every z is +1 or -1: row 1 holds neither concept above its mean.
    np.testing.assert_allclose(np.sort(np.abs(by_z.z).ravel()), 1, rtol=1e-5)
    assert by_z.concepts.shape == (2, 2)


@given(seed=st.integers(0, 99), n=st.integers(1, 40))
def test_blocks_do_not_change_the_result(seed: int, n: int):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, 4)).astype(np.float32)
    directions = rng.standard_normal((6, 4)).astype(np.float32)
    whole = cosine(rows, directions)
    before, concepts.BLOCK = concepts.BLOCK, 7
    try:
        in_blocks = moments(rows, directions)
    finally:
        concepts.BLOCK = before
    np.testing.assert_allclose(in_blocks.mean, whole.mean(0), atol=1e-6)
    np.testing.assert_allclose(in_blocks.std, whole.std(0), atol=1e-6)


@given(seed=st.integers(0, 99), best=st.integers(1, 12))
def test_best_columns_equals_sorting(seed: int, best: int):
    values = np.random.default_rng(seed).standard_normal((5, 9))
    expected = np.argsort(-values, axis=1)[:, : min(best, 9)]
    assert (best_columns(values, best) == expected).all()


def test_class_means_know_empty_classes_and_unlabelled_images():
    features = np.array([[1, 0], [3, 0], [0, 5]], np.float32)
    means, counts = class_means(features, np.array([2, 2, -1]), 3)
    assert counts.tolist() == [0, 0, 2]
    assert means[2].tolist() == [2, 0]
    assert np.isnan(means[:2]).all()
