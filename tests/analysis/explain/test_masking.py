"""Masks worked out by hand, and against the classifier itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from analysis.explain.grounds import Decision
from analysis.explain.masking import DRAWS, Masker
from tests.analysis.explain import worlds

SOME_UNITS = st.lists(st.integers(0, 3), unique=True)


@pytest.fixture
def masker() -> Masker:
    return _masker(worlds.ACTIVATIONS[0])


def _masker(activations: np.ndarray, class_id: int | None = None) -> Masker:
    grounds = worlds.grounds()
    return Masker.of(grounds, grounds.decision_on(activations * worlds.LENGTHS, class_id))


def test_the_fall_is_what_the_unit_adds_along_the_class(masker: Masker) -> None:
    assert masker.active.tolist() == [0, 1, 2, 3]
    assert masker.contributions([0, 1, 2, 3]) == pytest.approx([3, 1, 0, -0.5])
    masks = np.concatenate([masker.mask([0]), masker.mask([0, 1]), masker.mask([3])])
    fall = masker.fall(masks)
    assert fall.logit == pytest.approx([3, 4, -0.5])
    before = softmax([3.5, -1, -2.5])[0]
    after = [softmax(logits)[0] for logits in ([0.5, 0.5, -1], [-0.5, 0.5, 0], [4, -1.5, -2.5])]
    assert masker.probability == pytest.approx(before)
    assert fall.probability == pytest.approx(before - np.array(after))
    assert masker.probabilities(masks)[0] == pytest.approx(softmax([0.5, 0.5, -1]))


def test_the_fall_does_not_count_what_all_classes_lose() -> None:
    """a_j d_j · (w_y - mean w): a part shared by all classes changes no decision."""
    grounds = worlds.grounds()
    shifted = type(grounds.head)(grounds.head.weight + np.float32(5), grounds.head.bias)
    decision = grounds.decision_on(grounds.features[0])
    masker = Masker.of(type(grounds)(**{**vars(grounds), "head": shifted}), decision)
    assert masker.contributions([0, 1, 2, 3]) == pytest.approx([3, 1, 0, -0.5], abs=1e-5)


def test_units_below_their_thresholds_are_not_masked() -> None:
    masker = _masker(np.array([3, 0, 2, -1], np.float32))
    assert masker.active.tolist() == [0, 2]
    assert not masker.mask([1, 3]).any()
    assert masker.contributions([1, 3]).tolist() == [0, 0]
    assert masker.mass([1, 3]) == 0
    assert masker.fall(masker.mask([1, 3])).probability.tolist() == [0]
    assert masker.fall(masker.mask([0, 1, 3])).logit == pytest.approx([3])


@given(
    units=SOME_UNITS,
    activations=st.lists(st.floats(-4, 4, width=32), min_size=4, max_size=4),
    class_id=st.integers(0, 2),
)
def test_masks_on_the_logits_equal_masks_on_the_feature(
    units: list[int], activations: list[float], class_id: int
) -> None:
    active = np.array(activations, np.float32)
    masker = _masker(active, class_id)
    head = worlds.grounds().head
    masked = np.where(np.isin(range(4), units) & (active > 0), 0, active) * worlds.LENGTHS
    expected = softmax(head.logits(masked[None].astype(np.float32)).astype(float), axis=1)
    assert masker.probabilities(masker.mask(units)) == pytest.approx(expected, abs=1e-5)
    lost = head.logits((active * worlds.LENGTHS - masked)[None].astype(np.float32))[0]
    fall = masker.fall(masker.mask(units)).logit[0]
    assert fall == pytest.approx(lost[class_id] - lost.mean(), abs=1e-4)


@given(units=SOME_UNITS, count=st.integers(0, 6), seed=st.integers(0, 99))
def test_random_sets_hold_as_many_others(units: list[int], count: int, seed: int) -> None:
    masker = _masker(worlds.ACTIVATIONS[0])
    masks = masker.random(count, seed=seed, but=units)
    assert masks.shape == (DRAWS, 4)
    assert not masks[:, units].any()
    assert set(masks.sum(axis=1)) == {min(count, 4 - len(units))}
    assert set(np.unique(masks)) <= {0, 1}


@given(units=SOME_UNITS, mass=st.floats(0, 9), seed=st.integers(0, 99))
def test_random_sets_of_equal_mass_sum_to_it(units: list[int], mass: float, seed: int) -> None:
    masker = _masker(worlds.ACTIVATIONS[0])
    masks = masker.random_mass(mass, seed=seed, but=units)
    assert not masks[:, units].any()
    there = 7 - masker.mass(units)
    np.testing.assert_allclose(masks @ masker.activations, min(mass, there), atol=1e-9)
    assert (((masks > 0) & (masks < 1)).sum(axis=1) <= 1).all()  # only the last in part


def test_every_other_unit_is_drawn_about_equally_often(masker: Masker) -> None:
    drawn = masker.random(1, seed=0, but=[0]).mean(axis=0)
    assert drawn == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3], abs=0.1)


def test_the_seed_decides_the_draws_and_longer_sets_hold_the_shorter(masker: Masker) -> None:
    one, two = masker.random(1, seed=0), masker.random(2, seed=0)
    assert (two >= one).all()
    np.testing.assert_array_equal(one, masker.random(1, seed=0))
    assert (one != masker.random(1, seed=1)).any()


def test_a_decision_without_active_units_has_nothing_to_mask() -> None:
    grounds = worlds.grounds()
    masker = Masker.of(grounds, Decision(grounds.features[0], 0, np.zeros(4, np.float32)))
    assert masker.mask([0]).shape == (1, 0)
    assert masker.fall(masker.random(2, seed=0)).logit.tolist() == [0] * DRAWS
    assert masker.fall(masker.random_mass(1.0, seed=0)).probability.tolist() == [0] * DRAWS
