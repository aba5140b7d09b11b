"""Neighbours across kinds, against plain sums over whole matrices."""

import numpy as np
import pytest

from analysis.atlas import neighbours as module
from analysis.atlas.neighbours import centred, neighbours


def gapped(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Twelve things seen by two kinds: the second kind is alike in itself, as texts are."""
    generator = np.random.default_rng(seed)
    things = generator.standard_normal((12, 30)).astype(np.float32)
    noise = 0.3 * generator.standard_normal((2, 12, 30)).astype(np.float32)
    return things + noise[0], things + noise[1] + 5


def test_the_other_kind_is_near_where_it_means_the_same() -> None:
    first, second = (centred(rows) for rows in gapped())
    found = neighbours([first, second], count=3, seed=0)
    assert found.indices[:, 0].tolist() == list(range(24))
    twins = np.r_[np.arange(12, 24), np.arange(12)]
    assert (found.indices[:, 1] == twins).all()


def test_distances_are_in_standard_deviations_of_the_pair_of_kinds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BLOCK_VALUES", 100)  # several blocks
    kinds = [centred(rows) for rows in gapped()]
    found = neighbours(kinds, count=4, seed=0)
    z = np.zeros((24, 24))
    for i, a in enumerate(kinds):
        for j, b in enumerate(kinds):
            cosines = (a @ b.T).astype(float)
            usual = cosines[~np.eye(12, dtype=bool)] if i == j else cosines
            z[12 * i : 12 * i + 12, 12 * j : 12 * j + 12] = (cosines - usual.mean()) / usual.std()
    np.fill_diagonal(z, -np.inf)
    best = -np.sort(-z, axis=1)[:, :4]
    np.testing.assert_allclose(found.distances[:, 1:], best.max() - best, atol=1e-4)
    assert (found.distances[:, 0] == 0).all()
    np.testing.assert_array_equal(np.take_along_axis(z, found.indices[:, 1:], 1), best)


def test_a_kind_may_be_empty_or_alone() -> None:
    first, _ = (centred(rows) for rows in gapped())
    none, one = np.zeros((0, 30), np.float32), np.zeros((1, 30), np.float32)
    done: list[int] = []
    found = neighbours([first, centred(none), centred(one)], count=2, seed=0, advance=done.append)
    assert found.indices.shape == (13, 3)
    assert np.isfinite(found.distances).all()
    assert sum(done) == 13
