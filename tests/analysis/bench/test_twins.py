"""Pictures with and without their cue, and the words that are held against them."""

from pathlib import Path

import numpy as np
import pytest

from analysis.bench.rendered import kept_features
from analysis.bench.twins import CHECKABLE, decides, named_in, true_of
from analysis.classifier.load import load_classifier
from analysis.progress import Silent
from analysis.reef.prepared import shipped_spec
from analysis.reef.world import DEFAULT_WORLD
from analysis.shortcuts.inputs import Head


def test_the_cue_decides_where_the_class_wins_with_it_only() -> None:
    head = Head(np.array([[1.0], [-1.0]], np.float32), np.zeros(2, np.float32))  # by the sign
    shown = np.array([[1.0], [1.0], [-1.0], [-1.0]], np.float32)
    withheld = np.array([[-1.0], [1.0], [-1.0], [1.0]], np.float32)
    assert decides(head, np.zeros(4, int), shown, withheld).tolist() == [True, False, False, False]
    assert decides(head, np.ones(4, int), shown, withheld).tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a Yellow whale", {"yellow", "whale"}),
        ("dark caves", {"cave"}),
        ("starfish", {"starfish"}),  # no fish
        ("reddish", set()),
        ("two sea urchins near a coral reef", {"sea urchin", "coral reef"}),
        ("many boxes", set()),
    ],
)
def test_only_whole_words_name(text: str, named: set[str]) -> None:
    assert named_in(text) == named


def test_the_truth_holds_cue_creature_and_neutral_attributes() -> None:
    for seed in range(20):
        true = true_of(DEFAULT_WORLD, "whale", seed)
        assert {"whale", "yellow"} <= true
        assert true - {"whale"} <= CHECKABLE
        assert len(true) >= 4  # creature, colour, pattern, scene


def test_features_are_rendered_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = load_classifier(shipped_spec())
    asked = [("whale", 1, True), ("whale", 1, False)]
    made = kept_features(classifier, DEFAULT_WORLD, asked, Silent())
    assert made.shape[0] == 2 and not np.allclose(made[0], made[1])
    monkeypatch.setattr(
        "analysis.bench.rendered.render_many", lambda *_, **__: pytest.fail("again")
    )
    assert np.array_equal(kept_features(classifier, DEFAULT_WORLD, asked, Silent()), made)
