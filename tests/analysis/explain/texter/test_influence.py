"""Integrated gradients: complete, and right where they can be done by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from analysis.explain.texter.influence import influences
from analysis.shortcuts.inputs import Head


def _random(seed: int) -> tuple[Head, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    images, units, features, classes = rng.integers(2, 7, size=4)
    head = Head(rng.normal(size=(classes, features)), rng.normal(size=classes))
    activations = rng.normal(size=(images, units))
    class_ids = rng.integers(classes, size=images)
    f, directions = rng.normal(size=(images, features)), rng.normal(size=(units, features))
    return head, f, activations, directions, class_ids


@given(st.integers(0, 10_000))
def test_the_parts_add_up_to_what_all_units_do_together(seed: int):
    head, f, activations, directions, class_ids = _random(seed)
    parts = influences(head, f, activations, directions, class_ids, steps=2000)
    rows = np.arange(len(f))
    whole = log_softmax(head.logits(f), axis=1)[rows, class_ids]
    without = log_softmax(head.logits(f - activations @ directions), axis=1)[rows, class_ids]
    np.testing.assert_allclose(parts.sum(axis=1), whole - without, atol=1e-3)


def test_a_hundred_steps_are_enough_for_a_decision_that_turns_on_the_way():
    # log p of the first class rises from that of logits (0, 10) to that of (10, 0), nearly 10.
    head = Head(np.eye(2), np.zeros(2))
    f, directions = np.array([[10.0, 0]]), np.array([[10.0, 0], [0, -10.0]])
    parts = influences(head, f, np.ones((1, 2)), directions, np.array([0]))
    # Both move the margin alike, so each has half: (log p1 - log p0) / 2 = 10 / 2.
    np.testing.assert_allclose(parts, [[5, 5]], atol=1e-3)


def test_a_unit_that_moves_all_logits_alike_has_no_part():
    head = Head(np.array([[1.0, 1], [1, -1]]), np.zeros(2))
    parts = influences(head, np.ones((1, 2)), np.ones((1, 2)), np.eye(2), np.array([0]))
    assert parts[0, 0] == 0
    assert parts[0, 1] > 0


def test_a_masked_unit_has_no_part_and_one_against_the_class_a_negative_one():
    head = Head(np.array([[1.0, 0], [0, 1]]), np.zeros(2))
    activations = np.array([[0.0, 3.0]])
    parts = influences(head, activations, activations, np.eye(2), np.array([0]))
    assert parts[0, 0] == 0
    # The other class's logit rises from 0 to 3: log p falls from log 1/2 to -log(1 + e^3).
    np.testing.assert_allclose(parts[0, 1], np.log(2) - np.log1p(np.exp(3)), atol=1e-4)
