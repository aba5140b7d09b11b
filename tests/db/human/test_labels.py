"""The small writer of human input: what it takes, what it refuses, how labels find their units."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, select, text

from db import engine as engines
from db.engine import make_engine, reader_engine
from db.errors import SchemaMismatch, StoreError, StoreMissing
from db.human.labels import label_unit, withdraw_label
from db.queries.human import current_labels, label_history, orphans
from db.schema import HumanLabel, Unit
from db.store import AuditStore
from tests.db.dossiers import axis


def name(audit: Path, number: int, said: str, *, direction: np.ndarray | None = None) -> None:
    way = axis(number) if direction is None else direction
    label_unit(audit, kind="latent", number=number, text=said, author="ann", direction=way)


def all_rows(audit: Path) -> list[tuple[object, ...]]:
    engine = make_engine(audit, "ro")
    with engine.connect() as connection:
        rows = connection.execute(select(HumanLabel.__table__).order_by(HumanLabel.id)).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def numbers(audit: Path) -> list[object]:
    return [row[4] for row in all_rows(audit)]


def reattach(audit: Path, **directions: np.ndarray) -> None:
    with AuditStore.open(audit) as store:
        store.reattach_human_labels(directions)


def test_rows_are_only_ever_added(audit: Path) -> None:
    name(audit, 0, "  lamp\n")
    first = all_rows(audit)
    name(audit, 0, "glow", direction=3 * axis(0))
    withdraw_label(audit, kind="latent", number=0, author=" bob ", direction=axis(0))
    rows = all_rows(audit)
    assert rows[:1] == first
    assert [(row[2], row[5]) for row in rows] == [("ann", "lamp"), ("ann", "glow"), ("bob", None)]
    assert {row[7] for row in rows} == {axis(0).tobytes()}  # of unit length, whatever was given


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": " \n"}, "label has 0 characters; give one of 1 to 200"),
        ({"text": "x" * 201}, "label has 201 characters"),
        ({"text": "\udc80"}, "label is no valid text"),
        ({"author": " "}, "author has 0 characters; give one of 1 to 100"),
        ({"author": "x" * 101}, "author has 101 characters"),
        ({"comment": "\udc80"}, "comment is no valid text"),
        ({"number": 6}, "has no latent 6; give one"),
        ({"kind": "channel"}, "has no channel 0; give one"),
        ({"direction": np.zeros(6)}, "latent 0 has no direction.*choose another unit"),
        ({"direction": np.full(6, np.nan)}, "latent 0 has no direction"),
    ],
    ids=str,
)
def test_what_is_refused_leaves_no_row(audit: Path, change: dict[str, object], said: str) -> None:
    given = {"kind": "latent", "number": 0, "text": "x", "author": "ann", "direction": axis(0)}
    with pytest.raises(StoreError, match=said):
        label_unit(audit, **(given | change))  # type: ignore[arg-type]
    assert all_rows(audit) == []


def test_the_longest_label_and_author(audit: Path) -> None:
    given = {"kind": "latent", "number": 0, "direction": axis(0)}
    label_unit(audit, text="x" * 200 + " ", author="y" * 100, **given)  # type: ignore[arg-type]
    assert len(all_rows(audit)) == 1


def test_nothing_to_take_back(audit: Path) -> None:
    given = {"kind": "latent", "number": 0, "author": "ann", "direction": axis(0)}
    with pytest.raises(StoreError, match="no person's label is on latent 0"):
        withdraw_label(audit, **given)  # type: ignore[arg-type]
    name(audit, 0, "lamp")
    withdraw_label(audit, **given)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="no person's label"):
        withdraw_label(audit, **given)  # type: ignore[arg-type]
    assert len(all_rows(audit)) == 2


def test_people_may_speak_while_an_audit_runs(audit: Path) -> None:
    with AuditStore.open(audit) as store:
        name(audit, 0, "lamp")
        assert list(current_labels(store.engine)["text"]) == ["lamp"]


def test_a_writer_that_does_not_let_go_is_said(
    audit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "_BUSY_MS", 20)
    other = make_engine(audit, "rw")
    with other.begin(), pytest.raises(StoreError, match="being written by another process; wait"):
        name(audit, 0, "lamp")
    other.dispose()
    name(audit, 0, "lamp")


def test_no_store_and_another_schema(audit: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        name(tmp_path, 0, "lamp")
    engine = make_engine(audit, "rw")
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0002'"))
    engine.dispose()
    with pytest.raises(SchemaMismatch, match="glowworm upgrade"):
        name(audit, 0, "lamp")


def test_labels_survive_units_made_anew(audit: Path) -> None:
    name(audit, 0, "lamp")
    with AuditStore.open(audit) as store:
        run = store.begin_run("test", {}, {}, 0)
        store.finish_stage(run, "units", 7, "new", seconds=0.0, rows={Unit: []})
    assert len(all_rows(audit)) == 1


def test_a_label_goes_to_the_nearest_unit_with_its_history(audit: Path) -> None:
    """Latents changed places: 0 became 2. Old 1 turned by acos 0.8 = 37°, and is gone."""
    name(audit, 0, "lamp")
    name(audit, 0, "glow")
    name(audit, 1, "teeth")
    turned = 0.8 * axis(1) + 0.6 * axis(3)
    reattach(audit, latent=np.stack([turned, axis(2), axis(0)]))
    assert numbers(audit) == [2, 2, None]
    reattach(audit, latent=np.stack([turned, axis(2), axis(0)]))
    assert numbers(audit) == [2, 2, None]
    reattach(audit, latent=np.eye(6, dtype=np.float32))
    assert numbers(audit) == [0, 0, 1]  # an orphan is taken in again


@pytest.mark.parametrize(("cosine", "number"), [(0.91, 0), (0.89, None), (-1.0, None)])
def test_near_enough(audit: Path, cosine: float, number: int | None) -> None:
    name(audit, 3, "lamp")
    rest = np.sqrt(1 - cosine**2)
    reattach(audit, latent=np.stack([cosine * axis(3) + rest * axis(4), axis(5)]))
    assert numbers(audit) == [number]


def test_the_length_of_a_new_direction_does_not_matter(audit: Path) -> None:
    """Cosines 1 with a short unit and 0.6 with a long one; a unit without a direction has none."""
    name(audit, 3, "lamp")
    slant = 50 * (0.6 * axis(3) + 0.8 * axis(4))
    reattach(audit, latent=np.stack([np.zeros(6), slant, 0.01 * axis(3)]))
    assert numbers(audit) == [2]


def test_two_units_may_become_one(audit: Path) -> None:
    near = 0.95 * axis(0) + np.sqrt(1 - 0.95**2) * axis(4)
    name(audit, 0, "lamp")
    name(audit, 1, "glow", direction=near)
    reattach(audit, latent=axis(0)[None])
    assert numbers(audit) == [0, 0]


def test_a_kind_or_a_feature_space_that_is_gone(audit: Path) -> None:
    name(audit, 0, "lamp")
    label_unit(
        audit, kind="neuron", number=1, text="red", author="ann", direction=np.array([0.0, 1, 0, 0])
    )
    reattach(audit, latent=np.eye(7, dtype=np.float32))
    assert numbers(audit) == [None, None]
    reattach(audit, neuron=np.eye(4, dtype=np.float32), latent=np.zeros((0, 6)))
    assert numbers(audit) == [None, 1]


def test_kinds_do_not_mix(audit: Path) -> None:
    name(audit, 0, "lamp")
    reattach(audit, neuron=np.eye(6, dtype=np.float32))
    assert numbers(audit) == [None]


@pytest.fixture
def said(audit: Path) -> Engine:
    """Latent 0: lamp, then glow; latent 1: teeth, taken back; latent 2: gone, renamed before."""
    for number, words in ((0, "lamp"), (1, "teeth"), (2, "old"), (2, "gone"), (0, "glow")):
        name(audit, number, words)
    withdraw_label(audit, kind="latent", number=1, author="bob", comment="no", direction=axis(1))
    label_unit(
        audit, kind="neuron", number=1, text="red", author="bob", direction=np.array([0.0, 1, 0, 0])
    )
    reattach(audit, latent=np.eye(6, dtype=np.float32)[:2], neuron=np.eye(4, dtype=np.float32))
    return reader_engine(audit)


def test_the_newest_label_holds_unless_it_was_taken_back(said: Engine, empty: Engine) -> None:
    labels = current_labels(said)
    columns = ["kind", "number", "text", "author", "at", "comment"]
    assert list(labels.columns) == columns == list(current_labels(empty).columns)
    assert labels[["kind", "number", "text"]].to_numpy().tolist() == [
        ["latent", 0, "glow"],
        ["neuron", 1, "red"],
    ]
    assert list(current_labels(said, "neuron")["author"]) == ["bob"]


def test_the_history_is_told_newest_first(said: Engine) -> None:
    history = label_history(said, "latent", 1)
    assert list(history["text"]) == [None, "teeth"]
    assert list(history["author"]) == ["bob", "ann"]
    assert list(history["comment"]) == ["no", ""]
    assert history["at"].is_monotonic_decreasing
    assert list(label_history(said, "latent", 0)["text"]) == ["glow", "lamp"]
    assert len(label_history(said, "latent", 5)) == 0


def test_orphans_are_told_once(said: Engine) -> None:
    lost = orphans(said)
    assert lost[["kind", "text", "author"]].to_numpy().tolist() == [["latent", "gone", "ann"]]
