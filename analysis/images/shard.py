"""Finished parts of an extraction, one file each, so that a stopped run goes on where it was."""

import zipfile
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from db.files import whole_file


@dataclass(frozen=True)
class Shard:
    """Some files of the list: what was read, and what was skipped. No Python objects inside."""

    positions: Int64[np.ndarray, " images"]
    """Of the images in the list of files."""
    features: Float32[np.ndarray, "_ features"]
    channels: Float32[np.ndarray, "_ channels"]
    """Means of a stage map's channels; no columns where none was wanted."""
    top_classes: Int64[np.ndarray, "images ranks"]
    top_logits: Float32[np.ndarray, "images ranks"]
    top_probabilities: Float32[np.ndarray, "images ranks"]
    sizes: Int64[np.ndarray, "images 2"]
    """Width and height, pixels."""
    sha256: np.ndarray
    """(images,) of 64 characters, of the files' bytes."""
    thumbnail_bytes: UInt8[np.ndarray, " bytes"]
    """The JPEGs one after another."""
    thumbnail_ends: Int64[np.ndarray, " images"]
    """Where each ends."""
    skipped: Int64[np.ndarray, " skipped"]
    """Positions of the files that could not be read."""
    reasons: np.ndarray
    """(skipped,) of text."""

    def thumbnails(self) -> list[bytes]:
        """The JPEGs of the images, in their order."""
        edges = pairwise([0, *self.thumbnail_ends.tolist()])
        return [self.thumbnail_bytes[start:end].tobytes() for start, end in edges]


_BULK = {
    "features": np.zeros((0, 0), np.float32),
    "channels": np.zeros((0, 0), np.float32),
    "thumbnail_bytes": np.zeros(0, np.uint8),
}
"""What makes a shard large, and what stands for it where it is left out."""


def write_shard(path: Path, shard: Shard) -> None:
    """Write a shard, whole or not at all."""
    arrays = {field.name: getattr(shard, field.name) for field in fields(Shard)}
    with whole_file(path) as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_shard(path: Path, *, bulk: bool = True) -> Shard | None:
    """Read a shard; None where there is none or it is damaged (the zip's checksums tell).

    Without ``bulk``, features, channels and thumbnails are left out.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = [field.name for field in fields(Shard)]
            read = {name: arrays[name] for name in names if bulk or name not in _BULK}
    except (FileNotFoundError, zipfile.BadZipFile, KeyError, ValueError, EOFError):
        return None
    return Shard(**(_BULK | read))


def read_pooled(
    path: Path, part: Literal["features", "channels"]
) -> Float32[np.ndarray, "images values"]:
    """The features of a shard alone, or its channels."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays[part]
