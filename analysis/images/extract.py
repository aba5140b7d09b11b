"""Features, predictions and thumbnails of many pictures, in batches, resumable.

Each ``SHARD_IMAGES`` files make a shard on disk, so memory stays flat in the number of images but
for their paths and hashes, and a stopped run goes on where it was.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from analysis.classifier.positions import Positions
from analysis.classifier.split import Classifier
from analysis.images.batches import Pooled, decode_ahead, pooled, predict
from analysis.images.decode import Decoded, Unreadable, quiet_pillow
from analysis.images.extraction import Extraction, assemble
from analysis.images.folder import ImageFile, stamp
from analysis.images.shard import Shard, read_shard, write_shard
from analysis.progress import Advance, Progress, Silent

SHARD_IMAGES = 256
"""Files in a shard: what a stopped run loses at most, and the largest batch."""
_LAYOUT = 2
"""Part of the key of shards; raised when what a shard holds changes its meaning."""

Picture = tuple[int, Decoded | Unreadable]
"""A file's position in the list, and what decoding gave."""


def extract(
    classifier: Classifier,
    root: Path,
    files: Sequence[ImageFile],
    *,
    work_dir: Path,
    batch_size: int = 32,
    workers: int = 2,
    stage: Positions | None = None,
    progress: Progress | None = None,
) -> Extraction:
    """Read ``files`` below ``root`` and take their features.

    ``stage`` is a map of the classifier whose channels' means are wanted too.

    Shards lie in a directory of ``work_dir`` named by a hash of the weights, the preprocessing and
    the files (path, size, time of change), so a stopped run goes on and a changed one starts anew.

    Raises:
        InputError: none of the files can be read as a picture.
        ModelError: a feature is not finite.
    """
    directory = work_dir / _key(classifier, root, files, stage)
    directory.mkdir(parents=True, exist_ok=True)
    shards = {
        directory / f"shard-{start // SHARD_IMAGES:06d}.npz": _positions(start, files)
        for start in range(0, len(files), SHARD_IMAGES)
    }
    bar = (progress or Silent()).task("Reading images", len(files))
    with bar as advance, quiet_pillow():
        missing = {path: part for path, part in shards.items() if read_shard(path) is None}
        wanted = [i for part in missing.values() for i in part]
        advance(len(files) - len(wanted))
        decoded = decode_ahead(
            (root / files[i].path for i in wanted),
            classifier.preprocessing,
            workers=workers,
            ahead=2 * max(batch_size, workers),
        )
        with closing(decoded):
            pictures = zip(wanted, decoded, strict=True)
            for path, part in missing.items():
                of_shard = islice(pictures, len(part))
                write_shard(path, _shard(classifier, stage, of_shard, batch_size, advance))
    return assemble(files, tuple(shards), directory)


def _positions(start: int, files: Sequence[ImageFile]) -> range:
    """Of the files in the shard that begins at ``start``."""
    return range(start, min(start + SHARD_IMAGES, len(files)))


def _key(
    classifier: Classifier, root: Path, files: Sequence[ImageFile], stage: Positions | None
) -> str:
    """Hash of everything that a shard's content depends on."""
    parts = (
        _LAYOUT,
        SHARD_IMAGES,
        classifier.spec.name,
        repr(classifier.spec.model_args),
        classifier.weights_sha256,
        classifier.preprocessing.sha256,
        0 if stage is None else stage.width,
        stamp(root, (file.path for file in files)),
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is kept of a picture once its pixels are gone."""

    position: int
    sha256: str
    size: tuple[int, int]
    thumbnail: bytes


def _shard(
    classifier: Classifier,
    stage: Positions | None,
    pictures: Iterator[Picture],
    batch_size: int,
    advance: Advance,
) -> Shard:
    """Run the classifier over one shard's pictures."""
    kept: list[_Kept] = []
    skipped: list[tuple[int, str]] = []
    batches = [_nothing(classifier, stage)]
    while batch := list(islice(pictures, batch_size)):
        readable = [(i, picture) for i, picture in batch if isinstance(picture, Decoded)]
        skipped += [(i, picture.reason) for i, picture in batch if isinstance(picture, Unreadable)]
        kept += [_Kept(i, x.sha256, (x.width, x.height), x.thumbnail) for i, x in readable]
        if readable:
            batches.append(pooled(classifier, [x.pixels for _, x in readable], stage))
        advance(len(batch))
    features = np.concatenate([batch.features for batch in batches])
    predictions = predict(classifier, features)
    return Shard(
        positions=np.array([one.position for one in kept], np.int64),
        features=features,
        channels=np.concatenate([batch.channels for batch in batches]),
        top_classes=predictions.classes,
        top_logits=predictions.logits,
        top_probabilities=predictions.probabilities,
        sizes=np.array([one.size for one in kept], np.int64).reshape(-1, 2),
        sha256=np.array([one.sha256 for one in kept], "U64"),
        thumbnail_bytes=np.frombuffer(b"".join(one.thumbnail for one in kept), np.uint8),
        thumbnail_ends=np.cumsum([len(one.thumbnail) for one in kept], dtype=np.int64),
        skipped=np.array([i for i, _ in skipped], np.int64),
        reasons=np.array([reason for _, reason in skipped], np.str_),
    )


def _nothing(classifier: Classifier, stage: Positions | None) -> Pooled:
    """What no picture leaves, in the right widths."""
    widths = classifier.feature_dim, 0 if stage is None else stage.width
    return Pooled(*(np.zeros((0, width), np.float32) for width in widths))
