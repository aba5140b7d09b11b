"""What a bench is run on: a model of the user's, or the reef's shipped classifier."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.classifier.class_names import ClassNames, load_class_names
from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier
from analysis.errors import UsageError
from analysis.reef.folder import write_image_folder
from analysis.reef.prepared import shipped_spec
from analysis.reef.truth import class_names as reef_names

IMAGES_PER_CLASS = 10


def load_subject(
    model: str | None, checkpoint: Path | None, names: Path | None
) -> tuple[Classifier, ClassNames]:
    """The classifier and its class names.

    Raises:
        UsageError: the model brings no names and none are given, or there is no model to go with
            what is given.
    """
    _require_model(model, checkpoint, names)
    if model is None:
        return load_classifier(shipped_spec()), ClassNames(reef_names())
    classifier = load_classifier(ModelSpec(name=model, checkpoint=checkpoint))
    if names is not None:
        return classifier, load_class_names(names, num_classes=classifier.num_classes)
    if classifier.class_names is None:
        raise UsageError(f"{model} brings no class names: give them with --class-names")
    return classifier, classifier.class_names


@contextmanager
def subject_spec(
    model: str | None, checkpoint: Path | None, names: Path | None
) -> Iterator[tuple[ModelSpec, Path | None]]:
    """What an audit of the subject would be given; the reef's names lie in a temporary file."""
    _require_model(model, checkpoint, names)
    if model is not None:
        yield ModelSpec(name=model, checkpoint=checkpoint), names
        return
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "names.json"
        path.write_text(json.dumps(list(reef_names())), "utf-8")
        yield shipped_spec(), path


@contextmanager
def rendered_images(given: Path | None) -> Iterator[Path]:
    """The directory given, or the reef rendered into a temporary one."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        write_image_folder(root, images_per_class=IMAGES_PER_CLASS, seed=1)
        yield root


def _require_model(model: str | None, checkpoint: Path | None, names: Path | None) -> None:
    if model is None and (checkpoint or names):
        raise UsageError("--checkpoint and --class-names belong to a --model: give that too")
