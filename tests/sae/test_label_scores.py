import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from sae import units as units_module
from sae.label_scores import score_labels
from tests.sae.test_units import units_of


def a_case(seed=0, n=80, m=7, u=40, dim=6):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, dim)).astype(np.float32)
    concepts = rng.standard_normal((u, dim)).astype(np.float32)
    activations = np.maximum(features @ rng.standard_normal((dim, m)) - 1, 0)
    candidates = rng.integers(0, u, (m, 3))
    return features, concepts, activations, candidates


def cosines(features, concepts):
    f, c = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (features, concepts))
    return f @ c.T


def test_scores_against_scikit_learn_and_scipy():
    features, concepts, activations, candidates = a_case()
    scores = score_labels(units_of(activations), features, concepts, candidates, seed=0)
    truth, predicted = activations > 0, cosines(features, concepts)
    for unit, row in enumerate(candidates):
        active = truth[:, unit]
        for rank, concept in enumerate(row):
            score = predicted[:, concept]
            chosen = score >= np.sort(score)[-active.sum()]
            expected = {
                "pearson": pearsonr(activations[:, unit], score).statistic,
                "auprc": average_precision_score(active, score),
                "f1": f1_score(active, chosen),
                "auc": roc_auc_score(active, score),
            }
            for name, value in expected.items():
                assert getattr(scores, name)[unit, rank] == pytest.approx(value, abs=1e-5), name


def test_the_floor_is_the_95th_percentile_over_random_concepts():
    features, concepts, activations, candidates = a_case()
    # All concepts are drawn, so the percentile is over all of them whatever the seed.
    scores = score_labels(
        units_of(activations), features, concepts, candidates, random_concepts=99, seed=0
    )
    predicted = cosines(features, concepts)
    for unit in range(activations.shape[1]):
        over = [pearsonr(activations[:, unit], column).statistic for column in predicted.T]
        assert scores.floor_pearson[unit] == pytest.approx(np.percentile(over, 95), abs=1e-5)
    above = scores.pearson_low > scores.floor_pearson[:, None]
    np.testing.assert_array_equal(scores.abstained, ~above)


def test_the_interval_is_that_of_a_plain_bootstrap():
    features, concepts, activations, candidates = a_case(n=200)
    scores = score_labels(
        units_of(activations), features, concepts, candidates, resamples=2000, seed=0
    )
    predicted = cosines(features, concepts)
    rng = np.random.default_rng(9)
    a, s = activations[:, 2], predicted[:, candidates[2, 1]]
    drawn = [rng.integers(0, 200, 200) for _ in range(2000)]
    plain = np.percentile([np.corrcoef(a[rows], s[rows])[0, 1] for rows in drawn], (2.5, 97.5))
    low, high = scores.pearson_low[2, 1], scores.pearson_high[2, 1]
    np.testing.assert_allclose((low, high), plain, atol=0.02)
    assert (scores.pearson_low <= scores.pearson).all()
    assert (scores.pearson <= scores.pearson_high).all()


def test_an_empty_place_has_no_scores_and_abstains():
    features, concepts, activations, candidates = a_case()
    candidates[3, 1:] = -1
    scores = score_labels(units_of(activations), features, concepts, candidates, seed=0)
    for name in ("pearson", "pearson_low", "pearson_high", "auprc", "f1", "auc"):
        values = getattr(scores, name)
        assert np.isnan(values[3, 1:]).all() and np.isfinite(values[3, 0]), name
    assert scores.abstained[3, 1:].all()


def test_the_right_label_clears_the_floor_and_the_opposite_one_abstains():
    rng = np.random.default_rng(0)
    features = rng.standard_normal((300, 8)).astype(np.float32)
    concepts = np.concatenate([np.eye(8), -np.eye(8), rng.standard_normal((100, 8))])
    activations = np.maximum(features - 0.5, 0)
    candidates = np.stack([np.arange(8), np.arange(8, 16)], axis=1)
    scores = score_labels(units_of(activations), features, concepts, candidates, seed=0)
    np.testing.assert_array_equal(scores.abstained, [[False, True]] * 8)


def test_a_unit_that_is_never_or_always_active_has_no_scores_and_abstains():
    features, concepts, activations, candidates = a_case()
    activations[:, 0] = 0
    activations[:, 1] = 1 + np.arange(len(activations))
    scores = score_labels(units_of(activations), features, concepts, candidates, seed=0)
    for name in ("pearson", "pearson_low", "auprc", "f1", "auc", "floor_pearson"):
        values = getattr(scores, name)
        assert np.isnan(values[:2]).all() and np.isfinite(values[2:]).all()
    assert scores.abstained[:2].all()


def test_size_of_blocks_and_order_of_images_do_not_matter(monkeypatch):
    features, concepts, activations, candidates = a_case()
    whole = score_labels(units_of(activations), features, concepts, candidates, seed=5)
    order = np.random.default_rng(1).permutation(len(features))
    shuffled = score_labels(
        units_of(activations[order]), features[order], concepts, candidates, seed=5
    )
    monkeypatch.setattr(units_module, "_BLOCK_VALUES", len(features))
    alone = score_labels(units_of(activations), features, concepts, candidates, seed=5)
    for other in (shuffled, alone):
        for name in ("pearson", "auprc", "f1", "auc", "floor_pearson"):
            np.testing.assert_allclose(getattr(other, name), getattr(whole, name), atol=1e-5)


def test_missing_and_extra_activations_lower_the_scores():
    """The sanity checks of label metrics: a label that is too broad or too narrow scores less."""
    rng = np.random.default_rng(0)
    features = rng.standard_normal((2000, 8)).astype(np.float32)
    concepts = np.eye(8)
    true = np.where(features[:, :1] > 1, 1.0, 0.0)
    missing = true * (rng.random(true.shape) < 0.5)
    extra = np.maximum(true, rng.random(true.shape) < true.mean())
    units = units_of(np.concatenate([true, missing, extra], axis=1))
    scores = score_labels(units, features, concepts, np.zeros((3, 1), dtype=int), seed=0)
    for name in ("pearson", "auprc", "f1"):
        right, fewer, more = getattr(scores, name)[:, 0]
        assert fewer < 0.9 * right and more < 0.9 * right, name
