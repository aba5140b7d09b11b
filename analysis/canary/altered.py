"""Features of altered copies of images; the copies live in memory, a batch at a time."""

import inspect
from collections.abc import Generator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from analysis.cache import cached_array, digest
from analysis.canary import cues
from analysis.classifier.split import Classifier
from analysis.images.batches import decode_ahead, pooled
from analysis.images.decode import Unreadable, quiet_pillow
from analysis.images.folder import stamp
from analysis.progress import Progress

TOGETHER = 256
"""Copies that are kept in the cache as one: what a stopped run loses at most."""


def altered_features(
    classifier: Classifier,
    root: Path,
    paths: Sequence[str],
    wanted: Int[np.ndarray, "altered 2"],
    *,
    batch_size: int,
    workers: int,
    progress: Progress,
) -> Float[np.ndarray, "altered features"]:
    """The classifier's features of each wanted (row of ``paths``, cue), in that order.

    Kept in the cache: a copy is made and looked at once.

    Raises:
        InputError: an image is not there any more, or no picture.
        ModelError: a feature is not finite.
    """
    parts = [np.zeros((0, classifier.feature_dim), np.float32)]
    with progress.task("Looking at altered images", len(wanted)) as advance, quiet_pillow():
        for start in range(0, len(wanted), TOGETHER):
            some = wanted[start : start + TOGETHER]
            files = [paths[int(row)] for row in some[:, 0]]
            key = digest(
                classifier.weights_sha256,
                classifier.preprocessing.sha256,
                inspect.getsource(cues),
                stamp(root, files),
                some[:, 1],
            )

            def make(files: list[str] = files, some: np.ndarray = some) -> np.ndarray:
                copies = _copies(classifier, root, files, some[:, 1], workers, 2 * batch_size)
                with closing(copies):
                    batches = iter(lambda: list(islice(copies, batch_size)), [])
                    return np.concatenate([pooled(classifier, one).features for one in batches])

            parts.append(cached_array("canaries", key, make))
            advance(len(some))
    return np.concatenate(parts)


def _copies(
    classifier: Classifier,
    root: Path,
    files: Sequence[str],
    planted: Int[np.ndarray, " altered"],
    workers: int,
    ahead: int,
) -> Generator[cues.Pixels, None, None]:
    decoded = decode_ahead(
        (root / path for path in files), classifier.preprocessing, workers=workers, ahead=ahead
    )
    with closing(decoded):
        for picture, cue in zip(decoded, planted.tolist(), strict=True):
            if isinstance(picture, Unreadable):
                raise picture
            yield cues.CUES[cue].plant(picture.pixels)
