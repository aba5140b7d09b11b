"""A bundle opened: unpacked within bounds into a directory of its own, which goes at the end."""

import hashlib
import math
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from analysis.bundle import manifest
from analysis.bundle.container import container, refusal
from analysis.bundle.manifest import Manifest, Member
from analysis.images.shown import LARGEST_SIDE, jpeg_size
from analysis.progress import Progress
from db.engine import Engine, reader_engine
from db.errors import SchemaMismatch, StoreDamaged, StoreError, StoreMissing
from db.foreign import require_our_schema, strange_rows
from db.queries.images import image_paths, thumbnails
from db.queries.provenance import artifacts
from db.version import HEAD, compare_with_head

_BLOCK = 1 << 20
_AT_ONCE = 500  # thumbnails held at once
_THUMBNAIL_SIDE = 256  # pixels; ours have 128
_NO_NAME = re.compile(r"[^\w.-]|^\.+")


@dataclass(frozen=True)
class Audit:
    """An audit to be read."""

    directory: Path
    bundled: bool
    """It was unpacked for this once: what is written there is lost."""


@contextmanager
def audit_at(path: Path, progress: Progress) -> Iterator[Audit]:
    """The audit in a directory, or in a bundle, which is unpacked while the block runs.

    Raises:
        StoreError: there is neither, or the bundle is not to be trusted.
    """
    if path.is_file():
        with opened(path, progress) as directory:
            yield Audit(directory, bundled=True)
    else:
        if not path.exists():
            raise StoreMissing(
                f"{path} is not there: give the directory of an audit (glowworm audit --out …) or "
                "a bundle of one"
            )
        yield Audit(path, bundled=False)


@contextmanager
def opened(bundle: Path, progress: Progress) -> Iterator[Path]:
    """The directory of the audit in a bundle, private to this user.

    Nothing that the bundle says is believed: sizes, counts and names are bounded, every file is
    compared with its sha256, the database must have our schema and be sound, arrays must be plain
    numbers of the shape that the database says, and no path leads out of the directory.

    Raises:
        SchemaMismatch: another Glowworm made it.
        StoreDamaged: it is damaged, or was made to do harm.
        StoreError: there is no room to unpack it.
    """
    with TemporaryDirectory(prefix="glowworm-") as scratch:
        directory = Path(scratch) / (_NO_NAME.sub("_", bundle.stem)[:80] or "audit")
        directory.mkdir()
        told = _unpack(bundle, directory, progress)
        try:
            _check(directory, told)
        except StoreError as error:
            raise refusal(bundle, str(error)) from error
        except Exception as error:  # a stranger's rows can raise anything where they are read
            raise refusal(bundle, f"its database is damaged ({type(error).__name__})") from error
        yield directory


def read_manifest(bundle: Path) -> Manifest:
    """What a bundle says of itself; StoreDamaged where it is none."""
    with container(bundle) as packed:
        return _manifest(bundle, packed)


def _manifest(bundle: Path, packed: zipfile.ZipFile) -> Manifest:
    try:
        with packed.open(manifest.NAME) as member:
            return manifest.parse(member.read(manifest.MAX_BYTES + 1))
    except StoreDamaged as error:
        raise refusal(bundle, str(error)) from error
    except zlib.error as error:
        raise refusal(bundle, "it is damaged") from error


def _unpack(bundle: Path, directory: Path, progress: Progress) -> Manifest:
    with container(bundle) as packed:
        told = _manifest(bundle, packed)
        _require_schema(bundle, told)
        sizes = {entry.filename: entry.file_size for entry in packed.infolist()[1:]}
        if sizes != {member.path: member.size for member in told.members}:
            raise refusal(bundle, "its files are not those that its manifest names")
        total = sum(sizes.values())
        if total > shutil.disk_usage(directory).free:
            raise StoreError(
                f"{bundle} unpacks to {total >> 20:,} MiB, for which {directory.parent.parent} has "
                "no room: make room there, or set TMPDIR to another place"
            )
        with progress.task("Opening the bundle", total >> 20) as advance:
            for member in told.members:
                _extract(bundle, packed, member, directory / member.path)
                advance(member.size >> 20)
    return told


def _require_schema(bundle: Path, told: Manifest) -> None:
    if told.schema == HEAD:
        return
    newer = compare_with_head(told.schema) == "newer"
    raise SchemaMismatch(
        f"{bundle} was made by {'a newer' if newer else 'an older'} Glowworm (schema "
        f"{told.schema[:20]!a}, here {HEAD}): "
        + (
            "install a newer Glowworm to open it"
            if newer
            else "ask whoever made it to run glowworm upgrade and to bundle it again"
        )
    )


def _extract(bundle: Path, packed: zipfile.ZipFile, member: Member, target: Path) -> None:
    """Unpack one file, counted and hashed as it is read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with packed.open(member.path) as source, target.open("xb") as into:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > member.size:
                    raise refusal(bundle, f"{member.path} is larger than it says")
                digest.update(block)
                into.write(block)
    except zlib.error as error:
        raise refusal(bundle, f"{member.path} is damaged") from error
    if size != member.size or digest.hexdigest() != member.sha256:
        raise refusal(bundle, f"{member.path} is not what its sha256 says")


def _check(directory: Path, told: Manifest) -> None:
    """Raise StoreDamaged, or ValueError, for what no Glowworm would have written."""
    require_our_schema(directory)
    engine = reader_engine(directory)
    try:
        for what in strange_rows(engine, {member.path for member in told.members}):
            raise StoreDamaged(what)
        _check_thumbnails(engine)
        for row in artifacts(engine).to_dict("records"):
            if row["dtype"] is not None:
                _check_array(directory / row["path"], row["dtype"], row["shape"])
    finally:
        engine.dispose()
    for member in told.members:
        if member.path.startswith("shown/"):
            content = (directory / member.path).read_bytes()
            _check_picture(content, member.path, LARGEST_SIDE)


def _check_array(path: Path, dtype: str, shape: list[int]) -> None:
    """By its header: plain numbers, of the type and shape that the database says, no more."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if read is None:
            raise StoreDamaged(f"{path.name} is no plain array")
        found_shape, _, found = read(file)
        length = file.tell() + math.prod(found_shape) * found.itemsize
    if found.kind not in "biuf" or found.str != dtype or list(found_shape) != shape:
        raise StoreDamaged(f"{path.name} is not the array that the database says")
    if length != path.stat().st_size:
        raise StoreDamaged(f"{path.name} is longer or shorter than its shape")


def _check_thumbnails(engine: Engine) -> None:
    ids = list(image_paths(engine))
    for start in range(0, len(ids), _AT_ONCE):
        for image, jpeg in thumbnails(engine, ids[start : start + _AT_ONCE]).items():
            _check_picture(jpeg, f"the thumbnail of image {image}", _THUMBNAIL_SIDE)


def _check_picture(content: bytes, what: str, largest: int) -> None:
    """By its header: a JPEG that is no bomb for whoever looks at it."""
    size = jpeg_size(content)
    if size is None or max(size) > largest:
        raise StoreDamaged(f"{what} is no JPEG of at most {largest} pixels")
