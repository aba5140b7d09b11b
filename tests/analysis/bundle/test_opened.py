"""A bundle from a stranger: opened within bounds, or refused with a reason."""

import io
import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from analysis.bundle import container, manifest, opened
from analysis.bundle.opened import audit_at, read_manifest
from analysis.progress import Silent
from db.engine import reader_engine
from db.errors import SchemaMismatch, StoreDamaged, StoreError, StoreMissing
from db.queries import overview
from tests.analysis.bundle.forged import (
    Manifest,
    Members,
    altered,
    put_together,
    taken_apart,
    told,
    with_sql,
)

ARRAY = re.compile(r"arrays/class_embeddings\..*")


@pytest.fixture(autouse=True)
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where bundles are unpacked; whatever happened, nothing stays there."""
    place = tmp_path / "unpacked"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    yield place
    assert list(place.iterdir()) == []


def refused(bundle: Path, said: str) -> None:
    with pytest.raises(StoreDamaged, match=said) as error, opened.opened(bundle, Silent()):
        pass
    assert str(bundle) in str(error.value)
    assert "glowworm bundle" in str(error.value)
    assert "\n" not in str(error.value)


# ---------------------------------------------------------------------------- what is good


def test_a_good_one_is_private_and_goes_at_the_end(bundle: Path, unpacked: Path) -> None:
    with opened.opened(bundle, Silent()) as directory:
        assert directory.name == "small"
        assert stat.S_IMODE(directory.parent.stat().st_mode) == 0o700
        assert directory.is_relative_to(unpacked)
        engine = reader_engine(directory)
        model = overview.model(engine)
        engine.dispose()
        assert model is not None and model.name == "tiny"
    assert not directory.exists()


def test_a_directory_is_taken_as_it_is(whole: Path, bundle: Path, tmp_path: Path) -> None:
    with audit_at(whole, Silent()) as audit:
        assert (audit.directory, audit.bundled) == (whole, False)
    with audit_at(bundle, Silent()) as audit:
        assert audit.bundled
    with (
        pytest.raises(StoreMissing, match="nowhere is not there"),
        audit_at(tmp_path / "nowhere", Silent()),
    ):
        pass


@pytest.mark.parametrize(
    "name", ["..x", ".hidden.glowworm", "a b/…é.zip".replace("/", ""), "x" * 200]
)
def test_its_own_name_may_be_anything(bundle: Path, tmp_path: Path, name: str) -> None:
    odd = shutil.copy(bundle, tmp_path / name)
    with opened.opened(Path(odd), Silent()) as directory:
        assert (directory / "audit.db").is_file()
        assert not directory.name.startswith(".")


# ------------------------------------------------------------------------ no bundle at all


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip file" * 100, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    refused(path, "cannot be opened")


@pytest.mark.parametrize("share", [0.001, 0.2, 0.5, 0.9, 0.999])
def test_one_that_was_cut_short(bundle: Path, tmp_path: Path, share: float) -> None:
    content = bundle.read_bytes()
    path = tmp_path / "x"
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "cut short|damaged")


def test_one_with_something_before_or_behind_it(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (
        b"MZ" + bundle.read_bytes(),
        bundle.read_bytes() + b"x",
        bundle.read_bytes()[:-2] + b"\x01\x00x",  # a comment
    ):
        path.write_bytes(content)
        refused(path, "no bundle|holds more")


def test_any_flipped_byte_is_noticed(bundle: Path, tmp_path: Path) -> None:
    """Of the members' names and contents; a zip file has bytes that mean nothing."""
    content = bytearray(bundle.read_bytes())
    with zipfile.ZipFile(bundle) as packed:
        entries = packed.infolist()
    path = tmp_path / "x"
    for entry in entries[:3]:
        start = entry.header_offset + 30 + len(entry.filename)
        for place in (start + entry.compress_size // 3, start + entry.compress_size // 2):
            content[place] ^= 0x55
            path.write_bytes(content)
            refused(path, "damaged|sha256|JSON|manifest")
            content[place] ^= 0x55


def test_another_zip_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("readme.txt", "hello")
    refused(path, "does not begin with a manifest")


# ---------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        "../../evil",
        "/etc/evil",
        "arrays/../../evil",
        "arrays\\..\\evil",
        "C:/evil",
        "audit.db-wal",
        "sae/x/evil.pkl",
        "arrays/evil.npy",
        "AUDIT.db",
        "Manifest.json",
    ],
)
def test_no_file_leaves_the_directory_or_is_unexpected(
    bundle: Path, tmp_path: Path, name: str
) -> None:
    def add(_: Manifest, members: Members) -> None:
        members[name] = b"evil"

    refused(altered(bundle, tmp_path / "x", add), "a name that no file|is there twice")
    assert not list(tmp_path.parent.rglob("evil*"))


def test_a_name_with_a_nul(bundle: Path, tmp_path: Path) -> None:
    """zipfile itself would cut it there."""
    content = bundle.read_bytes().replace(b"audit.db", b"audit\x00db")
    path = tmp_path / "x"
    path.write_bytes(content)
    refused(path, "a name that no file")


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFCHR])
def test_no_links_and_devices(bundle: Path, tmp_path: Path, mode: int) -> None:
    told_, members = taken_apart(bundle)
    path = put_together(tmp_path / "x", told_, {})
    with zipfile.ZipFile(path, "a") as packed:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = ((mode if name == "audit.db" else stat.S_IFREG) | 0o777) << 16
            packed.writestr(entry, content)
    refused(path, "'audit.db' is no plain file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_file_twice(bundle: Path, tmp_path: Path) -> None:
    told_, members = taken_apart(bundle)
    path = put_together(tmp_path / "x", told_, members)
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("audit.db", members["audit.db"])
    refused(path, "is there twice")


def test_a_file_that_the_manifest_does_not_name(bundle: Path, tmp_path: Path) -> None:
    extra = f"shown/{'f' * 64}.jpg"

    def add(_: Manifest, members: Members) -> None:
        members[extra] = b"x"

    def drop(_: Manifest, members: Members) -> None:
        members.pop(next(name for name in members if name.startswith("shown/")))

    for change in (add, drop):
        path = altered(bundle, tmp_path / "x", change, honest=False)
        refused(path, "not those that its manifest names")


# ---------------------------------------------------------------------------------- bombs


def test_more_than_it_may_unpack_to(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(_: Manifest, members: Members) -> None:
        members["arrays/bomb.0123456789abcdef.npy"] = bytes(1 << 26)

    path = altered(bundle, tmp_path / "x", add)
    assert path.stat().st_size < 1 << 18
    refused(path, "it would unpack to")
    monkeypatch.setattr(container, "MAX_TOTAL", 10_000)
    refused(bundle, "it would unpack to")


def test_more_than_it_says(bundle: Path, tmp_path: Path) -> None:
    """The directory and the manifest say 1,000 bytes, the stream goes on."""
    path = tmp_path / "x"
    bomb, said = bytes(1 << 22), 1000
    told_, members = taken_apart(bundle)
    name = "arrays/bomb.0123456789abcdef.npy"
    rows = told(told_, {**members, name: bomb[:said]})
    put_together(path, rows, {**members, name: bomb})
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", 1 << 22), struct.pack("<L", said)))
    refused(path, "damaged|sha256")


def test_more_files_than_it_may_hold(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "MAX_MEMBERS", 3)
    refused(bundle, "it would hold 15 files")


def test_a_directory_that_counts_wrong(bundle: Path, tmp_path: Path) -> None:
    content = bytearray(bundle.read_bytes())
    for count in (1, 60_000):
        struct.pack_into("<HH", content, len(content) - 14, count, count)
        path = tmp_path / "x"
        path.write_bytes(content)
        refused(path, "damaged|would hold")


def test_files_that_lie_on_top_of_each_other(bundle: Path, tmp_path: Path) -> None:
    """Many entries that unpack the same bytes, as in the best of zip bombs."""
    told_, members = taken_apart(bundle)
    kernel = os.urandom(1 << 16)
    names = [f"arrays/{i}.0123456789abcdef.npy" for i in range(20)]
    path = put_together(tmp_path / "x", told(told_, members), members)
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(names[0], kernel)
        first = packed.getinfo(names[0])
        for name in names[1:]:
            entry = zipfile.ZipInfo(name)
            for field in ("header_offset", "compress_size", "file_size", "CRC"):
                setattr(entry, field, getattr(first, field))
            packed.filelist.append(entry)
    refused(path, "on top of each other")


def test_a_disk_without_room(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(StoreError, match="TMPDIR"), opened.opened(bundle, Silent()):
        pass


# --------------------------------------------------------------------------- what it says


def test_another_schema(bundle: Path, tmp_path: Path) -> None:
    for schema, said in (("0001", "an older Glowworm.*upgrade"), ("9999", "a newer Glowworm")):

        def change(told_: Manifest, _: Members, schema: str = schema) -> None:
            told_["schema"] = schema

        path = altered(bundle, tmp_path / "x", change)
        with pytest.raises(SchemaMismatch, match=said), opened.opened(path, Silent()):
            pass


def test_a_file_that_is_not_what_its_hash_says(bundle: Path, tmp_path: Path) -> None:
    def flip(_: Manifest, members: Members) -> None:
        name = next(name for name in members if ARRAY.fullmatch(name))
        members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])

    refused(altered(bundle, tmp_path / "x", flip, honest=False), "not what its sha256 says")


def test_a_manifest_that_is_none(bundle: Path, tmp_path: Path) -> None:
    def change(told_: Manifest, _: Members) -> None:
        told_["more"] = 1

    refused(altered(bundle, tmp_path / "x", change, honest=False), "other fields")
    with pytest.raises(StoreDamaged, match="other fields"):
        read_manifest(tmp_path / "x")


# ------------------------------------------------------------------------------- database


@pytest.mark.parametrize(
    "statement",
    [
        "create view model_view as select * from model",
        "create trigger t after insert on run begin delete from run; end",
        "create table extra (id integer)",
        "create index extra on run (command)",
        "alter table run add column extra text",
        "create virtual table extra using fts5(x)",
        "alter table finding rename to finding_",
    ],
)
def test_a_database_with_anything_else_in_it(bundle: Path, tmp_path: Path, statement: str) -> None:
    refused(with_sql(bundle, tmp_path / "x", statement), "tables or rules that are not")


def test_a_view_in_the_place_of_a_table(bundle: Path, tmp_path: Path) -> None:
    path = with_sql(
        bundle,
        tmp_path / "x",
        "alter table measure rename to hidden",
        "create view measure as with recursive n(i) as (select 1 union all select i from n) "
        "select * from hidden, n",
    )
    refused(path, "tables or rules that are not")


def test_a_database_that_wants_a_log(bundle: Path, tmp_path: Path) -> None:
    refused(with_sql(bundle, tmp_path / "x", "pragma journal_mode=wal"), "a log of its own")


def test_a_damaged_database(bundle: Path, tmp_path: Path) -> None:
    def no_database(_: Manifest, members: Members) -> None:
        members["audit.db"] = b"SQLite format 3\x00" + b"x" * 5000

    def damaged(_: Manifest, members: Members) -> None:
        content = bytearray(members["audit.db"])
        content[len(content) // 2 : len(content) // 2 + 20_000] = b"\xff" * 20_000
        members["audit.db"] = bytes(content)

    for change in (no_database, damaged):
        refused(altered(bundle, tmp_path / "x", change), "database")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update artifact set path = '../../etc/passwd'", "the file '../../etc/passwd'"),
        ("update artifact set path = '/etc/passwd'", "the file '/etc/passwd'"),
        ("update sae set directory = '../x'", "its autoencoder lies in '../x'"),
        ("update sae set directory = '/x'", "its autoencoder lies in '/x'"),
        ("update repair set path = '/etc/passwd'", "a repair lies in"),
        ("update image set path = '/etc/passwd' where id = 3", "an image lies in"),
        ("update image set path = 'a/../../b.png' where id = 3", "an image lies in"),
        ("update image set path = 'a\\..\\..\\b.png' where id = 3", "an image lies in"),
        ("update image set sha256 = '../../x' where id = 3", "has no sha256"),
        ("""update run set config = '{"images": "/home/x"}'""", "configuration names '/home/x'"),
        ("""update run set config = '{"a": [{"b": "~/x"}]}'""", "configuration names '~/x'"),
        ("""update model set spec = '{"checkpoint": "../x"}'""", "configuration names '../x'"),
        ("update run set config = 'no json'", "its database is damaged"),
        ("update run set config = '" + "[" * 50_000 + "'", "its database is damaged"),
        ("update image set path = x'ff00' where id = 3", "image.path that is no text"),
        ("update image set width = 'wide' where id = 3", "image.width that is no integer"),
        ("update finding set score = x'00'", "finding.score that is no real"),
        ("update thumbnail set jpeg = 'text' where image_id = 3", "jpeg that is no blob"),
        ("update thumbnail set jpeg = zeroblob(100000) where image_id = 3", "100,000 bytes"),
        ("update thumbnail set jpeg = x'00' where image_id = 3", "image 3 is no JPEG"),
        ("update artifact set dtype = '|O'", "not the array that the database says"),
        ("update artifact set shape = '[1]'", "not the array that the database says"),
        ("update alembic_version set version_num = '0001'", "another schema"),
        ("delete from alembic_version", "another schema"),
    ],
)  # fmt: skip
def test_rows_that_lead_elsewhere(bundle: Path, tmp_path: Path, statement: str, said: str) -> None:
    refused(with_sql(bundle, tmp_path / "x", statement), re.escape(said))


# --------------------------------------------------------------------- arrays and pictures


def saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def headed(header: str, body: bytes = b"") -> bytes:
    """A .npy file whose header is given."""
    text = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + body


@pytest.mark.parametrize(
    "content",
    [
        saved(np.array([{"a": print}], dtype=object)),
        saved(np.zeros((4, 4), np.float64)),
        saved(np.zeros((4, 5), np.float32)),
        saved(np.zeros((4, 4), np.float32))[:-1],
        saved(np.zeros((4, 4), np.float32)) + b"x",
        headed("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4)}"),
        headed("{'descr': '<f4', 'fortran_order': False, 'shape': (4, -4)}", b"x" * 64),
        headed("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 4)}"),
        headed("__import__('os').system('true')"),
        b"PK\x03\x04 an npz",
        b"",
    ],
)
def test_arrays_are_plain_numbers_of_the_shape_that_is_told(
    bundle: Path, tmp_path: Path, content: bytes
) -> None:
    def change(_: Manifest, members: Members) -> None:
        members[next(name for name in members if ARRAY.fullmatch(name))] = content

    refused(altered(bundle, tmp_path / "x", change), "array|npy|damaged")


def test_pictures_are_small_jpegs(bundle: Path, tmp_path: Path) -> None:
    large = io.BytesIO()
    Image.new("L", (4000, 8)).save(large, "JPEG")

    def picture(content: bytes) -> Callable[[Manifest, Members], None]:
        def change(_: Manifest, members: Members) -> None:
            members[next(name for name in members if name.startswith("shown/"))] = content

        return change

    for content in (b"<svg onload=alert(1)>", large.getvalue()):
        refused(altered(bundle, tmp_path / "x", picture(content)), "no JPEG of at most 720")
