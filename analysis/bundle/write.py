"""An audit's directory made into one file."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.bundle import manifest
from analysis.bundle.manifest import LeftOut, Manifest, Member
from analysis.bundle.pictures import put_pictures
from analysis.bundle.private import places, without_places
from analysis.errors import UsageError
from analysis.progress import Progress
from db import layout
from db.copy import copy_database
from db.engine import reader_engine
from db.errors import StoreDamaged
from db.files import sha256_of, whole_file
from db.queries import overview
from db.queries.provenance import artifacts
from db.version import HEAD

_BLOCK = 1 << 20
_WORTH = 0.9  # what does not shrink to this is stored as it is
_DATE = (1980, 1, 1, 0, 0, 0)  # the same in every bundle
_MODE = 0o100644 << 16  # a plain file


@dataclass(frozen=True)
class Bundled:
    """A bundle that was made."""

    path: Path
    size: int
    manifest: Manifest
    pictures_missing: int
    """Of the images asked for, those whose files are gone, changed or no pictures any more."""


@dataclass(frozen=True)
class _Source:
    """A file that goes into the bundle."""

    member: Member
    file: Path


def write_bundle(
    directory: Path,
    target: Path,
    *,
    images: bool = False,
    force: bool = False,
    progress: Progress,
    created: datetime | None = None,
) -> Bundled:
    """Make the audit in ``directory`` one file, which appears whole or not at all.

    What the desk needs goes in: the database as it stands now, arrays, autoencoder. Text maps
    fitted without a fold, which only an audit needs, and edited heads stay out. Paths on this
    machine are cut to their last names (``analysis.bundle.private``).

    Args:
        images: put the pictures in at the size at which the desk shows them.
        force: replace a file that is there.
        created: the date in the manifest; now by default.

    Raises:
        StoreError: there is no audit, or its files are not what it says.
        UsageError: the file is there already, or cannot be written.
    """
    reader_engine(directory).dispose()
    if target.is_dir() or (target.exists() and not force):
        raise UsageError(f"{target} is there already: give another file to --out, or --force")
    with _writable(target), TemporaryDirectory(prefix=".bundle-", dir=target.parent) as scratch:
        work = Path(scratch)
        sources, left_out = _audited(directory, work)
        missing = put_pictures(directory, work, progress) if images else 0
        sources += _files(work, sorted(work.glob(f"{layout.SHOWN}/*.jpg")))
        made = Manifest(
            glowworm=metadata.version("glowworm"),
            schema=HEAD,
            model=_model(work),
            created=(created or datetime.now(UTC)).isoformat(timespec="seconds"),
            members=tuple(source.member for source in sources),
            left_out=tuple(left_out),
        )
        with whole_file(target) as file, zipfile.ZipFile(file, "w") as packed:
            packed.writestr(_entry(manifest.NAME, 0, True), made.to_bytes())
            total = sum(source.member.size for source in sources)
            with progress.task("Writing the bundle", total >> 20) as advance:
                for source in sources:
                    _put(packed, source)
                    advance(source.member.size >> 20)
    return Bundled(target, target.stat().st_size, made, missing)


@contextmanager
def _writable(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written ({error.strerror}): make room, or give another file to "
            "--out"
        ) from error


def _audited(directory: Path, work: Path) -> tuple[list[_Source], list[LeftOut]]:
    """The database, copied into ``work``, and the files of the audit that go in; what does not."""
    engine = reader_engine(directory)
    try:
        rows = artifacts(engine).to_dict("records")
        run = overview.last_run(engine)
    finally:
        engine.dispose()
    out = [
        row for row in rows if not manifest.may_be_member(row["path"]) or _of_a_fold(row["name"])
    ]
    known = places(run.config) if run is not None else set()
    copy_database(
        directory,
        layout.database(work),
        clean=partial(without_places, known=known),
        without=[row["name"] for row in out],
    )
    sources = _files(work, [layout.database(work)])
    for row in rows:
        if row not in out:
            member = Member(row["path"], row["size"], row["sha256"])
            sources.append(_Source(member, directory / row["path"]))
    return sources, [LeftOut(row["path"], row["size"]) for row in out]


def _of_a_fold(name: str) -> bool:
    """Whether an array is a text map that was fitted without some classes."""
    return name.startswith("text_map.") and name.rpartition(".")[2].startswith("fold")


def _files(work: Path, files: list[Path]) -> list[_Source]:
    return [
        _Source(
            Member(file.relative_to(work).as_posix(), file.stat().st_size, sha256_of(file)), file
        )
        for file in files
    ]


def _model(work: Path) -> str | None:
    """The classifier's name as the copy tells it."""
    engine = reader_engine(work)
    try:
        model = overview.model(engine)
    finally:
        engine.dispose()
    return None if model is None else model.name[:1000]


def _entry(path: str, size: int, deflated: bool) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    entry.external_attr = _MODE
    entry.create_system = 3
    entry.file_size = size
    return entry


def _put(packed: zipfile.ZipFile, source: _Source) -> None:
    """Copy a file in, and see that it is what the audit says."""
    member, digest = source.member, hashlib.sha256()
    try:
        with source.file.open("rb") as file:
            sample = file.read(_BLOCK)
            deflated = len(zlib.compress(sample)) <= _WORTH * len(sample)
            file.seek(0)
            with packed.open(_entry(member.path, member.size, deflated), "w") as into:
                while block := file.read(_BLOCK):
                    digest.update(block)
                    into.write(block)
    except FileNotFoundError as error:
        raise StoreDamaged(
            f"{source.file} is missing: wait until the audit ends, or make it again with glowworm "
            "audit --resume"
        ) from error
    if digest.hexdigest() != member.sha256:
        raise StoreDamaged(
            f"{source.file} has been changed: glowworm doctor says what is wrong with the audit, "
            "glowworm audit --resume makes it again"
        )
