import numpy as np
import pytest

from sae.stability import seed_stability


def test_the_same_directions_in_another_order_and_length_are_wholly_stable():
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((6, 20))
    again = directions[rng.permutation(6)] * rng.uniform(1, 5, (6, 1))
    np.testing.assert_allclose(seed_stability(directions, [again, directions]), 1)


def test_each_match_is_used_once():
    # Both latents point the same way; only one of them can have the one that does so there.
    directions = np.array([[1.0, 0, 0], [1, 0.1, 0]])
    other = np.array([[1.0, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(sorted(seed_stability(directions, [other])), [0, 1], atol=0.01)


def test_a_mean_over_the_others_where_a_missing_partner_counts_nothing():
    directions = np.eye(2)
    turned = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    stability = seed_stability(directions, [turned, np.array([[1.0, 0]])])
    np.testing.assert_allclose(stability, [(np.cos(0.3) + 1) / 2, np.cos(0.3) / 2])


def test_one_training_says_nothing():
    with pytest.raises(ValueError, match="at least two seeds"):
        seed_stability(np.eye(2), [])
