"""What was read from a folder of pictures, put together from its shards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64

from analysis.errors import InputError
from analysis.images.folder import ImageFile
from analysis.images.shard import Shard, read_pooled, read_shard
from db.files import whole_file


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image that was read."""

    path: str
    """Below the root, with forward slashes."""
    sha256: str
    """Of the file's bytes."""
    width: int
    """Of the whole picture, pixels."""
    height: int
    class_id: int | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be read as an image, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Extraction:
    """Everything read from a folder; row ``i`` of every part is the same image."""

    features: Float32[np.ndarray, "images features"]
    """A read-only map of a file in the working directory."""
    channels: Float32[np.ndarray, "images channels"] | None
    """Likewise; None where no stage map was asked for."""
    rows: tuple[ImageRow, ...]
    top_classes: Int64[np.ndarray, "images ranks"]
    """The best classes of each image, best first; five, or all where there are fewer."""
    top_logits: Float32[np.ndarray, "images ranks"]
    top_probabilities: Float32[np.ndarray, "images ranks"]
    skipped: tuple[Skipped, ...]
    shards: tuple[Path, ...]

    def thumbnails(self) -> Iterator[bytes]:
        """JPEGs in the order of the rows, read shard by shard."""
        for path in self.shards:
            yield from _read(path, bulk=True).thumbnails()

    @property
    def accuracy(self) -> float | None:
        """Share of labelled images whose best class is their own; None without labels."""
        hits = [
            row.class_id == best
            for row, best in zip(self.rows, self.top_classes[:, 0].tolist(), strict=True)
            if row.class_id is not None
        ]
        return sum(hits) / len(hits) if hits else None


def assemble(files: Sequence[ImageFile], shards: Sequence[Path], directory: Path) -> Extraction:
    """Put finished shards together; features, and channels, go into a file in ``directory``.

    Raises:
        InputError: no file at all could be read.
    """
    light = [_read(path, bulk=False) for path in shards]
    rows = tuple(row for shard in light for row in _rows(shard, files))
    skipped = tuple(skip for shard in light for skip in _skipped(shard, files))
    if not rows:
        example = f" ({skipped[0].path}: {skipped[0].reason})" if skipped else ""
        raise InputError(
            f"none of {len(files)} images can be read{example}: give other files to --images"
        )
    has_channels = read_pooled(shards[0], "channels").shape[1] > 0
    return Extraction(
        features=_join(shards, "features", len(rows), directory),
        channels=_join(shards, "channels", len(rows), directory) if has_channels else None,
        rows=rows,
        top_classes=np.concatenate([shard.top_classes for shard in light]),
        top_logits=np.concatenate([shard.top_logits for shard in light]),
        top_probabilities=np.concatenate([shard.top_probabilities for shard in light]),
        skipped=skipped,
        shards=tuple(shards),
    )


def _read(path: Path, *, bulk: bool) -> Shard:
    shard = read_shard(path, bulk=bulk)
    if shard is None:
        raise InputError(f"{path} is gone or damaged: run the command again")
    return shard


def _rows(shard: Shard, files: Sequence[ImageFile]) -> Iterator[ImageRow]:
    for i, sha256, (width, height) in zip(
        shard.positions.tolist(), shard.sha256.tolist(), shard.sizes.tolist(), strict=True
    ):
        yield ImageRow(files[i].path, sha256, width, height, files[i].class_id)


def _skipped(shard: Shard, files: Sequence[ImageFile]) -> Iterator[Skipped]:
    for i, reason in zip(shard.skipped.tolist(), shard.reasons.tolist(), strict=True):
        yield Skipped(files[i].path, reason)


def _join(
    shards: Sequence[Path], part: Literal["features", "channels"], images: int, directory: Path
) -> Float32[np.ndarray, "images values"]:
    """Append the shards' rows to one ``.npy``, one shard in memory at a time; map it."""
    target = directory / f"{part}.npy"
    width = read_pooled(shards[0], part).shape[1]
    header = {"descr": "<f4", "fortran_order": False, "shape": (images, width)}
    with whole_file(target) as file:
        np.lib.format.write_array_header_1_0(file, header)
        for path in shards:
            file.write(np.ascontiguousarray(read_pooled(path, part), "<f4").data)
    return np.load(target, mmap_mode="r", allow_pickle=False)
