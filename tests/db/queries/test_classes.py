"""Classes: their numbers, concepts, confusions and units."""

import math

import pytest
from sqlalchemy import Engine

from db.queries.classes import (
    class_concepts,
    class_confusions,
    class_info,
    class_names,
    class_units,
    classes,
    count_classes,
)
from tests.stores import CLASSES


def test_images_errors_and_findings_are_counted(full: Engine) -> None:
    # 3 images each; image 1 (class 1) and image 6 (class 2) are taken for the next class.
    frame = classes(full)
    assert tuple(frame["class_name"]) == CLASSES
    assert list(frame["images"]) == [3, 3, 3, 3]
    assert list(frame["errors"]) == [0, 1, 1, 0]
    assert list(frame["accuracy"]) == pytest.approx([1, 2 / 3, 2 / 3, 1])
    assert list(frame["unexpected_findings"]) == [2, 2, 2, 2]


def test_without_images_accuracy_is_not_zero_but_unknown(weights_only: Engine) -> None:
    frame = classes(weights_only)
    assert list(frame["images"]) == [0, 0, 0, 0]
    assert frame["accuracy"].isna().all()
    info = class_info(weights_only, 0)
    assert info is not None and info.accuracy is None and info.findings == 3


def test_orders_and_pages(full: Engine) -> None:
    assert list(classes(full, order="errors")["class_id"]) == [1, 2, 0, 3]
    assert list(classes(full, order="name")["class_id"]) == [0, 3, 2, 1]
    assert list(classes(full, limit=2, offset=1)["class_id"]) == [1, 2]


def test_the_class_of_a_supported_finding_comes_first(tested: Engine) -> None:
    # Findings 1, 4 and 7 (of classes 0, 1 and 2) were tested; only 1 is supported.
    frame = classes(tested, order="findings")
    assert list(frame["supported_findings"]) == [1, 0, 0, 0]
    # … then by what is unexpected (2 each), and by errors (classes 1 and 2)
    assert list(frame["class_id"]) == [0, 1, 2, 3]
    info = class_info(tested, 0)
    assert info is not None and info.supported_findings == 1


def test_search(full: Engine) -> None:
    assert list(classes(full, search="CAVE")["class_name"]) == ["octopus in a cave"]
    assert count_classes(full, search="r") == 2  # shark, red crab
    assert count_classes(full, search="%") == 0
    assert class_names(full) == dict(enumerate(CLASSES))


def test_one_class(full: Engine) -> None:
    info = class_info(full, 1)
    assert info is not None
    assert (info.class_name, info.folder, info.images, info.errors) == ("shark", "c1", 3, 1)
    assert info.accuracy is not None and math.isclose(info.accuracy, 2 / 3)
    assert class_info(full, 99) is None


def test_concepts_by_weights_then_by_features(full: Engine, weights_only: Engine) -> None:
    frame = class_concepts(full, 1, "mlp", limit=2)
    assert list(frame["source"]) == ["weights", "weights", "features", "features"]
    assert list(frame["concept"]) == ["sharp teeth", "red"] * 2
    assert set(class_concepts(weights_only, 1, "mlp")["source"]) == {"weights"}


def test_what_a_class_is_taken_for(full: Engine) -> None:
    frame = class_confusions(full, 1)
    assert list(frame["predicted"]) == ["shark", "red crab"]
    assert list(frame["images"]) == [2, 1]


def test_living_units_that_push_a_class(full: Engine) -> None:
    # Latents 1 and 5 push class 1 up by 1, but 5 is dead; latents 0 and 4 push it down by 1/2.
    up = class_units(full, 1)
    assert list(zip(up["number"], up["effect"], up["label"], strict=True)) == [
        (1, 1.0, "sharp teeth")
    ]
    down = class_units(full, 1, push="down")
    assert list(down["number"]) == [0, 4]
    assert list(class_units(full, 1, kind="neuron")["number"]) == [3]  # unit 9 = neuron 3
