"""Head edits on heads small enough to work out by hand."""

import numpy as np
import pytest

from analysis.shortcuts.inputs import Head
from analysis.shortcuts.repair import (
    METHODS,
    Accuracies,
    Fault,
    Pictures,
    Trial,
    balanced_weights,
    choose,
    edits,
    gap_closed,
    refit,
    shows_concept,
    split_pictures,
    trials,
    without_span,
)

NO_LATENTS = np.zeros((0, 3), np.float32)
HEAD = Head(
    np.array([[2, 2, 1], [-1, 0, 0], [-1, -2, -1]], np.float32), np.array([0.5, 0, 0], np.float32)
)
"""Rows sum to zero, so that they are centred as they stand."""


def pictures(features, labels, shows) -> Pictures:
    return Pictures(np.array(features, np.float32), np.array(labels), np.array(shows, bool))


def test_what_lies_along_the_directions_goes_and_all_else_stays() -> None:
    own = np.array([[1, 3, 0], [1, 5, 0]], np.float32)
    edited = without_span(HEAD, 0, np.array([[0, 7, 0]], np.float32), own)
    np.testing.assert_allclose(edited.weight[0], [2, 0, 1], atol=1e-6)
    np.testing.assert_array_equal(edited.weight[1:], HEAD.weight[1:])
    # the class's mean image, (1, 4, 0), loses 2 · 4, and the intercept gives it back
    np.testing.assert_allclose(edited.bias, [8.5, 0, 0])
    mean = own.mean(axis=0, keepdims=True)
    np.testing.assert_allclose(edited.logits(mean), HEAD.logits(mean), rtol=1e-6)


def test_the_part_that_the_softmax_does_not_see_is_not_taken_for_the_class() -> None:
    """All rows moved by the same vector are the same classifier: the edit is the same too."""
    moved = Head(HEAD.weight + np.float32([0, 5, 0]), HEAD.bias)
    own = np.array([[1, 3, 2]], np.float32)
    direction = np.array([[0, 1, 0]], np.float32)
    changes = [without_span(head, 0, direction, own).weight - head.weight for head in (HEAD, moved)]
    np.testing.assert_allclose(changes[0], changes[1], atol=1e-6)


def test_directions_that_depend_on_one_another_span_what_one_of_them_does() -> None:
    own = np.array([[1, 3, 0]], np.float32)
    one = without_span(HEAD, 0, np.array([[0, 1, 0]], np.float32), own)
    many = without_span(HEAD, 0, np.array([[0, 1, 0], [0, -3, 0], [0, 0, 0]], np.float32), own)
    np.testing.assert_allclose(one.weight, many.weight, atol=1e-6)
    nothing = without_span(HEAD, 0, np.zeros((1, 3), np.float32), own)
    np.testing.assert_array_equal(nothing.weight, HEAD.weight)


@pytest.mark.parametrize(
    ("after", "closed"),
    [
        ((0.9, 0.5), 0.5),  # of a gap of .8 half is closed from below
        ((0.9, 0.9), 1.0),
        ((0.1, 0.1), 0.0),  # spoilt: no gap, and nothing gained
        ((1.0, 0.5), 0.375),  # gained .4, but the gap shrank by .3 only
        ((0.5, 0.3), 0.25),  # the gap shrank by .6, but .2 were gained
        ((0.9, 0.0), -0.125),
    ],
)
def test_a_gap_is_closed_by_what_accuracy_without_the_concept_gains(after, closed) -> None:
    assert gap_closed((0.9, 0.1), after) == pytest.approx(closed)


def test_where_there_is_no_gap_none_is_closed() -> None:
    assert gap_closed((0.5, 0.5), (0.9, 0.9)) is None
    assert gap_closed((0.5, None), (0.9, None)) is None


def test_images_are_divided_in_each_class_with_and_without_the_concept() -> None:
    labels = np.repeat([0, 1, 2], [11, 6, 1])
    shows = np.r_[np.ones(8), np.zeros(3), np.ones(2), np.zeros(4), np.ones(1)].astype(bool)
    given = Pictures(np.zeros((18, 3), np.float32), labels, shows)
    fitting, measuring = split_pictures(given, seed=1)
    assert sorted([*fitting, *measuring]) == list(range(18))
    counts = [
        int((given.only(fitting).labels[given.only(fitting).shows == shown] == label).sum())
        for label in (0, 1, 2)
        for shown in (True, False)
    ]
    assert counts == [4, 1, 1, 2, 0, 0]  # halves of 8, 3, 2, 4, 1 and 0, rounded down
    again, _ = split_pictures(given, seed=1)
    other, _ = split_pictures(given, seed=2)
    assert list(again) == list(fitting) != list(other)


def test_an_image_shows_the_concept_where_a_named_latent_is_active() -> None:
    fault = Fault(0, np.array([1.0, 0, 0]), np.eye(3)[:2])
    activations = np.array([[0, 0.1], [0, 0], [2, 0]])
    shows = shows_concept(fault, activations, np.zeros((3, 3)), np.zeros(3, int))
    assert shows.tolist() == [True, False, True]


def test_without_latents_it_is_more_than_the_median_image_of_its_class() -> None:
    fault = Fault(0, np.array([1.0, 0, 0]), NO_LATENTS)
    features = np.array([[1, 9, 9], [2, 0, 0], [3, 0, 0], [11, 0, 0], [12, 0, 0]], np.float32)
    labels = np.array([0, 0, 0, 1, 1])
    shows = shows_concept(fault, np.zeros((5, 0)), features, labels)
    assert shows.tolist() == [False, False, True, False, True]


def test_weights_make_both_halves_of_both_sides_count_alike() -> None:
    given = pictures(np.zeros((7, 3)), [0, 0, 0, 0, 1, 1, 2], [1, 1, 1, 0, 0, 0, 0])
    weights = balanced_weights(given, 0)
    np.testing.assert_allclose(weights, [2 / 3] * 3 + [2] + [1] * 3)


def planted(n: int, *, seed: int) -> Pictures:
    """Class 0 is feature 0; feature 1 goes with it nine times in ten, else one time in ten."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    shows = rng.random(n) < np.where(labels == 0, 0.9, 0.1)
    features = 0.5 * rng.standard_normal((n, 3))
    features[:, 0] += labels == 0
    features[:, 1] += 3 * shows
    features[:, 2] += 2 * (labels == 1) - 2 * (labels == 2)
    return Pictures(features.astype(np.float32), labels, shows)


SHORTCUT = Head(
    np.array([[0.5, 2, 0], [0, 0, 2], [0, 0, -2]], np.float32), np.array([-2, 0, 0], np.float32)
)
FAULT = Fault(0, np.array([0, 1.0, 0]), np.array([[0, 2.0, 0]], np.float32))


def test_every_edit_closes_a_gap_that_one_feature_makes() -> None:
    tried = trials(SHORTCUT, FAULT, planted(900, seed=0), planted(900, seed=1))
    assert tuple(trial.method for trial in tried) == METHODS
    for trial in tried:
        assert trial.gap_closed is not None and trial.gap_closed > 0.5, trial.method
        assert trial.loss < 0.01, trial.method


def test_refitting_is_a_logistic_regression_with_an_offset() -> None:
    """At the optimum the weighted residuals balance the pull towards the old row."""
    given = planted(400, seed=2)
    edited = refit(SHORTCUT, 0, given)
    np.testing.assert_array_equal(edited.weight[1:], SHORTCUT.weight[1:])
    logits = edited.logits(given.features).astype(np.float64)
    p = np.exp(logits[:, 0]) / np.exp(logits).sum(axis=1)
    residual = balanced_weights(given, 0) * (p - (given.labels == 0))
    assert abs(residual.sum()) < 0.05
    centred = given.features - given.features.mean(axis=0)
    pull = 5 * centred.var(axis=0).mean()
    moved = edited.weight[0] - SHORTCUT.weight[0]
    np.testing.assert_allclose(residual @ centred, -pull * moved, atol=0.05)
    assert moved[1] < -0.2  # away from the shortcut


def test_edits_that_have_nothing_to_work_on_are_left_out() -> None:
    shown = pictures(np.eye(3), [0, 0, 1], [1, 1, 0])
    without_latents = Fault(0, np.array([0, 1.0, 0]), NO_LATENTS)
    assert [name for name, _ in edits(HEAD, without_latents, shown)] == ["project"]
    assert [name for name, _ in edits(HEAD, FAULT, shown)] == ["both", "mask", "project"]
    other = pictures(np.eye(3), [1, 1, 2], [1, 0, 0])
    assert list(edits(HEAD, FAULT, other)) == []


def trial(method: str, before: list[int], after: list[int], n_side: int = 5) -> Trial:
    """Of 200 images 5 of class 0 show the concept and 5 do not; so many of each are right."""
    n_other = 200 - 2 * n_side
    given = pictures(
        np.zeros((200, 1)),
        [0] * 2 * n_side + [1] * n_other,
        [1] * n_side + [0] * (n_side + n_other),
    )

    def right(counts: list[int]) -> Accuracies:
        sides = zip(counts, (n_side, n_side, n_other), strict=True)
        flags = [i < count for count, total in sides for i in range(total)]
        return Accuracies(np.array(flags), given, 0)

    return Trial(method, HEAD, right(before), right(after))


def test_the_edit_that_closes_most_at_a_small_cost_is_chosen() -> None:
    before = [5, 0, 190]
    modest = trial("project", before, [5, 2, 189])
    good = trial("mask", before, [5, 3, 187])  # loses nothing over all: + 3 - 3
    dear = trial("both", before, [5, 5, 182])  # loses 1.5 points
    assert [t.gap_closed for t in (modest, good, dear)] == pytest.approx([0.4, 0.6, 1.0])
    assert choose([dear, good, modest]) is good
    assert choose([dear]) is None


def test_none_is_chosen_where_none_closes_anything() -> None:
    before = [5, 2, 190]
    worse, idle = trial("mask", before, [4, 1, 190]), trial("project", before, before)
    assert choose([worse, idle]) is None


def test_with_too_few_images_the_first_edit_at_a_small_cost_is_chosen() -> None:
    dear = trial("both", [4, 0, 190], [4, 4, 180], n_side=4)
    first = trial("mask", [4, 0, 190], [4, 0, 190], n_side=4)
    second = trial("project", [4, 0, 190], [4, 4, 190], n_side=4)
    assert first.gap_closed is None
    assert choose([dear, first, second]) is first


def test_classes_that_lose_are_listed_worst_first() -> None:
    given = pictures(np.zeros((6, 1)), [0, 0, 1, 1, 2, 2], [0] * 6)
    right = [Accuracies(np.array(flags, bool), given, 0) for flags in
             ([1, 1, 1, 1, 1, 0], [1, 0, 0, 0, 1, 1])]  # fmt: skip
    assert Trial("mask", HEAD, *right).worst() == [
        {"class": 1, "before": 1.0, "after": 0.0, "n": 2},
        {"class": 0, "before": 1.0, "after": 0.5, "n": 2},
    ]
