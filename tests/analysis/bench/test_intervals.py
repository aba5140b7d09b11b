"""Tallies and the bootstrap over classes."""

import numpy as np
import pytest

from analysis.bench.intervals import Tally, bootstrap


def test_hits_are_counted_by_class() -> None:
    tally = Tally.of(np.array([True, False, True, True]), np.array([0, 0, 2, 2]), 4)
    assert tally.hits.tolist() == [1, 0, 2, 0]
    assert tally.trials.tolist() == [2, 0, 2, 0]
    both = tally + tally
    assert both.hits.tolist() == [2, 0, 4, 0]
    assert both.percent(np.ones((1, 4))).tolist() == [75]
    # Class 2 drawn twice, class 0 once: (1 + 4) of (2 + 4).
    assert both.percent(np.array([[1.0, 0, 2, 0]]))[0] == pytest.approx(500 / 6)


def test_no_trials_give_no_figure() -> None:
    tally = Tally(np.zeros(2), np.array([0.0, 3]))
    assert np.isnan(tally.percent(np.array([[1.0, 0]]))[0])


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    """One image a class: redrawing classes is redrawing images."""
    rng = np.random.default_rng(0)
    classes = 400
    tally = Tally((rng.random(classes) < 0.3).astype(float), np.ones(classes))
    found = bootstrap(tally.percent, classes, seed=0)
    share = tally.hits.mean()
    half = 100 * 1.96 * np.sqrt(share * (1 - share) / classes)
    assert found.value == pytest.approx(100 * share)
    assert found.low == pytest.approx(found.value - half, abs=0.6)
    assert found.high == pytest.approx(found.value + half, abs=0.6)


def test_the_same_seed_pairs_two_statistics() -> None:
    tally = Tally(np.array([1.0, 0, 1]), np.ones(3))
    found = bootstrap(lambda draws: tally.percent(draws) - tally.percent(draws), 3, seed=1)
    assert (found.value, found.low, found.high) == (0, 0, 0)
