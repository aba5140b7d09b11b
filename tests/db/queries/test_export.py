"""Labels to take along: the machine's, what was measured of it, and what people say."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, update

from db.engine import make_engine, reader_engine
from db.queries.export import claims_frame, labels_frame, labels_records
from db.queries.human import units_of_kinds
from db.schema import Label, Unit
from tests.db.dossiers import add_dossiers
from tests.stores import build_store


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Latents 0 and 3 and neuron 0 are "glowing" by the map shown first; so is 2, abstaining."""
    directory = add_dossiers(build_store(tmp_path_factory.mktemp("told") / "audit"))
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        glowing = Label.unit_id.in_((0, 2, 3, 6)), Label.text_map == "kernel", Label.rank == 1
        connection.execute(update(Label).where(*glowing).values(concept_id=0))
        connection.execute(update(Unit).where(Unit.id == 6).values(kind="channel"))
    engine.dispose()
    engine = reader_engine(directory)
    yield engine
    engine.dispose()


def test_what_is_known_of_a_label_and_its_unit(told: Engine) -> None:
    first = labels_records(told, kind="latent")[0]
    assert {
        "label": "glowing",
        "human": "glow",
        "human_author": "ann",
        "same_label": 2,
        "pearson": 0.6,
        "pearson_low": 0.5,
        "pearson_high": 0.7,
        "correlation": 0.65,
        "spread": "shared",
        "stability": 1.0,
        "level": 0,
    }.items() <= first.items()


def test_a_label_that_was_taken_back_is_not_told(told: Engine) -> None:
    second = labels_records(told, kind="latent")[1]
    assert (second["human"], second["human_author"]) == (None, None)
    assert (second["label"], second["spread"]) == ("sharp teeth", "single class")


def test_the_same_label_is_counted_within_its_kind_where_it_clears_its_floor(
    told: Engine,
) -> None:
    same = {(r["kind"], r["unit"]): r["same_label"] for r in labels_records(told)}
    assert same == {
        ("channel", 0): 1,
        **{("latent", n): shared for n, shared in enumerate((2, 1, None, 2, 1))},
        **{("neuron", n): 1 for n in (1, 2, 3)},
    }
    # By the other map nothing was changed: every latent has a label of its own.
    other = labels_records(told, kind="latent", text_map="mlp")
    assert [r["same_label"] for r in other] == [1, 1, None, 1, 1]


def test_channels_are_units_like_others(told: Engine) -> None:
    (channel,) = labels_records(told, kind="channel")
    assert (channel["unit"], channel["label"]) == (0, "glowing")
    assert units_of_kinds(told) == {"channel": 1, "latent": 6, "neuron": 3}


def test_the_frame_holds_what_the_records_hold(told: Engine, empty: Engine) -> None:
    frame, records = labels_frame(told), labels_records(told)
    assert list(frame.columns) == list(records[0]) == list(labels_frame(empty).columns)
    assert frame["same_label"].dropna().tolist() == [
        r["same_label"] for r in records if r["same_label"] is not None
    ]
    assert frame.dtypes.astype(str)[["same_label", "level", "stability", "abstained"]].tolist() == [
        "Int64",
        "Int64",
        "float64",
        "bool",
    ]


def test_what_an_older_release_did_not_measure_is_missing(full: Engine) -> None:
    for key in ("correlation", "pearson_low", "spread", "stability", "level", "human"):
        assert {record[key] for record in labels_records(full)} == {None}


def test_claims_bring_their_subject_and_their_units(full: Engine) -> None:
    frame = claims_frame(full)
    assert list(zip(frame["explanation_id"], frame["number"], strict=True)) == [
        (1, 1),
        (1, 2),
        (4, 1),
        (4, 2),
        (5, 1),
    ]
    assert list(frame["units"]) == ["0 2", "4", "0", "", "1"]
    assert list(frame["unit_kind"]) == ["latent", "latent", "neuron", "neuron", "latent"]
    assert list(frame["path"]) == ["c0/00.png"] * 4 + [None]
    assert set(frame["class"]) == {"jellyfish"}


def test_no_claims_have_the_same_columns(full: Engine, empty: Engine) -> None:
    without = claims_frame(empty)
    assert without.empty and list(without.columns) == list(claims_frame(full).columns)
