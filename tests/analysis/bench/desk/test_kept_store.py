"""The made-up audit: whole, full in every table, and made once."""

import io
import sqlite3
from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from analysis.bench.desk.made_up import kept_store as module
from analysis.bench.desk.made_up.kept_store import AUDIT, OTHER, PHOTOGRAPHS, kept_store
from analysis.bench.desk.made_up.people import LISTS
from analysis.bench.desk.made_up.stages import shortcuts
from analysis.bench.desk.made_up.world import World
from analysis.bench.desk.sizes import Sizes
from analysis.guard.diff import Kind, compare
from analysis.guard.stored import side_of
from analysis.progress import Silent
from analysis.report.people import people
from analysis.textmap.saved import unpack
from db.arrays import flaw_of
from db.files import sha256_of
from db.layout import database
from db.queries import images, lists, overview
from db.queries.compare import decisions
from db.reader import AuditReader
from db.rows import result_tables
from sae.autoencoder import SparseAutoencoder
from tests.analysis.bench.desk.conftest import TINY


def counts(store: Path) -> dict[str, int]:
    with sqlite3.connect(database(store)) as connection:
        names = [table.name for table in result_tables()]
        return {
            name: connection.execute(f'select count(*) from "{name}"').fetchone()[0]
            for name in names
        }


def test_every_table_is_as_full_as_its_rule_says(tiny_store: Path) -> None:
    found = counts(tiny_store)
    assert found.pop("skipped_image") == 0  # every image could be read
    assert all(found.values()), found
    units = TINY.latents + 2 * TINY.features
    assert found["unit"] == units
    assert found["prediction"] == 5 * TINY.images
    assert found["image_concept"] == 2 * 10 * TINY.images
    assert found["class_concept"] == 2 * 2 * 20 * TINY.classes
    assert found["finding"] == 2 * 20 * TINY.classes
    assert found["evidence"] == 8 * 5 * TINY.classes
    assert found["activation"] == 40 * units
    assert found["label"] == 2 * 8 * units
    assert found["unit_map"] == 16 * units
    # Every other image, fewer than 600, and all classes, fewer than 100
    assert found["explanation"] == 3 * TINY.images // 2 + TINY.classes
    assert found["claim_unit"] == 3 * found["claim"] == 3 * 4 * found["explanation"]


def test_ids_point_at_what_is_there(tiny_store: Path) -> None:
    with sqlite3.connect(database(tiny_store)) as connection:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        wrong_kind = connection.execute(
            "select count(*) from unit_neighbour join unit a on a.id = unit_id "
            "join unit b on b.id = other_id where a.kind <> b.kind or a.id = b.id"
        ).fetchone()
        leaders = connection.execute(
            "select count(*), sum(b.class_id = a.class_id and b.position = 1) from finding a "
            "join finding b on b.id = a.duplicate_of"
        ).fetchone()
    assert wrong_kind == (0,)
    assert leaders == (2 * 2 * TINY.classes, 2 * 2 * TINY.classes)


def test_arrays_and_autoencoder_are_read_as_a_real_audits(tiny_store: Path) -> None:
    with AuditReader(tiny_store) as audit:
        features, weight = audit.array("features"), audit.array("class_embeddings")
        assert features.shape == (TINY.images, TINY.features)
        logits = features @ weight.T + audit.array("bias")
        assert logits.shape == (TINY.images, TINY.classes)
        directions = audit.array("concept_directions.stacked")
        fitted = unpack("stacked", np.asarray(audit.array("text_map.stacked")))
        texts = np.asarray(audit.array("concept_embeddings"))
        np.testing.assert_allclose(fitted(texts), directions, atol=1e-5)
        row = overview.sae(audit.engine)
        assert row is not None
        latents = SparseAutoencoder.from_directory(tiny_store / row.directory)
        assert latents.decoder_weight.shape == (TINY.latents, TINY.features)
        assert (latents.encode(np.asarray(features)) > 0).sum(axis=1).max() <= 32
        effects = audit.array("unit_effects.latent")
    np.testing.assert_allclose(effects, latents.decoder_weight @ weight.T, atol=1e-5)


def test_files_are_what_the_store_says(tiny_store: Path) -> None:
    with sqlite3.connect(database(tiny_store)) as connection:
        connection.row_factory = sqlite3.Row
        artifacts = connection.execute("select * from artifact").fetchall()
        sizes = connection.execute("select jpeg from thumbnail").fetchall()
    assert len(artifacts) > 10
    assert [flaw_of(tiny_store, dict(one)) for one in artifacts] == [None] * len(artifacts)
    assert len({bytes(row["jpeg"]) for row in sizes}) == TINY.images  # no two are one file
    with Image.open(io.BytesIO(sizes[7]["jpeg"])) as picture:
        assert picture.format == "JPEG" and max(picture.size) == 128


def test_each_kind_of_unit_has_its_own_numbers(tiny_store: Path) -> None:
    with sqlite3.connect(database(tiny_store)) as connection:
        told = connection.execute(
            "select kind, count(*), min(number), max(number), min(id) from unit group by kind"
        ).fetchall()
        effects = connection.execute(
            "select distinct kind from unit_class join unit on unit.id = unit_id"
        ).fetchall()
    latents, features = TINY.latents, TINY.features
    assert sorted(told) == [
        ("channel", features, 0, features - 1, latents + features),
        ("latent", latents, 0, latents - 1, 0),
        ("neuron", features, 0, features - 1, latents),
    ]
    assert {kind for (kind,) in effects} == {"latent", "neuron"}


def test_two_reviewers_decided_and_kept_lists(tiny_store: Path) -> None:
    with AuditReader(tiny_store) as audit:
        (agreement,) = people(audit.engine)["agreement"]
        known = lists.lists(audit.engine)
    assert agreement["n"] == min(60, len(shortcuts.tested(World(TINY))))
    assert agreement["observed"] > agreement["chance"]
    assert set(known["list_name"]) == set(LISTS)
    assert set(known["entries"]) == {40}


def test_the_other_audit_has_most_in_common(tiny_store: Path) -> None:
    with AuditReader(tiny_store) as audit, AuditReader(tiny_store.parent / OTHER) as other:
        found = compare(side_of(other), side_of(audit))
        own, others = (decisions(one.engine) for one in (audit, other))
    kinds = Counter(change.kind for change in found.changes)
    assert set(kinds) == set(get_args(Kind))
    assert not found.only_before and not found.only_after
    both = own.merge(others, on="sha256")
    assert len(both) == TINY.images
    assert 0.5 < np.mean(both["predicted_id_x"] == both["predicted_id_y"]) < 0.9


def test_originals_lie_where_the_audit_says(tiny_store: Path) -> None:
    with AuditReader(tiny_store) as audit:
        run = overview.last_run(audit.engine)
        info = images.image(audit.engine, 9)
    assert run is not None and info is not None
    assert run.config["images"] == str(tiny_store.parent / PHOTOGRAPHS)
    file = Path(run.config["images"]) / info.path
    assert sha256_of(file) == info.sha256
    with Image.open(file) as picture:
        assert picture.size == (info.width, info.height)


def test_the_second_time_it_is_only_found(
    tiny_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_make", lambda *_: pytest.fail("made again"))
    assert kept_store(TINY, Silent()) == tiny_store
    assert tiny_store.name == AUDIT


def test_what_breaks_off_leaves_nothing(
    tiny_store: Path, desk_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(world: World) -> None:
        raise KeyboardInterrupt

    before = sorted((desk_cache / "desk").iterdir())
    monkeypatch.setattr(module, "model", broken)
    with pytest.raises(KeyboardInterrupt):
        kept_store(Sizes(TINY.images, TINY.classes, TINY.latents, TINY.concepts, 33), Silent())
    assert sorted((desk_cache / "desk").iterdir()) == before


def test_the_same_seed_makes_the_same_world() -> None:
    one, same, other = World(TINY), World(TINY), World(Sizes(*_all_but_seed(), seed=1))
    assert (one.features == same.features).all()
    assert not (one.features == other.features).any()
    assert one.decisions.tolist() == same.decisions.tolist() != other.decisions.tolist()


def test_another_training_has_the_same_texts_and_images() -> None:
    one, other = World(TINY), World(TINY, training=1)
    assert one.sha256 == other.sha256
    assert (one.concept_embeddings == other.concept_embeddings).all()
    assert not (one.class_embeddings == other.class_embeddings).any()
    assert one.decisions.tolist() != other.decisions.tolist()


def test_no_text_comes_twice() -> None:
    world = World(Sizes())
    assert len(set(world.concepts)) == Sizes().concepts
    assert len(set(world.class_names)) == Sizes().classes


def test_decisions_are_ranked_without_repetition() -> None:
    world = World(TINY)
    assert all(len(set(row)) == 5 for row in world.decisions.tolist())
    right = world.decisions[:, 0] == world.labels
    assert 0.6 < right.mean() < 1
    assert (world.decisions[~right, 1] == world.labels[~right]).all()


def _all_but_seed() -> tuple[int, int, int, int, int]:
    return TINY.images, TINY.classes, TINY.latents, TINY.concepts, TINY.features
