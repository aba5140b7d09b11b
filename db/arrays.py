"""The arrays beside a store: where they lie, whether they are whole, reading them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from sqlalchemy import Engine, select

from db import layout
from db.errors import StoreDamaged, StoreError
from db.files import PARTIAL, sha256_of, write_array
from db.schema import Artifact

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_OURS = re.compile(rf".*(\.[0-9a-f]{{16}}\.npy|{re.escape(PARTIAL)})")  # never touch other files


def save_array(directory: Path, name: str, array: np.ndarray) -> dict[str, Any]:
    """Write an array under a name that carries its hash; returns the columns of its Artifact.

    The new file never takes the place of an old one with other content, so whoever reads the old
    one goes on undisturbed. Raises ValueError for a name that is no plain file name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"array name {name!r}: use letters, digits, '_', '-' and '.' only")
    folder = directory / layout.ARRAYS
    folder.mkdir(exist_ok=True)
    unnamed = folder / f".{name}.unnamed{PARTIAL}"
    sha256 = write_array(unnamed, array)
    path = unnamed.replace(folder / f"{name}.{sha256[:16]}.npy")
    return {
        "name": name,
        "path": path.relative_to(directory).as_posix(),
        "size": path.stat().st_size,
        "sha256": sha256,
        "dtype": array.dtype.str,
        "shape": list(array.shape),
    }


def register_file(directory: Path, path: Path) -> dict[str, Any]:
    """Columns of the Artifact for a file that a library wrote inside the audit's directory."""
    relative = path.resolve().relative_to(directory.resolve()).as_posix()
    return {
        "name": relative,
        "path": relative,
        "size": path.stat().st_size,
        "sha256": sha256_of(path),
        "dtype": None,
        "shape": None,
    }


def read_array(directory: Path, engine: Engine, name: str) -> np.ndarray:
    """Open an array read-only and memory-mapped.

    Raises StoreError where no stage made it, StoreDamaged where its file is gone or cut short;
    the hash is checked on resumption and by ``glowworm doctor``, not here.
    """
    with engine.connect() as connection:
        artifact = connection.execute(
            select(Artifact.path, Artifact.size, Artifact.dtype).where(Artifact.name == name)
        ).one_or_none()
    if artifact is None or artifact.dtype is None:
        raise StoreError(
            f"{directory} holds no array '{name}': its stage was skipped or has not run yet; "
            "go on with glowworm audit --resume"
        )
    path = directory / artifact.path
    if not path.resolve().is_relative_to(directory.resolve()):
        raise StoreDamaged(
            f"{directory} names an array outside of itself ({artifact.path}): do not trust it"
        )
    if not path.is_file() or path.stat().st_size != artifact.size:
        raise StoreDamaged(
            f"{path} is missing or cut short; make it again with glowworm audit --resume"
        )
    array = np.load(path, allow_pickle=False) if artifact.size < 4096 else _mapped(path)
    array.flags.writeable = False
    return array


_MAPPINGS: WeakValueDictionary[tuple[str, int, int], np.ndarray] = WeakValueDictionary()


def _mapped(path: Path) -> np.ndarray:
    """A file as memory, mapped once for all who hold it: what two mappings have read counts twice
    as resident memory."""
    status = path.stat()
    key = (str(path.resolve()), status.st_ino, status.st_mtime_ns)
    array = _MAPPINGS.get(key)
    if array is None:
        array = _MAPPINGS[key] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


@dataclass(frozen=True)
class Flaw:
    """A file of the store that is not what the store says."""

    path: Path
    stage: str
    what: str  # "is missing", "is cut short", "has been changed"


def flaw_of(directory: Path, artifact: Mapping[str, Any]) -> Flaw | None:
    """Compare a file with its Artifact, to the last byte; None where it is intact."""
    path = directory / artifact["path"]
    if not path.is_file():
        return Flaw(path, artifact["stage_name"], "is missing")
    if path.stat().st_size < artifact["size"]:
        return Flaw(path, artifact["stage_name"], "is cut short")
    if sha256_of(path) != artifact["sha256"]:
        return Flaw(path, artifact["stage_name"], "has been changed")
    return None


def remove_strays(directory: Path, engine: Engine) -> None:
    """Remove the arrays that no stage owns: what a crash or a stage done again left behind."""
    folder = directory / layout.ARRAYS
    if not folder.is_dir():
        return
    with engine.connect() as connection:
        owned = set(connection.scalars(select(Artifact.path)))
    for path in folder.iterdir():
        ours = _OURS.fullmatch(path.name) and path.is_file()
        if ours and path.relative_to(directory).as_posix() not in owned:
            path.unlink()
