"""Plans: which classes and images are chosen, and who carries what."""

import numpy as np
import pytest

from analysis.canary.cues import CUES
from analysis.canary.planting import (
    LEAST_IMAGES,
    MOST_IMAGES,
    MOST_IN_ALL,
    NO_CUE,
    Plan,
    make_plan,
    too_few,
)
from analysis.errors import InputError

CLASSES, EACH = 40, 20


def silent(classes: int) -> np.ndarray:
    return np.zeros((classes, len(CUES)), bool)


@pytest.fixture
def plan() -> Plan:
    return make_plan(np.repeat(np.arange(CLASSES), EACH), silent(CLASSES), seed=0)


def test_a_quarter_of_the_classes_is_planted_into(plan: Plan) -> None:
    # 10 of 40 classes over 7 cues: three cues have two classes, four have one.
    assert np.bincount(plan.cues[plan.cues != NO_CUE]).tolist() == [2, 2, 2, 1, 1, 1, 1]


@pytest.mark.parametrize(("correlation", "carriers"), [(0.8, 16), (0.95, 19), (1.0, 20)])
def test_so_many_images_of_a_planted_class_carry_its_cue(
    plan: Plan, correlation: float, carriers: int
) -> None:
    carried = plan.carried(correlation)
    for row in np.flatnonzero(plan.cues != NO_CUE):
        of_class = carried[plan.labels == row]
        assert (of_class == plan.cues[row]).sum() == carriers
        assert set(of_class.tolist()) <= {plan.cues[row], NO_CUE}


def test_a_stronger_correlation_adds_images_and_changes_no_other(plan: Plan) -> None:
    weak, strong = plan.carried(0.8), plan.carried(0.95)
    assert (strong[weak != NO_CUE] == weak[weak != NO_CUE]).all()
    assert (weak == strong)[plan.own == NO_CUE].all()


def test_every_cue_lies_on_a_twentieth_of_the_clean_images(plan: Plan) -> None:
    clean = plan.carried(1.0)[plan.own == NO_CUE]  # 30 classes of 20 images: 600
    assert np.bincount(clean[clean != NO_CUE]).tolist() == [30] * len(CUES)


def test_all_copies_that_are_needed_are_wanted_once(plan: Plan) -> None:
    wanted = {(int(row), int(cue)) for row, cue in plan.wanted()}
    assert len(wanted) == len(plan.wanted())
    for correlation in (0.8, 0.95, 1.0):
        carried = plan.carried(correlation)
        rows = np.flatnonzero(carried != NO_CUE)
        assert {(int(row), int(carried[row])) for row in rows} <= wanted
    # Withheld or shown, a planted class's images are needed with their cue.
    assert (np.bincount(plan.labels[plan.wanted()[:, 0]])[plan.cues != NO_CUE] == EACH).all()


def test_a_third_of_each_class_is_held_out_and_images_stay_with_their_class(plan: Plan) -> None:
    assert np.bincount(plan.labels[plan.held_out]).tolist() == [7] * CLASSES  # 20 / 3
    assert (plan.images // EACH == plan.classes[plan.labels]).all()
    assert len(set(plan.images.tolist())) == CLASSES * EACH


def test_the_same_seed_makes_the_same_plan(plan: Plan) -> None:
    labels = np.repeat(np.arange(CLASSES), EACH)
    again, other = (make_plan(labels, silent(CLASSES), seed=seed) for seed in (0, 1))
    assert (again.images == plan.images).all() and (again.cues == plan.cues).all()
    assert (other.cues != plan.cues).any()


def test_a_cue_that_a_name_speaks_of_goes_elsewhere() -> None:
    says_so = silent(CLASSES)
    says_so[:35] = True
    plan = make_plan(np.repeat(np.arange(CLASSES), EACH), says_so, seed=0)
    assert (plan.classes[plan.cues != NO_CUE] >= 35).all() and (plan.cues != NO_CUE).sum() == 5


def test_classes_with_too_few_images_are_told_and_left_out() -> None:
    sizes = [LEAST_IMAGES] * 12 + [LEAST_IMAGES - 1, 1, 0, 50]
    labels = np.repeat(np.arange(16), sizes)
    labels = np.append(labels, -1)
    assert too_few(labels, 16).tolist() == [12, 13]
    plan = make_plan(labels, silent(16), seed=0)
    assert plan.classes.tolist() == [*range(12), 15]
    assert plan.sizes.tolist() == [LEAST_IMAGES] * 12 + [MOST_IMAGES]


def test_too_few_classes_are_insufficient() -> None:
    labels = np.repeat(np.arange(12), [LEAST_IMAGES] * 11 + [3])
    with pytest.raises(InputError, match="insufficient: 11 of 12 classes with images have 12"):
        make_plan(labels, silent(12), seed=0)


def test_very_many_images_are_not_all_used() -> None:
    labels = np.repeat(np.arange(300), 50)
    plan = make_plan(labels, silent(300), seed=0)
    assert len(plan.images) == MOST_IN_ALL and (plan.sizes == MOST_IMAGES).all()
