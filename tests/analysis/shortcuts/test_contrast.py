"""Why A, not B: parts of a lead and the smallest mask."""

import itertools

import numpy as np
import pytest

from analysis.shortcuts.contrast import contrast, smallest_mask, tipped
from analysis.shortcuts.inputs import Head

HEAD = Head(np.array([[3.0, 1, 0, 0], [0, 1, 2, 0], [0, 0, 0, 2.5]]), np.array([0.0, 0.1, 0.0]))
FEATURE = np.array([1.0, 1, 1, 1])  # logits 4, 3.1, 2.5
NEURONS = np.eye(4)


def test_parts_add_up_to_the_lead():
    found = tipped(HEAD, FEATURE, NEURONS, won=0, other=1)
    assert found.units[0] == 0
    assert found.contributions.tolist() == [3, 0, 0, -2]
    assert found.contributions.sum() + HEAD.bias[0] - HEAD.bias[1] == pytest.approx(0.9)


def test_a_concept_speaks_for_the_class_whose_direction_the_image_shares():
    concepts = np.eye(4)[[0, 2]]
    found = contrast(HEAD, concepts, FEATURE, np.zeros(4), won=0, other=1)
    assert found.tolist() == [3, -2]


def test_the_mask_does_not_crown_a_third_class():
    mask = smallest_mask(HEAD, FEATURE, NEURONS, FEATURE, other=1)
    # Without neuron 0: logits 1, 3.1, 2.5
    assert mask.units.tolist() == [0]
    assert mask.restored
    assert mask.winner == 1


def test_a_class_that_no_mask_restores():
    head = Head(np.array([[1.0, 0], [-1, 0]]), np.array([5.0, 0]))
    mask = smallest_mask(head, np.array([1.0, 0]), np.eye(2), np.array([1.0, 0]), other=1)
    assert not mask.restored
    assert mask.winner == 0


@pytest.mark.parametrize("seed", range(5))
def test_no_unit_of_a_mask_is_superfluous(seed: int):
    rng = np.random.default_rng(seed)
    head = Head(rng.standard_normal((4, 8)), np.zeros(4))
    feature = rng.standard_normal(8)
    logits = head.logits(feature[None])[0]
    other = int(np.argsort(logits)[-2])
    mask = smallest_mask(head, feature, np.eye(8), feature, other=other)
    assert mask.restored

    def winner(units: tuple[int, ...]) -> int:
        kept = feature.copy()
        kept[list(units)] = 0
        return int(head.logits(kept[None])[0].argmax())

    assert winner(tuple(mask.units)) == other
    for fewer in itertools.combinations(mask.units.tolist(), len(mask.units) - 1):
        assert winner(fewer) != other
