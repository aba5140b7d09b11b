"""Transfer to another data set's names, where one-hot words make every answer known by hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures, Interval
from analysis.bench.target import load_target
from analysis.bench.transfer import (
    CHANCE,
    CONSE,
    NEAREST_NEW,
    bench_transfer,
    conse_cosines,
    transfer_methods,
)
from analysis.bench.zero_shot import Method
from analysis.errors import InputError
from analysis.progress import Silent
from analysis.text.prompts import class_prompts
from analysis.textmap.base import unit_rows
from analysis.textmap.floors import LinearMap, MeanEstimator, RandomEstimator
from analysis.textmap.mlp import MlpEstimator
from tests.analysis.images.conftest import make_classifier, noise
from tests.analysis.small import Recorder

OWN = ("fox", "owl", "red panda")
NEW = ("elk", "ibis", "yak")
WORDS = ("fox", "owl", "red", "panda", "elk", "ibis", "yak")
ALL_RIGHT, NONE_RIGHT = Interval(100.0, 100.0, 100.0), Interval(0.0, 0.0, 0.0)


class OneHot:
    """A text is the sum of the axes of the words it knows."""

    name = "one-hot"
    sha256 = "1" * 64

    def __init__(self, words: Sequence[str] = WORDS) -> None:
        self.words, self.dim = words, len(words)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit rows, float32."""
        rows = [[text.split().count(word) for word in self.words] for text in texts]
        return unit_rows(np.array(rows, np.float32).reshape(len(texts), self.dim))


@dataclass(frozen=True)
class Given:
    """Learns nothing: û(t) = s A for the matrix given."""

    matrix: np.ndarray = field(default_factory=lambda: np.eye(len(WORDS), dtype=np.float32))
    name: str = "given"
    is_floor: bool = False

    def fit(self, embeddings: np.ndarray, class_embeddings: np.ndarray, *, seed: int) -> LinearMap:
        """The same map for any data."""
        return LinearMap(self.matrix, np.zeros(self.matrix.shape[1], np.float32))

    def describe(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}


def make_data(encoder: OneHot | None = None, own: Sequence[str] = OWN) -> BenchData:
    """Class embeddings and a feature for each are what the encoder makes of the names."""
    encoder = encoder or OneHot()
    weights = encoder.encode(class_prompts(own))
    return BenchData(
        model="one-hot",
        encoder=encoder,
        class_names=tuple(own),
        prompts=weights,
        weights=weights,
        bias=np.zeros(len(own), np.float32),
        features=weights.copy(),
        labels=np.arange(len(own)),
    )


def transfer(
    names: Sequence[str],
    features: np.ndarray,
    labels: Sequence[int],
    *,
    method: Method,
    data: BenchData | None = None,
) -> tuple[dict[str, dict[str, Any]], list[Figures]]:
    """The first table's rows by name, and both tables."""
    tables = bench_transfer(
        data or make_data(),
        names,
        features,
        np.array(labels),
        compared=[method],
        seed=0,
        progress=Silent(),
    )
    return {row["method"]: dict(row) for row in tables[0].rows}, tables


def perfect(*, centred: bool = False) -> Method:
    return Method("perfect", Given(), centred=centred)


def swapped(first: str, second: str) -> np.ndarray:
    """The map that takes two words for each other."""
    order = np.arange(len(WORDS))
    i, j = WORDS.index(first), WORDS.index(second)
    order[[i, j]] = order[[j, i]]
    return np.eye(len(WORDS), dtype=np.float32)[order]


def test_a_perfect_map_finds_all_and_chance_is_one_in_the_number_of_names() -> None:
    labels = [0, 1, 2, 2]
    rows, tables = transfer(NEW, OneHot().encode(NEW)[labels], labels, method=perfect())
    assert rows["perfect"]["top1"] == rows["perfect"]["new1"] == ALL_RIGHT
    assert rows[CHANCE]["top1"] == rows[CHANCE]["new1"] == pytest.approx(100 / 3)
    assert rows[CHANCE]["top5"] == 100  # three names are five at most
    assert "epochs" not in tables[0].settings


def test_confused_names_are_counted_by_their_pictures() -> None:
    labels = [0, 1, 2, 2]  # elk and ibis are taken for each other, the two yaks are found
    method = Method("confused", Given(swapped("elk", "ibis")), centred=False)
    rows, _ = transfer(NEW, OneHot().encode(NEW)[labels], labels, method=method)
    assert rows["confused"]["top1"].value == 50
    assert rows["confused"]["top5"] == ALL_RIGHT


def test_top_five_is_missed_from_the_sixth_place_on() -> None:
    # The pictures lie nearest to each other word first, in the order of the words.
    features = np.array([[1, 2, 3, 4, 5, 6, 7]], np.float32)
    by_word = {
        word: transfer(WORDS, features, [i], method=perfect())[0]["perfect"]["top5"].value
        for i, word in enumerate(WORDS)
    }
    assert by_word == {
        "fox": 0, "owl": 0, "red": 100, "panda": 100, "elk": 100, "ibis": 100, "yak": 100
    }  # fmt: skip


def test_known_names_still_compete_for_pictures_of_new_ones() -> None:
    """The elk is taken for a fox: a miss, though the fox itself does not count as new."""
    names, labels = ("fox", "elk", "ibis"), [0, 1, 2, 2, 2]
    features = OneHot().encode(names)[labels]
    features[1] = features[0]
    rows, tables = transfer(names, features, labels, method=perfect())
    assert rows["perfect"]["top1"].value == 80
    assert rows["perfect"]["new1"].value == 75
    counted = {row["name"]: (row["counted"], row["pictures"]) for row in tables[1].rows}
    assert counted == {"fox": ("known", 1), "elk": ("new", 1), "ibis": ("new", 3)}
    assert tables[0].settings["images"] == "5, 4 of them of new names"


def test_a_name_is_known_from_the_cosine_of_bare_names_on() -> None:
    """The prompt's words, which all names would share, do not count; nor do underscores."""
    data = make_data(OneHot((*WORDS, "image")))
    names, width = ("red_panda", "panda"), len(WORDS) + 1
    features = data.encoder.encode(names)
    method = Method("perfect", Given(np.eye(width, dtype=np.float32)), centred=False)
    _, tables = transfer(names, features, [0, 1], method=method, data=data)
    (first, second) = tables[1].rows
    assert (first["name"], first["counted"], first["nearest"]) == ("red_panda", "known", OWN[2])
    assert (second["name"], second["counted"]) == ("panda", "new")
    assert first["cosine"] == pytest.approx(1)
    assert second["cosine"] == pytest.approx(0.5**0.5)


def test_without_new_names_their_columns_are_empty() -> None:
    rows, tables = transfer(OWN, OneHot().encode(OWN), [0, 1, 2], method=perfect())
    assert rows["perfect"]["top1"] == ALL_RIGHT
    assert all(cells["new1"] is cells["new5"] is None for cells in tables[0].cells())
    for table in tables:
        json.dumps(table.as_json(), allow_nan=False)


def test_only_the_nearest_new_names_are_listed() -> None:
    words = (*OWN[:2], *(f"word{i}" for i in range(NEAREST_NEW + 3)))
    encoder = OneHot(words)
    features = encoder.encode(words)
    method = Method("perfect", Given(np.eye(len(words), dtype=np.float32)), centred=False)
    _, tables = transfer(
        words, features, range(len(words)), method=method, data=make_data(encoder, OWN[:2])
    )
    listed = [row["counted"] for row in tables[1].rows]
    assert listed == ["known"] * 2 + ["new"] * NEAREST_NEW


def test_features_are_centred_on_the_classifiers_own_pictures() -> None:
    """All pictures lie far along the elk's axis; the classifier's own tell how far."""
    offset = 10 * OneHot().encode(["elk"])
    data = make_data()
    data = replace(data, features=data.features - data.features.mean(0) + offset)
    labels = [0, 1, 1, 2, 2]
    features = OneHot().encode(NEW)[labels] + offset
    raw, _ = transfer(NEW, features, labels, method=perfect(), data=data)
    centred, _ = transfer(NEW, features, labels, method=perfect(centred=True), data=data)
    assert raw["perfect"]["top1"].value == 20  # everything is an elk
    assert centred["perfect"]["top1"] == ALL_RIGHT
    alone, _ = transfer(NEW, features[1:2], labels[1:2], method=perfect(centred=True), data=data)
    assert alone["perfect"]["top1"] == ALL_RIGHT  # no other picture of its data set is needed


def test_floors_find_no_more_than_chance() -> None:
    words = tuple(f"word{i}" for i in range(20))
    encoder = OneHot((*WORDS, *words))
    rng = np.random.default_rng(0)
    labels = rng.integers(20, size=4000).tolist()
    features = rng.standard_normal((4000, encoder.dim)).astype(np.float32)
    data = make_data(encoder)
    mean, _ = transfer(words, features, labels, method=Method("m", MeanEstimator()), data=data)
    random, _ = transfer(words, features, labels, method=Method("r", RandomEstimator()), data=data)
    assert mean["m"]["top1"] == mean["m"]["top5"] == NONE_RIGHT
    assert random[CHANCE]["top1"] == 5
    assert random["r"]["top1"].value == pytest.approx(5, abs=1.4)  # four standard deviations
    assert random["r"]["top5"].value == pytest.approx(25, abs=2.8)


def test_conse_weighs_the_texts_of_the_heads_classes() -> None:
    """p = (3/4, 1/4, 0): the picture reads as 3/4 fox + 1/4 owl."""
    data = replace(make_data(), bias=np.array([np.log(3), 0, -1000], np.float32))
    prompts = data.encoder.encode(["owl", "fox owl", "fox", "yak"])
    length = 10**0.5 / 4
    np.testing.assert_allclose(
        conse_cosines(data, prompts, np.zeros((1, len(WORDS)), np.float32)),
        [[0.25 / length, 0.5**0.5 / length, 0.75 / length, 0]],
        atol=1e-6,
    )


def test_conse_reads_no_more_than_ten_classes() -> None:
    words = tuple(f"word{i}" for i in range(12))
    data = make_data(OneHot(words), words)
    data = replace(data, bias=np.array([1] * 10 + [0] * 2, np.float32))
    cosines = conse_cosines(data, data.prompts, np.zeros((1, 12), np.float32))
    np.testing.assert_allclose(cosines, [[10**-0.5] * 10 + [0] * 2], atol=1e-6)


def test_conse_is_a_row_of_the_table() -> None:
    """Own names are read off the head; new ones share no word with any class."""
    rows, _ = transfer(OWN, 20 * OneHot().encode(OWN), [0, 1, 2], method=perfect())
    assert rows[CONSE]["top1"] == ALL_RIGHT
    rows, _ = transfer(NEW, 20 * OneHot().encode(NEW), [0, 1, 2], method=perfect())
    assert rows[CONSE]["top1"] == NONE_RIGHT


def test_the_methods_are_the_papers_mlps_ours_and_two_floors() -> None:
    methods = transfer_methods(epochs=7)
    mlps = [one for one in methods if isinstance(one.estimator, MlpEstimator)]
    assert [(one.estimator.epochs, one.centred) for one in mlps] == [(7, False)] * 2
    assert {one.estimator.soft_dropout for one in mlps} == {True, False}
    others = {one.estimator.name: one.centred for one in methods if one not in mlps}
    assert others == dict.fromkeys(["kernel", "stacked", "mean", "random"], True)


def test_the_length_of_training_is_said() -> None:
    method = Method("mlp", MlpEstimator(epochs=2), centred=False)
    _, tables = transfer(NEW, OneHot().encode(NEW), [0, 1, 2], method=method)
    assert tables[0].settings["epochs"] == "2"


def folder_tree(root: Path, counts: dict[str, int]) -> None:
    """Pictures in folders; each is another."""
    index = 0
    for folder, count in counts.items():
        (root / folder).mkdir(parents=True)
        for _ in range(count):
            noise(index).save(root / folder / f"{index}.png")
            index += 1


def test_folders_are_names_with_spaces(tmp_path: Path) -> None:
    folder_tree(tmp_path, {"sea_horse": 2, "yin-yang": 1, "ant": 3})
    target = load_target(make_classifier(), tmp_path, None, progress=Silent())
    assert target.names == ("ant", "sea horse", "yin yang")
    assert target.labels.tolist() == [0, 0, 0, 1, 1, 2]
    assert target.features.shape == (6, 16)


def test_a_file_names_folders_that_are_no_words(tmp_path: Path) -> None:
    """A name without pictures takes part; a folder without a name does not, and that is said."""
    folder_tree(tmp_path / "pictures", {"n02": 1, "n01": 2, "n09": 1})
    names = tmp_path / "names.json"
    names.write_text(json.dumps({"n01": "fox", "n02": "owl", "n03": " elk "}))
    recorder = Recorder()
    target = load_target(make_classifier(), tmp_path / "pictures", names, progress=recorder)
    assert target.names == ("fox", "owl", "elk")
    assert target.labels.tolist() == [0, 0, 1]
    (warning,) = recorder.warned
    assert "1 folders" in warning and "n09" in warning


@pytest.mark.parametrize("content", ["[", '["fox"]', '{"n01": 3}', '{"n01": " "}'])
def test_other_files_of_names_are_refused(tmp_path: Path, content: str) -> None:
    folder_tree(tmp_path / "pictures", {"n01": 1})
    names = tmp_path / "names.json"
    names.write_text(content)
    with pytest.raises(InputError, match=r"names.json"):
        load_target(make_classifier(), tmp_path / "pictures", names, progress=Silent())


def test_pictures_outside_of_folders_are_refused(tmp_path: Path) -> None:
    noise(0).save(tmp_path / "0.png")
    with pytest.raises(InputError, match="lies in a folder"):
        load_target(make_classifier(), tmp_path, None, progress=Silent())
