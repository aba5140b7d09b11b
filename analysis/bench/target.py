"""Another data set for the transfer protocol: pictures in folders, under names of their own."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.data import labelled_features
from analysis.classifier.class_names import ClassNames, folder_ids
from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.images.folder import list_images
from analysis.progress import Progress


@dataclass(frozen=True)
class Target:
    """Pictures that the classifier was not trained to name; labels are rows of ``names``."""

    names: tuple[str, ...]
    features: Float[np.ndarray, "images features"]
    labels: Int[np.ndarray, " images"]


def load_target(
    classifier: Classifier, root: Path, class_names: Path | None, *, progress: Progress
) -> Target:
    """Features of the pictures below ``root``, whose topmost folders are their classes.

    Args:
        class_names: JSON ``{folder: name}`` for folders that are no words. All its names take
            part, those without a folder too. None takes the folders' own names.

    Raises:
        InputError: there are no pictures in folders, or the names cannot be read.
    """
    folders = list_images(root, {}).unmatched_folders
    names = _read_names(class_names) if class_names else {name: _words(name) for name in folders}
    ids = folder_ids(ClassNames(tuple(names.values()), tuple(names)))
    listing = list_images(root, ids)
    if unnamed := listing.unmatched_folders:
        progress.warn(
            f"{len(unnamed)} folders of {root} are not in {class_names}, {unnamed[0]} among them: "
            "their pictures are left out"
        )
    features, labels = labelled_features(classifier, root, listing, progress)
    return Target(tuple(names.values()), features, labels)


def _words(folder: str) -> str:
    """A folder's name as a text encoder should read it."""
    return " ".join(folder.replace("_", " ").replace("-", " ").split())


def _read_names(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the names in {path} ({error}): give JSON") from error
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and name.strip() for name in content.values()
    ):
        raise InputError(f"{path} holds no names: give JSON {{folder: name}}")
    return {folder: name.strip() for folder, name in content.items()}
