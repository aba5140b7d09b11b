import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sae import labels as module
from sae.labels import best_concepts, find_candidates
from sae.units import Units
from tests.sae.test_units import units_of


def unit_rows(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.integers(1, 90), st.integers(1, 6), st.integers(0, 1000))
def test_the_best_are_those_of_the_whole_product(m, u, top, seed):
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((m, 5)).astype(np.float32)
    concepts = rng.standard_normal((u, 5)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:  # several tiles of several groups
        patch.setattr(module, "_ROWS", 7)
        patch.setattr(module, "_COLUMNS", 16)
        best = best_concepts(directions, concepts, top=top)
    product = directions @ concepts.T
    order = np.argsort(-product, axis=1)[:, :top]
    np.testing.assert_array_equal(best.concepts, order)
    np.testing.assert_allclose(best.scores, np.take_along_axis(product, order, 1), atol=1e-4)


def test_many_concepts_at_the_real_block_size():
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((600, 16)).astype(np.float32)
    concepts = rng.standard_normal((3001, 16)).astype(np.float32)
    expected = np.argsort(-(directions @ concepts.T), axis=1)[:, :5]
    np.testing.assert_array_equal(best_concepts(directions, concepts).concepts, expected)


def a_case(seed=0, n=120, m=6, u=25, dim=5):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, dim)).astype(np.float32)
    directions = rng.standard_normal((m, dim)).astype(np.float32)
    activations = np.maximum(features @ directions.T - 1, 0)
    concepts = rng.standard_normal((u, dim)).astype(np.float32)
    plain = units_of(activations)
    units = Units("latent", n, plain.columns, plain.thresholds, directions)
    return features, units, activations, concepts


def test_candidates_are_the_best_both_ways_ranked_by_correlation():
    features, units, activations, concepts = a_case()
    found = find_candidates(units, features, concepts, top=3)
    scores = unit_rows(features) @ unit_rows(concepts).T
    cosines = unit_rows(units.directions) @ unit_rows(concepts).T
    z = (cosines - cosines.mean(axis=0)) / cosines.std(axis=0)
    for number in range(units.n_units):
        r = np.array([np.corrcoef(activations[:, number], column)[0, 1] for column in scores.T])
        pattern = set(np.argsort(-r)[:3].tolist())
        direction = set(np.argsort(-cosines[number])[:3].tolist())
        named = found.concepts[number]
        there = named >= 0
        expected = sorted(pattern | direction, key=lambda c: -r[c])
        assert named[there].tolist() == expected and not there[len(expected) :].any()
        np.testing.assert_allclose(found.correlation[number][there], r[named[there]], atol=1e-4)
        np.testing.assert_allclose(
            found.cosine[number][there], cosines[number][expected], atol=1e-5
        )
        np.testing.assert_allclose(found.z[number][there], z[number][expected], atol=1e-2)
        for i, c in enumerate(expected):
            assert found.by_pattern[number, i] == (c in pattern)
            assert found.by_direction[number, i] == (c in direction)


def test_units_without_directions_have_candidates_by_pattern_alone():
    features, units, _, concepts = a_case()
    channels = Units("channel", units.n_images, units.columns, units.thresholds, None)
    found = find_candidates(channels, features, concepts, top=3)
    both = find_candidates(units, features, concepts, top=3)
    assert found.concepts.shape == (6, 3) and found.by_pattern.all()
    assert not found.by_direction.any() and np.isnan(found.cosine).all()
    np.testing.assert_array_equal(found.concepts[:, 0], both.concepts[:, 0])


def test_a_unit_that_never_changes_correlates_with_nothing():
    features, units, _, concepts = a_case()
    still = Units(
        "latent",
        120,
        lambda a, b: np.ones((120, b - a), dtype=np.float32),
        units.thresholds,
        np.zeros((6, 5)),
    )
    found = find_candidates(still, features, concepts, top=2)
    there = found.concepts >= 0
    np.testing.assert_allclose(found.correlation[there], 0, atol=1e-6)
    np.testing.assert_array_equal(found.cosine[there], 0)
    assert np.isfinite(found.z[there]).all()
