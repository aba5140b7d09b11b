"""What the protocols of the paper are run on: a classifier's weights, its names, its features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.subject import load_subject, rendered_images
from analysis.cache import cache_dir
from analysis.classifier.class_names import folder_ids
from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.images.extract import extract
from analysis.images.folder import Listing, list_images
from analysis.progress import Progress
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts


@dataclass(frozen=True)
class BenchData:
    """Everything a protocol needs; labelled images only."""

    model: str
    encoder: TextEncoder
    class_names: tuple[str, ...]
    prompts: Float[np.ndarray, "classes embedding"]
    weights: Float[np.ndarray, "classes features"]
    bias: Float[np.ndarray, " classes"]
    features: Float[np.ndarray, "images features"]
    labels: Int[np.ndarray, " images"]


def load_bench_data(
    encoder: TextEncoder,
    *,
    model: str | None,
    checkpoint: Path | None,
    class_names: Path | None,
    images: Sequence[Path],
    progress: Progress,
) -> BenchData:
    """Load the classifier and take the features of all pictures; the reef where none are named.

    Raises:
        InputError: no picture lies in a folder that is a class.
    """
    classifier, names = load_subject(model, checkpoint, class_names)
    folders = folder_ids(names)
    if images:
        parts = [_own_pictures(classifier, root, folders, progress) for root in images]
    else:
        with rendered_images(None) as root:
            parts = [_own_pictures(classifier, root, folders, progress)]
    return BenchData(
        model=classifier.spec.name,
        encoder=encoder,
        class_names=tuple(names.names),
        prompts=encoder.encode(class_prompts(names.names)),
        weights=classifier.head.weight.cpu().numpy(),
        bias=classifier.head.bias.cpu().numpy(),
        features=np.concatenate([features for features, _ in parts]),
        labels=np.concatenate([labels for _, labels in parts]),
    )


def _own_pictures(
    classifier: Classifier, root: Path, folders: Mapping[str, int], progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    listing = list_images(root, folders)
    for note in listing.notes:
        progress.warn(note)
    return labelled_features(classifier, root, listing, progress)


def labelled_features(
    classifier: Classifier, root: Path, listing: Listing, progress: Progress
) -> tuple[Float[np.ndarray, "images features"], Int[np.ndarray, " images"]]:
    """Features and classes of the listed pictures below ``root`` whose folder is a class.

    Shards stay in the cache, so that the next protocol on the same pictures starts at once.
    """
    read = extract(
        classifier, root, listing.files, work_dir=cache_dir("features"), progress=progress
    )
    if read.skipped:
        first = read.skipped[0]
        progress.warn(
            f"{len(read.skipped)} files below {root} are left out, {first.path} among them: "
            f"{first.reason}"
        )
    labels = np.array([-1 if row.class_id is None else row.class_id for row in read.rows])
    known = labels >= 0
    if not known.any():
        raise InputError(
            f"no picture below {root} lies in a folder that is a class: check --images"
        )
    return np.asarray(read.features)[known], labels[known]
