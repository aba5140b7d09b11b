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
        Unreadable: an image is not there any more, or no picture.
        ModelError: a feature is not finite.
    """
    files = [paths[int(row)] for row in wanted[:, 0]]
    key = digest(
        classifier.weights_sha256,
        classifier.preprocessing.sha256,
        inspect.getsource(cues),
        repr(stamp(root, files)),
        wanted,
    )

    def make() -> np.ndarray:
        copies = _copies(classifier, root, files, wanted[:, 1].tolist(), workers, 2 * batch_size)
        parts = []
        with (
            progress.task("Looking at altered images", len(wanted)) as advance,
            quiet_pillow(),
            closing(copies),
        ):
            while batch := list(islice(copies, batch_size)):
                parts.append(pooled(classifier, batch).features)
                advance(len(batch))
        return np.concatenate(parts)

    return cached_array("canaries", key, make)


def _copies(
    classifier: Classifier,
    root: Path,
    files: Sequence[str],
    planted: Sequence[int],
    workers: int,
    ahead: int,
) -> Generator[cues.Pixels, None, None]:
    decoded = decode_ahead(
        (root / path for path in files), classifier.preprocessing, workers=workers, ahead=ahead
    )
    with closing(decoded):
        for picture, cue in zip(decoded, planted, strict=True):
            if isinstance(picture, Unreadable):
                raise picture
            yield cues.CUES[cue].plant(picture.pixels)
