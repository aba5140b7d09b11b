"""Calibrated stacking."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.textmap import calibrate as module
from analysis.textmap.base import unit_rows
from analysis.textmap.calibrate import Calibration, _Fold, calibrate


def test_only_unseen_columns_are_rescaled_and_the_input_is_left_alone() -> None:
    cosines = np.array([[0.5, 0.2, 0.4]])
    scores = Calibration(0.5, 0.3)(cosines, np.array([1, 2]))
    np.testing.assert_allclose(scores, [[0.5, 0.4, 0.5]])
    np.testing.assert_allclose(cosines, [[0.5, 0.2, 0.4]])


def test_no_calibration_changes_nothing() -> None:
    cosines = np.random.default_rng(0).standard_normal((3, 4))
    np.testing.assert_array_equal(Calibration()(cosines, np.array([0, 3])), cosines)


def test_a_fold_counts_as_ranking_would() -> None:
    """Against plain ranking of the rescaled scores."""
    rng = np.random.default_rng(1)
    cosines = rng.uniform(-1, 1, (200, 12))
    labels = rng.integers(0, 12, 200)
    cosines[np.arange(200), labels] += 0.5
    seen, held_out = np.arange(9), np.array([11, 9, 10])
    fold = _Fold.of(cosines, labels, seen, held_out)
    for slope, offset in ((1.0, 0.0), (0.5, 0.3), (0.3, 0.1)):
        scores = Calibration(slope, offset)(cosines, held_out)
        rank = (scores >= scores[np.arange(200), labels][:, None]).sum(1)
        unseen = labels >= 9
        assert fold.kept(slope, offset) == (rank[~unseen] <= 1).sum()
        found = (rank[unseen] <= 1).sum() + (rank[unseen] <= 5).sum()
        assert fold.found(slope, offset) == found


@dataclass(frozen=True)
class Shy:
    """Knows seen classes exactly and unseen ones along with their neighbour: shy of them."""

    truth: np.ndarray
    name: str = "shy"
    is_floor: bool = False

    def fit(self, embeddings: np.ndarray, class_embeddings: np.ndarray, *, seed: int) -> Any:
        seen = {row.tobytes() for row in embeddings}
        truth = self.truth

        def text_map(texts: np.ndarray) -> np.ndarray:
            known = np.array([row.tobytes() in seen for row in texts])
            blurred = truth + 1.4 * np.roll(truth, 1, axis=0)
            return np.where(known[:, None], truth, blurred).astype(np.float32)

        return text_map

    def describe(self) -> dict[str, Any]:
        return {}


def test_finds_more_unseen_and_keeps_what_it_must() -> None:
    rng = np.random.default_rng(0)
    classes, per_class = 40, 20
    truth = unit_rows(rng.standard_normal((classes, 30)).astype(np.float32))
    labels = np.repeat(np.arange(classes), per_class)
    features = truth[labels] + 0.12 * rng.standard_normal((len(labels), 30)).astype(np.float32)
    embeddings = unit_rows(rng.standard_normal((classes, 8)).astype(np.float32))
    found = calibrate(Shy(truth), embeddings, truth, features, labels, seed=0)
    assert found != Calibration()
    centred = unit_rows(features - features.mean(0))
    unseen = np.arange(0, classes, 10)
    seen = np.setdiff1d(np.arange(classes), unseen)
    text_map = Shy(truth).fit(embeddings[seen], truth[seen], seed=0)
    cosines = centred @ unit_rows(text_map(embeddings)).T

    def right(scores: np.ndarray, of: np.ndarray) -> float:
        rows = np.isin(labels, of)
        return float((scores.argmax(1) == labels)[rows].mean())

    calibrated = found(cosines, unseen)
    assert right(calibrated, unseen) > right(cosines, unseen) + 0.1
    assert right(calibrated, seen) > module.KEPT - 0.03
