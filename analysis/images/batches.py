"""Decoding ahead of the forward pass, and the forward pass of a batch."""

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64, UInt8

from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.split import Classifier
from analysis.errors import ModelError
from analysis.images.decode import Decoded, Unreadable, decode

TOP = 5
"""Predictions kept of each image."""


@dataclass(frozen=True)
class Outputs:
    """What the classifier says of a batch, in main memory."""

    features: Float32[np.ndarray, "images features"]
    top_classes: Int64[np.ndarray, "images ranks"]
    """The best classes, best first."""
    top_logits: Float32[np.ndarray, "images ranks"]
    top_probabilities: Float32[np.ndarray, "images ranks"]


def decode_ahead(
    paths: Iterable[Path], preprocessing: Preprocessing, *, workers: int, ahead: int
) -> Generator[Decoded | Unreadable, None, None]:
    """Decode in ``workers`` threads, at most ``ahead`` pictures early, in the order of ``paths``.

    Threads suffice: Pillow releases the interpreter's lock in decoding and resizing.
    """
    waiting: deque[Future[Decoded | Unreadable]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    try:
        for path in paths:
            waiting.append(pool.submit(_decode, path, preprocessing))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def forward(
    classifier: Classifier, pictures: Sequence[UInt8[np.ndarray, "height width 3"]]
) -> Outputs:
    """Features and best predictions of some pictures, not yet normalised.

    Raises:
        ModelError: a feature is not finite.
    """
    pixels = torch.from_numpy(np.stack(pictures)).to(classifier.device)
    features = classifier.features(classifier.preprocessing.normalize(pixels)).float()
    logits = classifier.head(features)
    top = logits.topk(min(TOP, classifier.num_classes))
    probabilities = logits.softmax(1).gather(1, top.indices)
    outputs = Outputs(
        *(part.cpu().numpy() for part in (features, top.indices, top.values, probabilities))
    )
    if not np.isfinite(outputs.features).all():
        raise ModelError(
            f"{classifier.spec.name} gives features that are not finite: check its weights and "
            "--mean and --std"
        )
    return outputs


def _decode(path: Path, preprocessing: Preprocessing) -> Decoded | Unreadable:
    try:
        return decode(path, preprocessing)
    except Unreadable as error:
        return error
