"""Concepts beside class names, where one-hot words make every rank known by hand.

There are two cranes, a bird and a machine: their names say the same, so only a concept can tell
them apart, and every reading of the paper's protocol does something else with it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from analysis.bench import concept_ranks as readings
from analysis.bench.concept_ranks import (
    ConceptTexts,
    Design,
    Outcome,
    Space,
    halves,
    make_design,
    outcomes,
)
from analysis.bench.concepts import COLUMNS, bench_concepts
from analysis.bench.data import BenchData
from analysis.bench.figures import Figures, Interval
from analysis.errors import InputError
from analysis.progress import Silent
from analysis.text.prompts import class_prompts
from analysis.textmap.base import TextMapEstimator, unit_rows
from analysis.textmap.floors import LinearMap
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator

CRANES = ("crane", "crane", "fox")
CONCEPTS = ("feathered", "steel")
WORDS = ("crane", "fox", *CONCEPTS)
SHOWN = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0]], np.float32)
"""What the classifier sees in each class, on the axes of WORDS."""
PER_CLASS = 4
NOTHING = Interval(0.0, 0.0, 0.0)


class OneHot:
    """A text is the sum of the axes of the words it knows; asked for texts, it remembers them."""

    name = "one-hot"
    sha256 = "2" * 64

    def __init__(self, words: Sequence[str] = WORDS) -> None:
        self.words, self.dim = words, len(words)
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit rows, float32."""
        self.asked += texts
        split = [text.replace(",", "").split() for text in texts]
        rows = [[text.count(word) for word in self.words] for text in split]
        return unit_rows(np.array(rows, np.float32).reshape(len(texts), self.dim))


@dataclass(frozen=True)
class Identity:
    """A perfect map, and a record of what it was fitted on."""

    fitted: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    name: str = "identity"
    is_floor: bool = False

    def fit(self, embeddings: np.ndarray, class_embeddings: np.ndarray, *, seed: int) -> LinearMap:
        """û(t) = s."""
        self.fitted.append((embeddings, class_embeddings))
        width = embeddings.shape[1]
        return LinearMap(np.eye(width, dtype=np.float32), np.zeros(width, np.float32))

    def describe(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}


def make_data(
    names: Sequence[str] = CRANES, shown: np.ndarray = SHOWN, encoder: OneHot | None = None
) -> BenchData:
    """Pictures of a class all look like its class embedding."""
    encoder = encoder or OneHot()
    labels = np.repeat(np.arange(len(names)), PER_CLASS)
    return BenchData(
        model="cranes",
        encoder=encoder,
        class_names=tuple(names),
        prompts=encoder.encode(class_prompts(names)),
        weights=shown,
        bias=np.zeros(len(names), np.float32),
        features=shown[labels],
        labels=labels,
    )


def make(data: BenchData, concepts: Sequence[str] = CONCEPTS, **changes: int) -> Design:
    given = {"best": 1, "most_images": 60, "candidates": 10, "seed": 0} | changes
    return make_design(data, len(concepts), **given)


def run(
    data: BenchData,
    design: Design,
    estimator: TextMapEstimator | None = None,
    concepts: Sequence[str] = CONCEPTS,
) -> dict[tuple[str, str | None], Outcome]:
    """Every outcome by its concepts and what the map was fitted on."""
    found = outcomes(
        estimator or Identity(),
        data,
        data.encoder.encode(concepts),
        ConceptTexts(data, concepts, Silent()),
        design,
        seed=0,
    )
    return {(one.concepts, one.fitted_on): one for one in found}


def right(outcome: Outcome, data: BenchData) -> list[bool]:
    """Whether each class's pictures are found, all of them; a class is never found in part."""
    labels = data.labels[outcome.pictures]
    found = [set((outcome.ranks[labels == i] == 1).tolist()) for i in np.unique(labels)]
    assert all(len(one) == 1 for one in found)
    return [one.pop() for one in found]


def bench(data: BenchData, concepts: Sequence[str], **options: Any) -> list[Figures]:
    return bench_concepts(data, concepts, seed=0, progress=Silent(), **options)


def test_halves_are_disjoint_and_split_each_class() -> None:
    labels = np.array([3, 0, 3, 1, 3, 0, 3, 3])
    first, second = halves(labels, np.random.default_rng(0))
    assert sorted([*first, *second]) == list(range(8))
    assert np.bincount(labels[first], minlength=4).tolist() == [1, 1, 0, 3]
    assert np.bincount(labels[second], minlength=4).tolist() == [1, 0, 0, 2]
    drawn = {tuple(halves(labels, np.random.default_rng(seed))[0]) for seed in range(20)}
    assert len(drawn) > 1


def test_a_design_draws_from_the_right_pictures_and_classes() -> None:
    data = make_data()
    design = make(data, concepts=("a", "b", "c", "d"), best=3, most_images=4)
    assert not set(design.detection) & set(design.test)
    assert set(design.sample) < set(design.test) and len(set(design.sample)) == 4
    assert all(len(set(row)) == 3 for row in design.random.tolist())
    assert sorted(design.another) == [0, 1, 2]
    assert not (design.another == np.arange(3)).any()


def test_a_larger_sample_changes_nothing_else() -> None:
    few, many = (make(make_data(), most_images=count, candidates=2) for count in (1, 5))
    assert (len(few.sample), len(many.sample)) == (1, 5)
    assert (len(few.leaking), len(many.leaking)) == (2, 6)  # there are no more than six
    assert set(few.sample) < set(few.leaking) and set(few.sample) < set(many.sample)
    for drawn in ("detection", "test", "random", "another"):
        np.testing.assert_array_equal(getattr(few, drawn), getattr(many, drawn))


def test_two_pictures_of_a_class_are_needed() -> None:
    data = make_data()
    one_each = replace(data, features=data.features[::PER_CLASS], labels=np.arange(3))
    with pytest.raises(InputError, match="two pictures"):
        make(one_each)


def test_texts_are_means_of_unit_length_and_are_kept() -> None:
    data = make_data()
    encoder = OneHot()
    texts = ConceptTexts(replace(data, encoder=encoder), CONCEPTS, Silent())
    classes, chosen = np.array([0, 2]), np.array([[0, 1], [1, 1]])
    # crane: the mean of (1,0,1,0)/√2 and (1,0,0,1)/√2 points along (2,0,1,1).
    expected = np.array([[2, 0, 1, 1], [0, 3**0.5, 0, 3**0.5]]) / 6**0.5
    np.testing.assert_allclose(texts(classes, chosen), expected, atol=1e-6)
    assert encoder.asked == [
        "an image of a crane, feathered",
        "an image of a crane, steel",
        "an image of a fox, steel",
        "an image of a fox, steel",
    ]
    np.testing.assert_allclose(texts(classes, chosen), expected, atol=1e-6)
    assert len(encoder.asked) == 4
    assert texts(np.array([0, 0, 2, 2]), chosen.reshape(-1, 1)).shape == (4, 4)


@pytest.mark.parametrize(
    ("concepts", "fitted_on", "expected"),
    [
        (readings.HEAD, None, [True, True, True]),
        (readings.NAMES, readings.ON_NAMES, [False, False, True]),
        (readings.TO_ALL, readings.ON_NAMES, [False, False, True]),
        (readings.TO_OWN, readings.ON_NAMES, [True, True, True]),
        (readings.WEIGHTS, readings.ON_NAMES, [True, True, True]),
        (readings.PICTURES, readings.ON_NAMES, [True, True, True]),
    ],
)
def test_each_reading_tells_the_cranes_apart_or_not(
    concepts: str, fitted_on: str | None, expected: list[bool]
) -> None:
    """A concept for both cranes leaves them tied; one for each, or for the right one, does not."""
    data = make_data()
    found = run(data, make(data))[concepts, fitted_on]
    assert right(found, data) == expected


def test_exchanged_concepts_name_the_other_crane() -> None:
    data = make_data()
    design = replace(make(data), another=np.array([1, 0, 2]))
    found = run(data, design)[readings.ANOTHER, readings.ON_NAMES]
    assert right(found, data) == [False, False, True]


def test_random_concepts_are_those_that_were_drawn() -> None:
    data = make_data()
    for drawn, expected in (
        ([[0], [1], [0]], [True, True, True]),
        ([[1], [0], [0]], [False, False, True]),
        ([[1], [1], [0]], [False, False, True]),
    ):
        design = replace(make(data), random=np.array(drawn))
        found = run(data, design)[readings.RANDOM, readings.ON_NAMES]
        assert right(found, data) == expected


def test_a_map_fitted_anew_learns_any_concept_that_tells_classes_apart() -> None:
    """Even a crossed pair; it is fitted on the very texts that it is then asked for."""
    data = make_data()
    crossed = replace(make(data), random=np.array([[1], [0], [0]]))
    found = run(data, crossed, KernelEstimator())
    assert right(found[readings.NAMES, readings.ON_NAMES], data) == [False, False, True]
    assert right(found[readings.RANDOM, readings.ON_TEXTS], data) == [True, True, True]
    alike = replace(crossed, random=np.array([[1], [1], [0]]))
    found = run(data, alike, KernelEstimator())
    assert right(found[readings.RANDOM, readings.ON_TEXTS], data) == [False, False, True]


def test_maps_are_fitted_on_raw_weights_to_detect_and_on_centred_ones_to_classify() -> None:
    data = make_data()
    estimator = Identity()
    design = replace(make(data), random=np.array([[0], [1], [0]]))
    run(data, design, estimator)
    (on, centred), (detecting, raw), *anew = estimator.fitted
    np.testing.assert_array_equal(raw, data.weights)
    np.testing.assert_allclose(centred, data.weights - data.weights.mean(0))
    assert on is detecting is data.prompts
    assert len(anew) == 4
    apart = unit_rows(np.array([[1, 0, 1, 0], [1, 0, 0, 1], [0, 1, 1, 0]], np.float32))
    for embeddings, weights in anew[:3]:
        np.testing.assert_allclose(embeddings[:2], apart[:2], atol=1e-6)
        np.testing.assert_array_equal(weights, centred)


def test_the_papers_mlp_is_raw_throughout_and_fitted_once_on_names() -> None:
    data = make_data()
    epochs = []
    estimator = MlpEstimator(epochs=2, on_epoch=lambda: epochs.append(1))
    space = Space.of(estimator, data, make(data), seed=0)
    assert space.raw and space.weights is data.weights and space.features is data.features
    run(data, make(data), estimator)
    assert len(epochs) == 2 * (1 + 4)


def test_features_are_centred_without_the_pictures_tested() -> None:
    data = make_data()
    design = make(data)
    changed = data.features.copy()
    changed[design.test] += 7
    before = Space.of(Identity(), data, design, seed=0)
    after = Space.of(Identity(), replace(data, features=changed), design, seed=0)
    np.testing.assert_allclose(after.features - before.features, changed - data.features)


def test_a_classs_concepts_come_from_the_other_half_alone() -> None:
    """The cranes' tested pictures are exchanged: concepts stay, so all of them are missed."""
    data = make_data()
    design = make(data)
    exchanged = data.features.copy()
    exchanged[design.test] = SHOWN[[1, 0, 2]][data.labels[design.test]]
    found = run(replace(data, features=exchanged), design)
    assert right(found[readings.PICTURES, readings.ON_NAMES], data) == [False, False, True]
    assert right(found[readings.TO_OWN, readings.ON_NAMES], data) == [True, True, True]


def test_a_class_without_pictures_keeps_its_bare_name() -> None:
    data = make_data()
    kept = data.labels != 2
    without = replace(data, features=data.features[kept], labels=data.labels[kept])
    design = make(without)
    assert design.pictured.tolist() == [0, 1]
    estimator = Identity()
    run(without, design, estimator)
    *_, of_weights, of_pictures, random, another = (texts for texts, _ in estimator.fitted)
    assert of_weights[2, WORDS.index("fox")] < 0.9
    for embeddings in (of_pictures, random, another):
        np.testing.assert_array_equal(embeddings[2], data.prompts[2])


def test_classes_that_are_not_tried_keep_their_ranks() -> None:
    """By name .85 for the red fox and .8 for the owl; with the concept 1.85 and 1.98."""
    names, words = ("red fox", "owl"), ("red", "fox", "owl", "winged")
    shown = np.array([[1, 1, 0, 0], [0, 0, 1, 0]], np.float32)
    owls = replace(
        make_data(names, shown, OneHot(words)),
        features=np.array([[0, 0, 0, 0], [0.6, 0.6, 0.8, 2]], np.float32),
        labels=np.array([1, 1]),
    )
    design = make(owls, ["winged"])
    only = {
        "detection": np.array([0]),
        "test": np.array([1]),
        "sample": np.array([1]),
        "leaking": np.array([1]),
    }
    for candidates, rank in ((1, 2), (2, 1)):
        found = run(owls, replace(design, **only, candidates=candidates), concepts=["winged"])
        assert found[readings.NAMES, readings.ON_NAMES].ranks.tolist() == [2]
        assert found[readings.TO_ALL, readings.ON_NAMES].ranks.tolist() == [rank]


def test_one_concept_for_all_classes_changes_nothing() -> None:
    """Three of the fox's four pictures show an owl, so that there is something to change."""
    names = ("owl", "fox", "elk")
    data = make_data(names, np.eye(4, dtype=np.float32)[:3], OneHot((*names, "wild")))
    mixed = data.features.copy()
    mixed[data.labels == 1] = [[0, 1, 0, 0]] + [[1, 0, 0, 0]] * 3
    (table,) = bench(
        replace(data, features=mixed), ["wild"], best=1, estimator=Identity(), candidates=3
    )
    by_name = next(row for row in table.rows if row["concepts"] == readings.NAMES)
    assert 50 < by_name["top1"].value < 100
    compared = [row for row in table.rows if row["fitted_on"] and row is not by_name]
    assert len(compared) == 10
    for row in compared:
        if row["concepts"] != readings.TO_OWN:
            assert row["gain1"] == row["gain5"] == NOTHING
            assert row["distinct"] == 1


def test_gains_are_on_the_same_pictures() -> None:
    """Of a sample of one, the leaking row gains all where it is a crane and nothing for a fox."""
    data, gained = make_data(), set()
    for seed in range(8):
        design = make(data, most_images=1, candidates=1, seed=seed)
        expected = 0 if data.labels[design.leaking][0] == 2 else 100
        (table,) = bench_concepts(
            data,
            CONCEPTS,
            best=1,
            seed=seed,
            progress=Silent(),
            estimator=Identity(),
            most_images=1,
            candidates=1,
        )
        row = next(row for row in table.rows if row["concepts"] == readings.TO_OWN)
        assert (row["pictures"], row["top1"].value, row["gain1"].value) == (1, 100, expected)
        gained.add(expected)
    assert gained == {0, 100}


def test_the_table_says_what_it_was_made_from() -> None:
    (table,) = bench(make_data(), CONCEPTS, best=1, estimator=Identity(), most_images=3)
    assert table.settings["classes"] == "3, 2 of them sharing a name"
    assert table.settings["concepts"] == "2, B = 1"
    assert table.settings["pictures"] == (
        "6 of 3 classes to detect concepts in, 6 of 3 classes to test on"
    )
    own = str(table.settings["own concepts"])
    assert own.startswith("3 of the test pictures, tried on the 10 best")
    assert own.endswith("; 6 with the label leaking")
    assert "epochs" not in table.settings
    rows = [(row["concepts"], row["fitted_on"]) for row in table.rows]
    assert rows[:2] == [(readings.HEAD, None), (readings.NAMES, readings.ON_NAMES)]
    assert len(set(rows)) == len(rows) == 12
    by_name = next(row for row in table.rows if row["concepts"] == readings.NAMES)
    assert (by_name["top1"].value, by_name["top5"].value) == (pytest.approx(100 / 3), 100)
    assert set(COLUMNS) >= set(table.rows[2])
    json.dumps(table.as_json(), allow_nan=False)


def test_without_an_estimator_the_stacked_map_and_a_short_mlp_are_shown() -> None:
    data = make_data()
    stacked, mlp = bench(data, CONCEPTS, best=1, epochs=2)
    assert (stacked.settings["text map"], mlp.settings["text map"]) == ("stacked", "mlp")
    assert mlp.settings["epochs"] == 2
    assert len(stacked.rows) == len(mlp.rows)
