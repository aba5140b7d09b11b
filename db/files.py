"""Files that appear whole or not at all, and their hashes."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

PARTIAL = ".part"  # suffix of a file that is still being written


def sha256_of(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write; it takes the name ``path`` only when the block ends without an error.

    The bytes are on the disk before the name is, so a crash leaves the old file or the new one,
    and at worst a ``.part`` beside it. A file already at ``path`` is replaced.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        with partial.open("xb") as file:
            yield file
        publish(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, whole or not at all."""
    with whole_file(path) as file:
        file.write(content)


def write_array(path: Path, array: np.ndarray) -> str:
    """Write an array as ``.npy``, whole or not at all; returns the file's sha256.

    Raises ValueError for an array of Python objects: only plain numbers are stored.
    """
    with whole_file(path) as file:
        np.save(file, array, allow_pickle=False)
    return sha256_of(path)


def publish(partial: Path, path: Path) -> None:
    """Give a finished file its name, once its bytes are on the disk."""
    _sync(partial)
    partial.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
