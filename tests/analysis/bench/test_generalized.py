"""What Tables 6 and 7 share, on hits that can be counted by hand."""

from dataclasses import replace

import numpy as np

from analysis.bench.data import BenchData
from analysis.bench.figures import Interval
from analysis.bench.generalized import accuracies, difference, settings, tallies
from analysis.bench.intervals import Tally
from analysis.bench.zero_shot import Split


def _tally(hits: list[float], trials: list[float]) -> Tally:
    return Tally(np.array(hits, float), np.array(trials, float))


def test_hits_go_to_their_class_and_side_and_add_up_over_the_splits(data: BenchData) -> None:
    labels = np.array([0, 0, 1, 2])
    four = replace(data, labels=labels, features=data.features[:4])
    drawn = [Split(np.array([0, 1]), np.array([2])), Split(np.array([1, 2]), np.array([0]))]
    ranks = [np.array([1, 2, 1, 5]), np.array([1, 6, 2, 1])]
    counted = tallies(four, drawn, ranks)
    # Class 2 is held out first (rank 5), then class 0 (ranks 1 and 6).
    assert counted["test1"].hits[:3].tolist() == [1, 0, 0]
    assert counted["test5"].hits[:3].tolist() == [1, 0, 1]
    assert counted["test5"].trials[:3].tolist() == [2, 0, 1]
    # Seen: 0 (1, 2) and 1 (1) first, then 1 (2) and 2 (1).
    assert counted["train1"].hits[:3].tolist() == [1, 1, 1]
    assert counted["train1"].trials[:3].tolist() == [2, 2, 1]


def test_a_difference_is_paired_by_class() -> None:
    ours, theirs = _tally([1, 2], [2, 2]), _tally([0, 1], [2, 2])
    # Either class alone gains 50 points, so every redraw of the two does.
    assert difference(ours, theirs, seed=0) == Interval(50.0, 50.0, 50.0)
    # Here one class gains 50 and the other nothing: redraws of two give 0, 25 or 50.
    assert difference(ours, _tally([0, 2], [2, 2]), seed=0) == Interval(25.0, 0.0, 50.0)
    assert difference(theirs, ours, seed=0).value == -50


def test_accuracies_are_percent_with_their_interval() -> None:
    assert accuracies({"test1": _tally([0, 4], [4, 4])}, seed=0) == {
        "test1": Interval(50.0, 0.0, 100.0)
    }


def test_settings_say_what_was_measured(data: BenchData) -> None:
    drawn = [Split(np.arange(27), np.arange(27, 30))] * 2
    told = settings(data, drawn, seed=7)
    assert told["model"] == "painted animals"
    assert told["text encoder"] == "words"
    assert told["classes"] == "30, 3 held out"
    assert (told["images"], told["splits"], told["seed"]) == (120, 2, 7)
    assert "bootstrap over classes" in str(told["intervals"])
