"""What feature extraction costs beyond bare decoding and a bare forward pass."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch
from jaxtyping import UInt8
from PIL import Image
from torch import Tensor

from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.split import Classifier
from analysis.images.extract import extract
from analysis.images.folder import ImageFile, list_images
from analysis.progress import Progress, Silent

MOST_IMAGES = 2000
"""Pictures measured; they lie in memory for the bare forward pass."""


@dataclass(frozen=True)
class FeatureBench:
    """Medians over interleaved repeats, seconds."""

    images: int
    repeats: int
    decoding: float
    """Opening, decoding, resizing and cropping in a pool of as many threads; nothing kept."""
    forward: float
    """Normalising and the model's forward pass on pictures that lie in memory."""
    extraction: float
    """``extract``: both, and thumbnails, hashes, predictions, shards, one file of features."""
    ratio_to_sum: float
    """Median over the repeats of extraction / (decoding + forward)."""
    ratio_to_larger: float
    """Median over the repeats of extraction / the larger of the two."""

    def rows(self) -> list[dict[str, object]]:
        """A table: what, seconds, share of the extraction."""
        seconds = {
            "bare decoding": self.decoding,
            "bare forward pass": self.forward,
            "extraction": self.extraction,
        }
        rows = [{"what": what, "seconds": value, "ratio": None} for what, value in seconds.items()]
        rows.append({"what": "extraction / sum", "seconds": None, "ratio": self.ratio_to_sum})
        rows.append({"what": "extraction / larger", "seconds": None, "ratio": self.ratio_to_larger})
        return rows


def measure_features(
    classifier: Classifier,
    root: Path,
    *,
    repeats: int = 3,
    batch_size: int = 32,
    workers: int = 2,
    progress: Progress | None = None,
) -> FeatureBench:
    """Measure on the pictures below ``root``: each repeat times all three, in turning order.

    Raises:
        InputError: ``root`` holds no readable pictures.
    """
    files = list_images(root, {}).files[:MOST_IMAGES]
    pictures = _decode(root, files, classifier.preprocessing, workers)
    _forward(classifier, pictures[:batch_size], batch_size)  # warm up

    def extraction() -> None:
        with tempfile.TemporaryDirectory() as directory:
            work_dir = Path(directory)
            extract(
                classifier, root, files, work_dir=work_dir, batch_size=batch_size, workers=workers
            )

    tasks: list[Callable[[], object]] = [
        lambda: _decode(root, files, classifier.preprocessing, workers),
        lambda: _forward(classifier, pictures, batch_size),
        extraction,
    ]
    times: list[list[float]] = [[], [], []]
    with (progress or Silent()).task("Measuring", repeats * len(tasks)) as advance:
        for repeat in range(repeats):
            for i in range(len(tasks)):
                which = (i + repeat) % len(tasks)
                times[which].append(_seconds(tasks[which]))
                advance(1)
    return _summary(len(files), times)


def bench_features(
    classifier: Classifier, root: Path, *, repeats: int = 3, progress: Progress | None = None
) -> list[dict[str, object]]:
    """The table of ``measure_features``."""
    return measure_features(classifier, root, repeats=repeats, progress=progress).rows()


def _summary(images: int, times: list[list[float]]) -> FeatureBench:
    decoding, forward, extraction = times
    triples = list(zip(decoding, forward, extraction, strict=True))
    return FeatureBench(
        images=images,
        repeats=len(triples),
        decoding=median(decoding),
        forward=median(forward),
        extraction=median(extraction),
        ratio_to_sum=median(e / (d + f) for d, f, e in triples),
        ratio_to_larger=median(e / max(d, f) for d, f, e in triples),
    )


def _decode(
    root: Path, files: tuple[ImageFile, ...], preprocessing: Preprocessing, workers: int
) -> UInt8[Tensor, "images height width 3"]:
    """Bare decoding, each thread its share of the files."""
    side = preprocessing.input_size
    pictures = torch.empty((len(files), side, side, 3), dtype=torch.uint8)

    def share(first: int) -> None:
        for i in range(first, len(files), workers):
            with Image.open(root / files[i].path) as image:
                pictures[i] = torch.from_numpy(preprocessing.crop(image.convert("RGB")).copy())

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(share, range(workers)))
    return pictures


def _forward(
    classifier: Classifier, pictures: UInt8[Tensor, "images height width 3"], batch_size: int
) -> None:
    """A bare forward pass over pictures in memory, waiting for the last result."""
    for batch in pictures.split(batch_size):
        pixels = classifier.preprocessing.normalize(batch.to(classifier.device))
        classifier.features(pixels).cpu()


def _seconds(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start
