"""What the store knows of a unit beyond labels and examples."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.engine import reader_engine
from db.human.labels import label_unit
from db.queries import overview, unit_dossier
from db.queries.units import (
    UnitFilter,
    count_units,
    unit,
    unit_activations,
    unit_labels,
    units,
)
from tests import stores
from tests.db.dossiers import add_dossiers, axis


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return add_dossiers(stores.build_store(tmp_path_factory.mktemp("dossier") / "audit"))


@pytest.fixture(scope="module")
def dossier(store: Path) -> Iterator[Engine]:
    engine = reader_engine(store)
    yield engine
    engine.dispose()


def test_units_come_with_people_s_labels_and_measures(dossier: Engine) -> None:
    frame = units(dossier, "latent")
    assert frame["human"].tolist() == ["glow", *[None] * 5]  # that of latent 1 was taken back
    assert frame["human_author"].iloc[0] == "ann"
    assert frame["level"].tolist() == [0, 0, 1, 1, 1, 1]
    assert frame["others"].fillna(-1).tolist() == [0, 0, -1, 0, 0, -1]  # 2 abstains, 5 is dead
    one = unit(dossier, "latent", 2)
    assert one is not None
    assert (one.spread, one.stability, one.effective_classes) == ("shared", 0.75, 3.0)


@pytest.mark.parametrize(
    ("filter", "numbers"),
    [
        (UnitFilter(spread="shared"), [0, 2, 4]),
        (UnitFilter(by_person=True), [0]),
        (UnitFilter(by_person=False), [1, 2, 3, 4, 5]),
        (UnitFilter(labelled=True), [0, 1, 3, 4]),
        (UnitFilter(labelled=False), [2, 5]),
        (UnitFilter(concept_id=3), [3]),
        (UnitFilter(concept_id=2), []),  # latent 2 abstains
        (UnitFilter(search="GLOW"), [0]),
        (UnitFilter(search="lamp"), []),  # history only
        (UnitFilter(numbers=(4, 1)), [1, 4]),
        (UnitFilter(numbers=()), []),
    ],
)
def test_filters(dossier: Engine, filter: UnitFilter, numbers: list[int]) -> None:
    assert units(dossier, "latent", filter)["number"].tolist() == numbers
    assert count_units(dossier, "latent", filter) == len(numbers)


def test_a_person_s_label_makes_an_abstaining_unit_labelled(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    label_unit(directory, kind="latent", number=2, text="x", author="ann", direction=axis(2))
    engine = reader_engine(directory)
    assert 2 in units(engine, "latent", UnitFilter(labelled=True))["number"].tolist()
    assert units(engine, "neuron")["human"].isna().all()  # of the other kind with that number
    engine.dispose()


def test_orders(dossier: Engine) -> None:
    assert units(dossier, "latent", order="stability")["number"].tolist() == [0, 1, 2, 3, 4, 5]
    assert set(units(dossier, "latent", order="others")["number"].tolist()[-2:]) == {2, 5}


def test_candidates_count_others_and_not_themselves(dossier: Engine) -> None:
    frame = unit_labels(dossier, 0)  # concepts 0 and 1; latent 1's first label is concept 1
    assert frame["others"].tolist() == [0, 1, 0, 1]
    assert frame["pearson_low"].iloc[0] == 0.5
    # Unit 6 is a neuron: labels of latents do not count, neuron 1's first label is concept 7.
    assert unit_labels(dossier, 6)["others"].tolist() == [0, 1, 0, 1]


def test_random_examples(dossier: Engine) -> None:
    frame = unit_activations(dossier, 0, "random")
    assert frame["image_id"].tolist() == [3]
    assert frame[["width", "height"]].values.tolist() == [[32, 32]]


def test_decisions_it_fires_for(dossier: Engine) -> None:
    frame = unit_dossier.unit_fires(dossier, 0)
    assert frame["class_name"].tolist() == ["jellyfish", "shark"]
    assert frame[["active", "decided"]].values.tolist() == [[2, 3], [1, 2]]
    assert unit_dossier.unit_fires(dossier, 1).empty


def test_neighbours_have_names(dossier: Engine) -> None:
    frame = unit_dossier.unit_neighbours(dossier, "latent", 0, "nearest")
    assert frame[["number", "value", "label"]].values.tolist() == [[2, -0.25, "red"]]
    assert unit_dossier.unit_neighbours(dossier, "latent", 3, "nearest").empty


def test_maps(dossier: Engine) -> None:
    [(image_id, found)] = unit_dossier.unit_maps(dossier, 0, [3, 4]).items()
    assert image_id == 4
    assert found.grid.tolist() == [[0, 10, 20], [30, 40, 50]]
    assert found.peak == unit_dossier.largest_peak(dossier, 0) == 1.5
    assert unit_dossier.largest_peak(dossier, 1) is None


def test_random_examples_are_not_taken_for_active(dossier: Engine) -> None:
    frame = unit_dossier.units_on_image(dossier, 3, "latent")
    assert frame["number"].tolist() == [3]  # not latent 0, of which image 3 is a random example
    assert frame["human"].isna().all()


def test_names_keep_the_order_asked_for(dossier: Engine) -> None:
    frame = unit_dossier.unit_names(dossier, "latent", [4, 0])
    assert frame["label"].tolist() == ["striped", "glowing"]
    assert frame["human"].tolist() == [None, "glow"]


def test_counts_over_all(dossier: Engine, empty: Engine) -> None:
    assert unit_dossier.spread_counts(dossier, "latent") == {"shared": 3, "single class": 2}
    assert unit_dossier.duplicated_labels(dossier, "latent") == (0, 4)
    assert unit_dossier.mean_stability(dossier, "latent") == (0.75, 5)
    assert unit_dossier.mean_stability(dossier, "neuron") is None
    assert unit_dossier.spread_counts(empty, "latent") == {}
    assert overview.sae(empty) is None
