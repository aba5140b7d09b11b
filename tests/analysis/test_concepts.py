"""Concept scores by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis import concepts
from analysis.concepts import (
    best_columns,
    class_means,
    concept_nulls,
    standout,
    top_concepts,
)
from analysis.textmap.base import cosine, unit_rows


def test_hubs_win_by_score_but_not_once_corrected():
    # Cosines: concept 0 has (.8, .6) with the two rows, concept 1 has (.7, 0).
    rows = np.eye(3, dtype=np.float32)[:2]
    directions = np.array([[0.8, 0.6, 0], [0.7, 0, np.sqrt(0.51)]], np.float32)
    by_score = top_concepts(rows, directions, best=1, rank_by="score")
    corrected = top_concepts(rows, directions, best=2)
    assert by_score.concepts.tolist() == [[0], [0]]
    # Hubness is the mean over the nearest rows, here both: .7 and .35; half of it is taken off.
    assert corrected.concepts.tolist() == [[1, 0], [0, 1]]
    np.testing.assert_allclose(corrected.corrected[0], [0.7 - 0.175, 0.8 - 0.35], atol=1e-6)
    np.testing.assert_allclose(corrected.scores[0], [0.7, 0.8], atol=1e-6)
    # Of two rows one lies as far above the mean as the other below.
    np.testing.assert_allclose(np.abs(corrected.z), 1, rtol=1e-5)


def test_hubness_looks_at_the_nearest_rows_only():
    rng = np.random.default_rng(0)
    rows, directions = rng.standard_normal((50, 4)), rng.standard_normal((3, 4))
    expected = np.sort(cosine(rows, directions), axis=0)[-concepts.NEIGHBOURS :].mean(0)
    np.testing.assert_allclose(concept_nulls(rows, directions).hubness, expected, atol=1e-6)


def test_z_is_what_random_directions_of_the_same_spread_say():
    rng = np.random.default_rng(0)
    spread = rng.standard_normal((5, 5))
    rows = unit_rows(rng.standard_normal((4000, 5)) @ spread)
    directions = rng.standard_normal((3, 5))
    drawn = unit_rows(rng.standard_normal((20_000, 5)) @ spread)  # other directions, same law
    null = cosine(drawn, directions)
    scores = cosine(rows[:4], directions)
    by_simulation = (scores - null.mean(0)) / null.std(0)
    np.testing.assert_allclose(concept_nulls(rows, directions).z(scores), by_simulation, atol=0.1)


def test_standout_is_counted_from_the_rows_median_concept():
    corrected = np.array([[0.0, 0.1, 0.2, 0.3, 1.0], [1, 1, 1, 1, 1]])
    # Median .2, absolute deviations .2 .1 0 .1 .8: their median is .1.
    expected = (corrected[0] - 0.2) / (1.4826 * 0.1)
    np.testing.assert_allclose(standout(corrected)[0], expected)
    assert standout(corrected)[1].tolist() == [0] * 5  # nothing stands out where all are alike


@given(seed=st.integers(0, 99), n=st.integers(1, 40))
def test_blocks_do_not_change_the_result(seed: int, n: int):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, 4)).astype(np.float32)
    directions = rng.standard_normal((6, 4)).astype(np.float32)
    whole = cosine(rows, directions)
    before, concepts.BLOCK = concepts.BLOCK, 7
    try:
        in_blocks = concept_nulls(rows, directions)
    finally:
        concepts.BLOCK = before
    np.testing.assert_allclose(in_blocks.mean, whole.mean(0), atol=1e-6)
    np.testing.assert_allclose(in_blocks.std, whole.std(0), atol=1e-6)
    nearest = np.sort(whole, axis=0)[-concepts.NEIGHBOURS :].mean(0)
    np.testing.assert_allclose(in_blocks.hubness, nearest, atol=1e-6)


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
