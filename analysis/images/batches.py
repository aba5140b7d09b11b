"""Decoding ahead of the forward pass, and the forward pass of a batch."""

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64, UInt8
from torch import Tensor

from analysis.classifier.positions import Positions, channel_means
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.split import Classifier
from analysis.errors import ModelError
from analysis.images.decode import Decoded, Unreadable, decode

CHUNK = 8
"""Pictures a thread decodes in one go."""
TOP = 5
"""Predictions kept of each image."""


@dataclass(frozen=True)
class Predictions:
    """The best classes of each image, best first."""

    classes: Int64[np.ndarray, "images ranks"]
    logits: Float32[np.ndarray, "images ranks"]
    probabilities: Float32[np.ndarray, "images ranks"]


def decode_ahead(
    paths: Iterable[Path], preprocessing: Preprocessing, *, workers: int, ahead: int
) -> Generator[Decoded | Unreadable, None, None]:
    """Decode in ``workers`` threads, at most ``ahead`` pictures early, in the order of ``paths``.

    Threads suffice: Pillow releases the interpreter's lock in decoding and resizing. They take a
    few pictures at a time, because waking a thread costs as much as decoding a small picture.
    """
    remaining = iter(paths)
    waiting: deque[Future[list[Decoded | Unreadable]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    try:
        while chunk := list(islice(remaining, CHUNK)):
            waiting.append(pool.submit(_decode, chunk, preprocessing))
            if len(waiting) * CHUNK >= ahead:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Pooled:
    """What one forward pass leaves of some pictures, in main memory."""

    features: Float32[np.ndarray, "images features"]
    channels: Float32[np.ndarray, "images channels"]
    """Means of the stage map's channels over its positions; no columns where none is wanted."""


def pooled(
    classifier: Classifier,
    pictures: Sequence[UInt8[np.ndarray, "height width 3"]],
    stage: Positions | None = None,
) -> Pooled:
    """Features of some pictures, not yet normalised, and the means of the channels of ``stage``.

    Raises:
        ModelError: a feature or a channel is not finite.
    """
    pixels = classifier.preprocessing.normalize(as_batch(pictures).to(classifier.device))
    if stage is None:
        features = classifier.features(pixels)
        channels = features.new_zeros((len(features), 0))
    else:
        features, maps = stage.with_features(pixels)
        channels = channel_means(maps)
    return Pooled(_finite(classifier, features), _finite(classifier, channels))


def as_batch(
    pictures: Sequence[UInt8[np.ndarray, "height width 3"]],
) -> UInt8[Tensor, "images height width 3"]:
    """Decoded pictures in one tensor."""
    return torch.from_numpy(np.stack(pictures))


def _finite(
    classifier: Classifier, values: Float[Tensor, "images values"]
) -> Float32[np.ndarray, "images values"]:
    """In main memory; ModelError where a value is not finite."""
    result = values.float().cpu().numpy()
    if not np.isfinite(result).all():
        raise ModelError(
            f"{classifier.spec.name} gives features that are not finite: check its weights, and "
            "--mean and --std"
        )
    return result


def predict(
    classifier: Classifier, features: Float32[np.ndarray, "images features"]
) -> Predictions:
    """The five best classes of each image, or all where there are fewer."""
    logits = classifier.head(torch.from_numpy(features).to(classifier.device))
    top = logits.topk(min(TOP, classifier.num_classes))
    probabilities = logits.softmax(1).gather(1, top.indices)
    parts = (top.indices, top.values, probabilities)
    return Predictions(*(part.cpu().numpy() for part in parts))


def _decode(paths: Sequence[Path], preprocessing: Preprocessing) -> list[Decoded | Unreadable]:
    return [_decode_one(path, preprocessing) for path in paths]


def _decode_one(path: Path, preprocessing: Preprocessing) -> Decoded | Unreadable:
    try:
        return decode(path, preprocessing)
    except Unreadable as error:
        return error
