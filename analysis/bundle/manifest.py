"""The manifest of a bundle: its first member, which names all others."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from db.errors import StoreDamaged

FORMAT = "glowworm bundle"
VERSION = 1
NAME = "manifest.json"
DATABASE = "audit.db"
MAX_BYTES = 64 << 20
MAX_MEMBERS = 200_000
_MEMBER = re.compile(
    r"audit\.db"
    r"|arrays/[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.[0-9a-f]{16}\.npy"
    r"|sae/[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(cfg\.json|(sae_weights|centring)\.safetensors)"
    r"|shown/[0-9a-f]{64}\.jpg",
    re.ASCII,
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KEYS = {"format", "version", "glowworm", "schema", "model", "created", "members", "left_out"}
_TEXTS = ("glowworm", "schema", "created")


@dataclass(frozen=True)
class Member:
    """A file in a bundle."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class LeftOut:
    """What the audit's directory holds and its bundle does not."""

    path: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a bundle holds, what it was made of, and by what."""

    glowworm: str
    schema: str
    model: str | None
    created: str
    """ISO 8601, UTC. The only thing in which two bundles of the same audit differ."""
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]

    def to_bytes(self) -> bytes:
        """The manifest as it stands in the bundle."""
        content = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(content, indent=1, ensure_ascii=True).encode() + b"\n"


def may_be_member(path: str) -> bool:
    """Whether a bundle may hold a file of this name beside its manifest: nothing else is opened."""
    return _MEMBER.fullmatch(path) is not None


def parse(content: bytes) -> Manifest:
    """Read a manifest that a stranger wrote; StoreDamaged where anything is not as expected."""
    if len(content) > MAX_BYTES:
        raise StoreDamaged(f"its manifest is larger than {MAX_BYTES >> 20} MiB")
    try:
        read = json.loads(
            content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise StoreDamaged("its manifest is no JSON") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT:
        raise StoreDamaged("its manifest is not one of Glowworm's")
    if read.get("version") != VERSION:
        raise StoreDamaged(f"it has version {read.get('version')!r} of the format, not {VERSION}")
    if set(read) != _KEYS:
        raise StoreDamaged("its manifest has other fields than it should")
    texts = [read[key] for key in _TEXTS] + ([] if read["model"] is None else [read["model"]])
    if not all(isinstance(text, str) and len(text) <= 1000 for text in texts):
        raise StoreDamaged("its manifest holds a field that is no text")
    return Manifest(
        **{key: read[key] for key in (*_TEXTS, "model")},
        members=tuple(_members(read["members"])),
        left_out=tuple(LeftOut(**row) for row in _rows(read["left_out"], {"path", "size"})),
    )


def _members(rows: Any) -> Iterable[Member]:
    known: set[str] = set()
    for row in _rows(rows, {"path", "size", "sha256"}):
        path, sha256 = row["path"], row["sha256"]
        if not may_be_member(path):
            raise StoreDamaged(f"it holds {path[:100]!a}, which no bundle holds")
        if path.casefold() in known:
            raise StoreDamaged(f"it holds {path} twice")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise StoreDamaged(f"its manifest gives no sha256 of {path}")
        known.add(path.casefold())
        yield Member(path, row["size"], sha256)
    if DATABASE not in known:
        raise StoreDamaged("it holds no audit.db")


def _rows(rows: Any, keys: set[str]) -> Iterable[dict[str, Any]]:
    if not isinstance(rows, list) or len(rows) > MAX_MEMBERS:
        raise StoreDamaged(f"its manifest is no list of at most {MAX_MEMBERS:,} members")
    for row in rows:
        if not isinstance(row, dict) or set(row) != keys or not isinstance(row["path"], str):
            raise StoreDamaged("its manifest holds a member that is none")
        if type(row["size"]) is not int or not 0 <= row["size"] < 1 << 62:
            raise StoreDamaged("its manifest gives a size that is none")
        yield row


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StoreDamaged("its manifest names a field twice")
    return found


def _no_number(text: str) -> float:
    raise StoreDamaged(f"its manifest holds {text}, which is no number")
