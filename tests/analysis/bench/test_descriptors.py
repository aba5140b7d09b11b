"""A class's own descriptors among all, on numbers that can be counted."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from analysis.bench import descriptors as module
from analysis.bench.data import BenchData
from analysis.bench.descriptors import (
    bench_descriptors,
    load_descriptors,
    own_descriptors,
    per_class,
)
from analysis.errors import InputError
from analysis.progress import Silent
from tests.analysis.bench.conftest import ANIMALS, COLOURS, NAMES


def test_auc_is_scikit_learns_and_recall_counts_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEST", 3)
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 6, (4, 12)).astype(float)  # with ties
    own = rng.random((4, 12)) < 0.3
    own[2] = False  # a class without descriptors does not count
    own[[0, 1, 3], 0] = True
    auc, recall = per_class(scores, own)
    described = [0, 1, 3]
    expected = [roc_auc_score(own[c], scores[c]) for c in described]
    np.testing.assert_allclose(auc, expected)
    assert len(recall) == 3
    _, clear = per_class(
        np.array([[5.0, 4, 3, 2, 1]]), np.array([[True, False, False, True, False]])
    )
    assert clear.tolist() == [0.5]  # one of its two is among the best three


def test_names_are_matched_without_case_and_texts_may_be_shared() -> None:
    texts = ["striped", "winged"]
    own = own_descriptors(["Bee", "zebra", "cup"], {"bee": texts, "ZEBRA": ["striped"]}, texts)
    assert own.tolist() == [[True, True], [True, False], [False, False]]
    with pytest.raises(InputError, match="no class has descriptors"):
        own_descriptors(["cup"], {"bee": texts}, texts)


@pytest.mark.parametrize("content", ["[1]", "{", '{"a": "b"}', '{"a": [1]}'])
def test_another_file_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "descriptors.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"descriptors\.json"):
        load_descriptors(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json"):
        load_descriptors(tmp_path / "gone.json")


def test_blank_texts_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "descriptors.json"
    path.write_text(json.dumps({"bee": [" striped ", " "]}))
    assert load_descriptors(path) == {"bee": ["striped"]}


def test_maps_that_learned_something_beat_the_floor(data: BenchData) -> None:
    told = {
        name: [f"{colour} thing", f"some {animal}"]
        for name in NAMES
        for colour, animal in [name.split("_")]
    }
    assert len(COLOURS) * len(ANIMALS) == len(told)
    (figures,) = bench_descriptors(
        data.class_names,
        data.weights,
        data.encoder,
        told,
        model="painted animals",
        seed=0,
        progress=Silent(),
    )
    auc = {row["scored by"]: row["auc"].value for row in figures.rows}
    assert auc["random (floor), cosine"] == pytest.approx(50, abs=15)
    for title in ("kernel, corrected", "stacked, corrected"):
        assert auc[title] > 75
    assert figures.settings["descriptors"] == len(COLOURS) + len(ANIMALS)
