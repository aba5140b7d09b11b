"""Repairs judged on fresh pictures: what is counted, by hand."""

from dataclasses import astuple

import numpy as np
import pytest

from analysis.bench.repair import CHOSEN, FLOORS, PER_CUE, Edited, Fresh, Judged, _rows, judge
from analysis.reef.truth import class_names
from analysis.reef.world import WorldConfig
from analysis.shortcuts.inputs import Head
from analysis.shortcuts.repair import METHODS

PAIR = ("whale", "yellow")
WHALE, SEAL = (class_names().index(name) for name in ("whale", "seal"))


def one_feature_head(intercept: float) -> Head:
    """The whale where the feature lies above minus the intercept, else the seal."""
    classes = len(class_names())
    weight, bias = np.zeros((classes, 1), np.float32), np.full(classes, -99, np.float32)
    weight[WHALE], bias[WHALE], bias[SEAL] = 1, intercept, 0
    return Head(weight, bias)


def test_a_head_is_judged_with_and_without_the_cue_and_by_what_it_draws() -> None:
    cued = np.full((2, 1, PER_CUE, 1), 2.0)
    cued[1, 0, 15:] = -1  # a quarter is seen without the cue
    fresh = Fresh(
        world=WorldConfig(planted=(PAIR,)),
        features=np.array([[1.0], [-1.0], [3.0], [-2.0], [5.0]]),
        labels=np.array([WHALE, SEAL, SEAL, SEAL, SEAL]),
        concepts=((), ("yellow",), ("yellow",), ("yellow", "striped"), ("striped",)),
        cued=cued,
    )
    judged = judge(fresh, one_feature_head(0), PAIR)
    assert astuple(judged) == pytest.approx((1, 0.25, 0.6, 1 / 3))
    raised = judge(fresh, one_feature_head(1.5), PAIR)
    assert astuple(raised) == pytest.approx((1, 1, 0.4, 2 / 3))


def test_gaps_are_summed_over_the_pairs_and_one_without_a_gap_counts_for_nothing() -> None:
    def edited(shown: float, withheld: float, after: float) -> list[Edited]:
        before = Judged(shown, withheld, 0.5, 0.0)
        end = Judged(shown, after, 0.49, 0.1)
        return [Edited("reef", PAIR, m, before, end) for m in (CHOSEN, *METHODS, *FLOORS)]

    pairs = edited(0.9, 0.1, 0.5) + edited(0.8, 0.4, 0.8) + edited(0.5, 0.5, 0.5)
    row = next(row for row in _rows({"reef": pairs}) if row["edit"] == CHOSEN)
    assert row["closed"].value == pytest.approx(100 * (0.4 + 0.4) / (0.8 + 0.4))
    assert row["half"] == "2 of 3" and row["n"] == 3
    assert (row["lost"], row["most"], row["drawn"]) == (1.0, 1.0, "0.0 → 10.0")
    assert row["withheld"] == "0.333 → 0.600"
