"""Latents and neurons: lists, labels, examples, effects."""

import pytest
from sqlalchemy import Engine

from db.queries.export import labels_records
from db.queries.units import (
    UnitFilter,
    count_units,
    unit,
    unit_activations,
    unit_classes,
    unit_labels,
    units,
)


def test_units_come_with_the_first_label_of_the_map_shown_first(full: Engine) -> None:
    frame = units(full, "latent")
    assert list(frame["number"]) == [0, 1, 2, 3, 4, 5]
    labels = ["glowing", "sharp teeth", "red", "cave", "striped", None]  # latent 5 is dead
    assert list(frame["label"]) == labels
    assert frame["abstained"].tolist()[:3] == [False, False, True]
    assert frame["abstained"].isna().tolist() == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("filter", "number"),
    [
        (UnitFilter(), 6),
        (UnitFilter(alive=True), 5),
        (UnitFilter(alive=False), 1),
        (UnitFilter(abstained=True), 1),
        (UnitFilter(abstained=False), 4),
        (UnitFilter(search="TEETH"), 1),
        (UnitFilter(search="teeth", text_map="mlp"), 1),
        (UnitFilter(text_map="random"), 6),  # no labels, but the units are there
        (UnitFilter(search="%"), 0),
    ],
)
def test_filters(full: Engine, filter: UnitFilter, number: int) -> None:
    assert len(units(full, "latent", filter)) == number
    assert count_units(full, "latent", filter) == number


def test_a_hostile_label_is_found_by_its_own_characters(full: Engine) -> None:
    # Unit 6 is neuron 0; its first label is concept 6.
    for search in ("%", "_'now", "<b>"):
        assert list(units(full, "neuron", UnitFilter(search=search))["number"]) == [0]


def test_orders_and_pages(full: Engine) -> None:
    assert list(units(full, "latent", order="max_activation")["number"]) == [4, 3, 2, 1, 0, 5]
    assert units(full, "latent", order="pearson")["number"].iloc[-1] == 5  # no label, so last
    assert list(units(full, "latent", limit=2, offset=3)["number"]) == [3, 4]


def test_one_unit(full: Engine) -> None:
    found = unit(full, "neuron", 1)
    assert found is not None and found.id == 7
    assert found.histogram == {"edges": [0.0, 1.0, 2.0], "counts": [2, 1]}
    assert unit(full, "neuron", 99) is None


def test_labels_of_the_map_shown_first_stand_on_top(full: Engine, weights_only: Engine) -> None:
    frame = unit_labels(full, 1)
    assert list(frame["text_map"]) == ["kernel", "kernel", "mlp", "mlp"]
    assert list(frame["label"]) == ["sharp teeth", "red"] * 2
    assert unit_labels(weights_only, 1)["pearson"].isna().all()


def test_examples_of_a_unit(full: Engine) -> None:
    # Unit 2: images 2, 6, 10 with 3 / rank; image 6 shows class 2 and is taken for class 3.
    frame = unit_activations(full, 2, "top")
    assert list(frame["image_id"]) == [2, 6, 10]
    assert list(frame["value"]) == [3.0, 1.5, 1.0]
    assert list(frame["predicted_id"]) == [2, 3, 2]
    assert list(unit_activations(full, 2, "quantile")["image_id"]) == [2, 6]


def test_effects_on_classes(full: Engine) -> None:
    frame = unit_classes(full, 2)
    assert list(frame["class_name"]) == ["red crab", "octopus in a cave"]
    assert list(frame["effect"]) == [1.0, -0.5]


def test_records_for_the_command_line(full: Engine, empty: Engine) -> None:
    records = labels_records(full)
    assert len(records) == 9
    assert list(records[0])[:4] == ["kind", "unit", "label", "abstained"]
    assert (records[2]["kind"], records[2]["unit"]) == ("latent", 2)
    assert records[2]["abstained"] is True
    assert {record["text_map"] for record in records} == {"kernel"}
    assert [r["unit"] for r in labels_records(full, kind="neuron", text_map="mlp")] == [0, 1, 2, 3]
    assert labels_records(empty) == []
