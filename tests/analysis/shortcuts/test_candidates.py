"""Shortcut candidates on a small world whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from analysis.shortcuts.candidates import (
    Candidates,
    against_others,
    is_a_name,
    nearness,
    partial_cosine,
    shortcut_candidates,
    standardise,
)
from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.textmap.base import unit_rows
from analysis.textmap.held_out import cross_fit
from analysis.textmap.kernel import KernelEstimator


def test_partial_cosine_equals_projecting_the_direction_out():
    rng = np.random.default_rng(0)
    a, b, g = (unit_rows(rng.standard_normal(shape)) for shape in ((3, 7), (5, 7), (3, 7)))
    expected = np.empty((3, 5))
    for i in range(3):
        project = np.eye(7) - np.outer(g[i], g[i])
        for j in range(5):
            x, y = project @ a[i], project @ b[j]
            expected[i, j] = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    np.testing.assert_allclose(partial_cosine(a, b, g), expected, atol=1e-9)


def test_standardise_ignores_classes_without_data():
    scores = np.array([[1.0, 2], [3, 2], [np.nan, np.nan]])
    z = standardise(scores)
    np.testing.assert_allclose(z[:2], [[-1, 0], [1, 0]])
    assert np.isnan(z[2]).all()


def _world(seed: int, planted: dict[int, int]):
    """60 classes named by one of 6 colours and one of 10 shapes, whose weights are linear in the
    name's meaning; a planted class also carries a colour that its name does not say."""
    rng = np.random.default_rng(seed)
    words = unit_rows(rng.standard_normal((16, 24)))  # text space: 6 colours, 10 shapes
    meaning = rng.standard_normal((16, 32))  # classifier space
    said = [(c % 6, 6 + c // 6) for c in range(60)]
    prompts = unit_rows(np.array([words[a] + words[b] for a, b in said]))
    weights = np.array([meaning[a] + meaning[b] for a, b in said])
    for c, colour in planted.items():
        weights[c] += 1.5 * meaning[colour]
    weights += 0.1 * rng.standard_normal(weights.shape)
    return (array.astype(np.float32) for array in (prompts, weights, words))


def _found(prompts, weights, words, *, means=None, seed=0, said=None) -> Candidates:
    fit = cross_fit(KernelEstimator(1.0, 0.01), prompts, weights, seed=seed)
    nothing = np.zeros((len(prompts), len(words)), bool)
    texts = Texts(prompts, prompts, words, nothing[0], nothing if said is None else said)
    seen = None if means is None else Seen(means, np.arange(len(means)), None)
    return shortcut_candidates(fit, texts, Head(weights, np.zeros(len(weights))), seen)


PLANTED = {3: 0, 20: 1}  # class 3 is named with colour 3, class 20 with colour 2


def test_a_planted_concept_comes_first_and_is_not_name_implied():
    found = _found(*_world(0, PLANTED))
    for c, colour in PLANTED.items():
        unexpected = [u for u in found.order[c] if not found.name_implied[c, u]]
        assert unexpected[0] == colour
        assert found.p[c, colour] < 0.05
    assert found.name_implied[3, 3]
    assert found.features is None
    assert found.latents is None


def test_what_the_name_says_is_implied_however_firmly_it_is_held():
    prompts, weights, words = _world(0, PLANTED)
    said = np.zeros((len(prompts), len(words)), bool)
    said[3, 0] = True
    found = _found(prompts, weights, words, said=said)
    assert found.name_implied[3, 0]
    assert not found.name_implied[20, 1]


def test_images_of_some_classes_only():
    prompts, weights, words = _world(1, {})
    found = _found(prompts, weights, words, means=weights[:10])
    assert found.features is not None
    assert np.isnan(found.features.score[10:]).all()
    assert np.isfinite(found.strength).all()
    np.testing.assert_allclose(found.p, stats.norm.sf(found.strength))
    assert (found.q >= found.p - 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_order_lists_each_class_best_first(seed: int):
    found = _found(*_world(seed, {}))
    ordered = np.take_along_axis(found.p / found.nearness, found.order, 1)
    assert (np.diff(ordered, axis=1) >= -1e-12).all()


def test_standardise_among_some_classes():
    scores = np.array([[1.0], [3], [11]])
    among = np.array([[True], [True], [False]])
    np.testing.assert_allclose(standardise(scores, among), [[-1], [1], [9]])  # mean 2, deviation 1


def test_against_others_is_the_deviation_from_the_other_classes():
    rng = np.random.default_rng(0)
    scores = rng.standard_normal((9, 2))
    scores[[2, 8], 0] = 2.6, 4.0  # far enough off that the tail is computed
    suspected = np.zeros((9, 2), bool)
    suspected[8] = True
    found = against_others(scores, suspected)
    for c in (2, 8):
        others = np.delete(scores[:8, 0], c) if c < 8 else scores[:8, 0]
        n = len(others)
        t = (scores[c, 0] - others.mean()) / (others.std(ddof=1) * np.sqrt(1 + 1 / n))
        expected = stats.norm.isf(stats.t.sf(t, n - 1))
        assert found[c, 0] == pytest.approx(expected, abs=1e-6)


def test_against_others_is_silent_where_nothing_is_left_to_compare_with():
    scores, suspected = np.arange(6.0)[:, None], np.ones((6, 1), bool)
    suspected[:3] = False  # three classes are too few
    np.testing.assert_array_equal(against_others(scores, suspected), 0)


def test_a_far_outlier_among_few_classes_can_be_extreme():
    scores = np.array([[0.1], [-0.1], [0.05], [0.0], [-0.05], [9.0]])
    found = against_others(scores, np.zeros((6, 1), bool))
    assert standardise(scores)[5, 0] < 2.3  # a plain z is bounded by √5
    assert found[5, 0] > 5


def test_nearness_is_the_squared_share_of_names_that_lie_farther_apart():
    # Nearest other names lie at cosines .8 (the first two), .6 (the third, from the first).
    names = np.array([[1, 0, 0], [0.8, 0.6, 0], [0.6, 0, 0.8]], np.float32)
    concepts = np.array([[1, 0, 0], [0.7, 0, 0.51**0.5], [0, 0, -1]], np.float32)
    # The first is a name (1): all three shares; the second reaches .42 + .57 = .99 from the
    # third name: all three; the last is near none: no share, but never ruled out.
    np.testing.assert_allclose(nearness(names, concepts), [1, 1, 1 / 9])
    halfway = np.array([[0, 0.7, 0.51**0.5]], np.float32)  # nearest: .57 from the third name
    assert nearness(names, halfway)[0] == pytest.approx(1 / 9)
    np.testing.assert_array_equal(is_a_name(names, concepts), [True, True, False])


def test_far_concepts_need_more_evidence_for_the_same_q():
    prompts, weights, words = _world(2, {5: 1})
    far = unit_rows(np.random.default_rng(9).standard_normal((40, 24)).astype(np.float32))
    found = _found(prompts, weights, np.concatenate([words, far]))
    ordered = np.argsort(found.p.ravel())
    weighted = (found.p / found.nearness).ravel()
    assert not np.array_equal(ordered, np.argsort(weighted))
    by_weight = found.q.ravel()[np.argsort(weighted, kind="stable")]
    assert (np.diff(by_weight) >= -1e-12).all()
