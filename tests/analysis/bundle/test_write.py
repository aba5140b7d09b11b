"""A bundle is whole, the same every time, and tells nothing of its maker's machine."""

import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analysis.bundle.opened import opened, read_manifest
from analysis.bundle.write import write_bundle
from analysis.errors import InputError, UsageError
from analysis.progress import Silent
from db.engine import make_engine, reader_engine
from db.errors import StoreDamaged, StoreMissing
from db.human.reviews import review_finding
from db.queries.provenance import artifacts
from db.queries.reviews import current_reviews
from db.store import AuditStore
from tests import stores
from tests.analysis.bundle.conftest import CREATED, HOME


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def test_it_holds_what_the_audit_holds(whole: Path, bundle: Path) -> None:
    with opened(bundle, Silent()) as directory:
        tables = rows(directory / "audit.db", "select name from sqlite_master where type = 'table'")
        assert len(tables) > 20
        for (table,) in tables:
            count = f'select count(*) from "{table}"'
            assert rows(directory / "audit.db", count) == rows(whole / "audit.db", count), table
        for row in artifacts(reader_engine(directory)).to_dict("records"):
            assert (directory / row["path"]).read_bytes() == (whole / row["path"]).read_bytes()
        assert len(current_reviews(reader_engine(directory))) == 7


def test_the_manifest_comes_first_and_is_true(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as packed:
        assert packed.namelist()[0] == "manifest.json"
        assert packed.testzip() is None
    told = read_manifest(bundle)
    assert (told.model, told.created) == ("tiny", "2026-01-02T03:04:05+00:00")
    assert told.members[0].path == "audit.db"
    assert sum(member.path.startswith("shown/") for member in told.members) == stores.N_IMAGES


def test_the_same_store_gives_the_same_bytes(whole: Path, bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.glowworm"
    write_bundle(whole, target, images=True, progress=Silent(), created=CREATED)
    assert target.read_bytes() == bundle.read_bytes()
    later = CREATED + timedelta(days=1)
    write_bundle(whole, target, images=True, force=True, progress=Silent(), created=later)
    assert read_manifest(target).members == read_manifest(bundle).members


def test_nothing_is_told_of_the_makers_machine(whole: Path, bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as packed:
        everything = b"".join(packed.read(name) for name in packed.namelist())
    root = str(whole.parent).encode()
    assert root in (whole / "audit.db").read_bytes()
    assert root not in everything
    assert HOME.encode() not in everything
    with opened(bundle, Silent()) as directory:
        [(command, config)] = rows(
            directory / "audit.db", "select command, config from run where id = 1"
        )
        assert command == "glowworm audit --sae '…/my sae' --images …/images"
        assert "\\u2026/images" in str(config)
        assert rows(directory / "audit.db", "select distinct reason from stage") == [
            ("…/my sae is no good",)
        ]


def test_pictures_are_as_large_as_the_desk_shows_them(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as packed:
        for name in packed.namelist():
            if name.startswith("shown/"):
                with Image.open(BytesIO(packed.read(name))) as picture:
                    assert (picture.format, picture.size) == ("JPEG", (720, 360))


def test_without_pictures_it_is_smaller(whole: Path, bundle: Path, tmp_path: Path) -> None:
    made = write_bundle(whole, tmp_path / "b", progress=Silent(), created=CREATED)
    assert made.size == (tmp_path / "b").stat().st_size < bundle.stat().st_size
    assert not any(member.path.startswith("shown/") for member in made.manifest.members)


def test_pictures_that_are_gone_or_changed_are_counted(whole: Path, tmp_path: Path) -> None:
    images = whole.parent / "images"
    gone, changed = images / "c0" / "00.png", images / "c1" / "01.png"
    kept = gone.read_bytes(), changed.read_bytes()
    try:
        gone.unlink()
        changed.write_bytes(kept[0])
        made = write_bundle(whole, tmp_path / "b", images=True, progress=Silent())
    finally:
        gone.write_bytes(kept[0])
        changed.write_bytes(kept[1])
    assert made.pictures_missing == 2
    shown = [m for m in made.manifest.members if m.path.startswith("shown/")]
    assert len(shown) == stores.N_IMAGES - 2


def test_pictures_that_are_nowhere_are_said(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    with pytest.raises(InputError, match="leave --images out"):
        write_bundle(directory, tmp_path / "b", images=True, progress=Silent())
    assert not (tmp_path / "b").exists()


def test_what_only_an_audit_needs_stays_out(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    fold, edited = np.ones((3, 2), np.float32), directory / "repairs" / "x.safetensors"
    edited.parent.mkdir()
    edited.write_bytes(b"x" * 11)
    with AuditStore.open(directory) as store:
        run = store.begin_run("glowworm repair", {}, {}, 0)
        arrays = {"text_map.mlp.fold3": fold, "text_map.mlp": fold}
        store.finish_stage(run, "s", 30, "h", seconds=0, arrays=arrays, files=[edited])
        store.end_run(run, "done")
    made = write_bundle(directory, tmp_path / "b", progress=Silent())
    left = {part.path: part.size for part in made.manifest.left_out}
    assert left.pop("repairs/x.safetensors") == 11
    [(path, size)] = left.items()
    assert path.startswith("arrays/text_map.mlp.fold3.")
    assert size == 128 + 24
    with opened(tmp_path / "b", Silent()) as copy:
        names = set(artifacts(reader_engine(copy))["name"])
        assert "text_map.mlp" in names
        assert not names & {"text_map.mlp.fold3", "repairs/x.safetensors"}


def test_it_works_while_the_store_is_open_and_written(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    engine = make_engine(directory, "ro")
    with engine.connect() as held:  # a reader holds its place, so the log cannot be emptied
        held.exec_driver_sql("select count(*) from finding")
        review_finding(directory, 1, "confirmed", author="ann")
        assert (directory / "audit.db-wal").stat().st_size > 0
        write_bundle(directory, tmp_path / "b", progress=Silent())
    engine.dispose()
    with opened(tmp_path / "b", Silent()) as copy:
        assert list(current_reviews(reader_engine(copy))["author"]) == ["ann"]
        assert not list(copy.glob("audit.db-*"))


def test_nothing_is_replaced_unasked(whole: Path, tmp_path: Path) -> None:
    target = tmp_path / "b"
    target.write_bytes(b"mine")
    with pytest.raises(UsageError, match="--force"):
        write_bundle(whole, target, progress=Silent())
    assert target.read_bytes() == b"mine"
    write_bundle(whole, target, force=True, progress=Silent())
    assert read_manifest(target).model == "tiny"
    with pytest.raises(UsageError, match="--out"):
        write_bundle(whole, tmp_path, force=True, progress=Silent())


def test_it_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    [array] = (directory / "arrays").glob("class_embeddings.*.npy")
    content = array.read_bytes()
    array.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    out = tmp_path / "out"
    with pytest.raises(UsageError, match="cannot be written"):
        write_bundle(directory, out / "b", progress=Silent())
    assert not out.exists()
    out.mkdir()
    with pytest.raises(StoreDamaged, match="has been changed"):
        write_bundle(directory, out / "b", progress=Silent())
    array.unlink()
    with pytest.raises(StoreDamaged, match="is missing"):
        write_bundle(directory, out / "b", progress=Silent())
    assert list(out.iterdir()) == []


def test_there_must_be_an_audit(tmp_path: Path, bundle: Path) -> None:
    for path in (tmp_path, bundle):
        with pytest.raises(StoreMissing):
            write_bundle(path, tmp_path / "b", progress=Silent())
