"""The zip file of a bundle, measured before anything of it is unpacked.

``zipfile`` reads a whole central directory, however large it says it is, and trusts what it says
of sizes and names. So the end of the file is read first, by hand, and held to bounds; then every
entry. A bundle is a plain zip as ``analysis.bundle.write`` makes it: no comment, nothing before or
after it, files only, stored or deflated, the manifest first.
"""

import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.bundle import manifest
from db.errors import StoreDamaged

MAX_TOTAL = 64 << 30
"""Bytes of all members together once they are unpacked."""
MAX_RATIO = 200
"""So many times larger than the file they may be; real bundles stay below 10."""
_MAX_ENTRY = 256  # bytes of an entry in the directory; names are at most some 140 long
_ENTRY_SIZE = 46  # … without its name
# The end of a zip file: signature, disks, entries, length and place of the directory, comment
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")  # the same for what is large, found by a locator
_LOCATOR_SIZE = 20
_TAIL = _END.size + _LOCATOR_SIZE + _END64.size


def refusal(bundle: Path, what: str) -> StoreDamaged:
    """Why a bundle is not opened, with the fix."""
    return StoreDamaged(
        f"{bundle} cannot be opened: {what}; ask whoever made it for a new one (glowworm bundle)"
    )


@contextmanager
def container(bundle: Path) -> Iterator[zipfile.ZipFile]:
    """The open zip file of a bundle, its entries within bounds; StoreDamaged where they are not,
    and for what ``zipfile`` finds wrong while the block reads it.
    """
    try:
        _check_end(bundle)
        with zipfile.ZipFile(bundle) as opened:
            _check_entries(bundle, opened.infolist())
            yield opened
    except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise refusal(bundle, "it is damaged or no zip file") from error
    except OSError as error:
        raise StoreDamaged(
            f"{bundle} cannot be unpacked ({error.strerror or error}): copy it again, or make room"
        ) from error


def _check_end(bundle: Path) -> None:
    """The directory's place and length and the number of its entries, before it is read."""
    size = bundle.stat().st_size
    with bundle.open("rb") as file:
        file.seek(max(0, size - _TAIL))
        tail = file.read(_TAIL)
        if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
            raise refusal(bundle, "it is no bundle, or it was cut short")
        _, _, _, _, entries, length, offset, comment = _END.unpack(tail[-_END.size :])
        end = size - _END.size
        large = tail[: -_END.size]
        if large[-_LOCATOR_SIZE:][:4] == b"PK\x06\x07":  # beyond 4 GiB or 65,535 files
            end -= _LOCATOR_SIZE + _END64.size
            if len(tail) < _TAIL or large[:4] != b"PK\x06\x06":
                raise refusal(bundle, "its directory is damaged")
            *_, entries, length, offset = _END64.unpack(large[: _END64.size])
        if comment or offset + length != end:
            raise refusal(bundle, "it holds more than a bundle does")
        if entries > manifest.MAX_MEMBERS + 1 or length > _MAX_ENTRY * entries:
            raise refusal(bundle, f"it would hold {entries:,} files, more than a bundle may")
        file.seek(offset)
        if _count(file.read(length)) != entries:
            raise refusal(bundle, "its directory is damaged")


def _count(directory: bytes) -> int:
    """How many entries a directory really has."""
    place = count = 0
    while place + _ENTRY_SIZE <= len(directory):
        place += _ENTRY_SIZE + sum(struct.unpack_from("<3H", directory, place + 28))
        count += 1
    return count


def _check_entries(bundle: Path, entries: list[zipfile.ZipInfo]) -> None:
    if not entries or entries[0].filename != manifest.NAME:
        raise refusal(bundle, "it does not begin with a manifest")
    if entries[0].file_size > manifest.MAX_BYTES:
        raise refusal(bundle, "its manifest is too large")
    known: set[str] = set()
    for entry in entries:
        what = _flaw(entry)
        if what is None and entry.filename.casefold() in known:
            what = "is there twice"
        if what is not None:
            raise refusal(bundle, f"its file {entry.orig_filename[:100]!a} {what}")
        known.add(entry.filename.casefold())
    packed = sum(entry.compress_size for entry in entries)
    total, size = sum(entry.file_size for entry in entries), bundle.stat().st_size
    if packed > size:
        raise refusal(bundle, "its files lie on top of each other")
    if total > MAX_TOTAL or total > MAX_RATIO * size:
        raise refusal(bundle, f"it would unpack to {total:,} bytes, more than a bundle may")


def _flaw(entry: zipfile.ZipInfo) -> str | None:
    """What is wrong with an entry by itself."""
    name, mode = entry.filename, entry.external_attr >> 16
    if name != entry.orig_filename or not (name == manifest.NAME or manifest.may_be_member(name)):
        return "has a name that no file of a bundle has"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or entry.external_attr & 0x10:
        return "is no plain file"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that bundles are not"
    if entry.compress_type == zipfile.ZIP_STORED and entry.compress_size != entry.file_size:
        return "has two sizes"
    return None
