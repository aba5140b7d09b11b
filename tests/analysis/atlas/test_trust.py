"""Measures of a map on positions whose answer is plain."""

import numpy as np

from analysis.atlas.sampling import stratified
from analysis.atlas.trust import beside_class, mixing, trustworthiness


def line(n: int) -> np.ndarray:
    return np.stack([np.arange(n), np.zeros(n)], axis=1).astype(np.float32)


def test_points_beside_their_class() -> None:
    classes = line(100)
    own = np.arange(100)
    found = beside_class(classes + 0.1, classes, own, seed=0)
    assert (found.value, found.n) == (1, 100)
    assert found.floor < 0.2
    # Ten places off, where only five classes count as beside; at the end the line stops.
    assert beside_class(classes + 10, classes, own, seed=0).value == 0.05


def test_islands_do_not_mix_and_pairs_do() -> None:
    kind = np.repeat([0, 1], 50)
    islands = np.concatenate([line(50), line(50) + 1000])
    assert mixing(islands, kind, seed=0).value == 0
    generator = np.random.default_rng(0)
    blind = generator.standard_normal((400, 2)).astype(np.float32)
    assert abs(mixing(blind, np.repeat([0, 1], 200), seed=0).value - 1) < 0.1
    assert mixing(line(30), np.zeros(30, int), seed=0).value == 0  # one kind alone


def test_a_faithful_plane_is_trusted_and_a_shuffled_one_is_not() -> None:
    angles = np.random.default_rng(0).uniform(0, np.pi, 200)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = trustworthiness(circle, circle, seed=0)
    assert found.value > 0.99
    assert 0.4 < found.floor < 0.6


def test_rare_groups_are_kept_whole() -> None:
    groups = np.array([5] * 50 + [1] * 3 + [9] * 20)
    chosen = stratified(groups, 23, seed=0)
    assert len(chosen) == len(set(chosen.tolist())) == 23
    assert np.all(np.diff(chosen) > 0)
    kept = {group: int((groups[chosen] == group).sum()) for group in (1, 5, 9)}
    assert kept == {1: 3, 5: 10, 9: 10}
    assert stratified(groups, 100, seed=0).tolist() == list(range(73))
