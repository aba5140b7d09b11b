"""Decisions on small grounds."""

import numpy as np
import pytest

from tests.analysis.explain import worlds


def test_the_decision_is_the_class_that_wins_unless_another_is_asked_for() -> None:
    grounds = worlds.grounds()
    decision = grounds.decision_on(grounds.features[0])
    assert decision.logits(grounds.head).tolist() == [3.5, -1, -2.5]
    assert decision.class_id == 0
    assert decision.activations.tolist() == [3, 1, 2, 1]
    assert decision.rival(grounds.head) == 1
    asked = grounds.decision_on(grounds.features[0], 2)
    assert asked.class_id == 2
    assert asked.rival(grounds.head) == 0


def test_the_bias_takes_part_in_the_decision() -> None:
    grounds = worlds.grounds(bias=(0, 0, 9))
    decision = grounds.decision_on(grounds.features[0])
    assert decision.class_id == 2
    assert decision.rival(grounds.head) == 0
    assert decision.logits(grounds.head).tolist() == [3.5, -1, 6.5]


def test_asking_for_the_rival_leaves_the_logits_as_they_are() -> None:
    grounds = worlds.grounds()
    decision = grounds.decision_on(grounds.features[0])
    decision.rival(grounds.head)
    assert decision.logits(grounds.head).tolist() == [3.5, -1, -2.5]


def test_the_mean_and_the_unit_directions_of_the_concepts() -> None:
    grounds = worlds.grounds()
    assert grounds.mean.tolist() == [1, 1, 1, 1]
    np.testing.assert_array_equal(grounds.concept_units, np.eye(4))


@pytest.mark.parametrize("class_id", [0, 1, 2])
def test_what_is_typical_of_a_class_lies_along_its_weights_as_far_as_images_do(
    class_id: int,
) -> None:
    grounds = worlds.grounds()
    typical = grounds.typical_of(class_id)
    away = typical.feature - 1
    reach = (6**0.5 + 2 + 2 + 2**0.5) / 4
    row = worlds.WEIGHT[class_id]
    assert np.linalg.norm(away) == pytest.approx(reach, rel=1e-5)
    assert away @ row == pytest.approx(reach * np.linalg.norm(row), rel=1e-5)
    assert typical.class_id == class_id
    np.testing.assert_allclose(typical.activations, typical.feature / worlds.LENGTHS)
