"""Classifiers of torchvision, ``torchvision:NAME@WEIGHTS``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from torchvision import models
from torchvision.models import WeightsEnum

from analysis.classifier.built import FAILURES, Built, unavailable, unbuildable
from analysis.classifier.checkpoint import load_into
from analysis.classifier.class_names import ClassNames, imagenet_1k
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError

fill = load_into
"""Copies a checkpoint into a model of torchvision, whose files name tensors as the model does."""


def build_pretrained(spec: ModelSpec) -> Built:
    """The model with its published weights; the newest where none are named.

    Raises:
        ModelError: torchvision has no such model, no such weights, or they cannot be had.
    """
    weights = _weights(spec)
    try:
        with _weights_only():
            module = models.get_model(
                spec.parsed.architecture, weights=weights, progress=False, **spec.arguments
            )
    except FAILURES as error:
        raise ModelError(unavailable(spec.parsed, error)) from error
    notes = ()
    if spec.parsed.weights is None:
        notes = (f"{spec.name} was given without @WEIGHTS: took {weights.name}",)
    return Built(module, _preprocessing(weights), _class_names(weights), notes)


def build_untrained(spec: ModelSpec, num_classes: int | None) -> Built:
    """The model with random weights, for a checkpoint; with ``num_classes`` outputs if given.

    Raises:
        ModelError: torchvision has no such model, or does not take its arguments.
    """
    weights = _weights(spec)
    arguments = spec.arguments
    if num_classes is not None:
        arguments["num_classes"] = num_classes
    try:
        module = models.get_model(spec.parsed.architecture, weights=None, **arguments)
    except FAILURES as error:
        raise ModelError(unbuildable(spec.parsed, error)) from error
    notes = ()
    if spec.parsed.weights is None and spec.input_size is None:
        notes = (f"{spec.name} was given without @WEIGHTS: preprocessing as for {weights.name}",)
    return Built(module, _preprocessing(weights), _class_names(weights), notes)


def _weights(spec: ModelSpec) -> WeightsEnum:
    name = spec.parsed
    try:
        offered = models.get_model_weights(name.architecture)
    except ValueError as error:
        raise ModelError(
            f"torchvision has no model {name.architecture}: check the name after torchvision:"
        ) from error
    if name.weights is None:
        if not len(offered):
            raise ModelError(f"torchvision has no weights of {name.architecture}: choose another")
        return offered["DEFAULT"]
    if name.weights not in offered.__members__:
        raise ModelError(
            f"torchvision has no weights {name.weights} of {name.architecture}: "
            f"give one of {', '.join(offered.__members__)}"
        )
    return offered[name.weights]


def _preprocessing(weights: WeightsEnum) -> Preprocessing:
    """The transforms that belong to the weights (torchvision's ``ImageClassification``)."""
    transforms = weights.transforms()
    if not hasattr(transforms, "crop_size"):
        raise ModelError(f"{weights} is no image classifier: choose another torchvision model")
    return Preprocessing(
        input_size=transforms.crop_size[0],
        resize_size=transforms.resize_size[0],
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        interpolation=transforms.interpolation.value,
        source=f"torchvision, {weights}",
    )


def _class_names(weights: WeightsEnum) -> ClassNames | None:
    names = weights.meta.get("categories")
    if not names:
        return None
    imagenet = models.ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    folders = imagenet_1k().folders if names == imagenet else None
    return ClassNames(tuple(names), folders, f"torchvision, {weights}")


@contextmanager
def _weights_only() -> Iterator[None]:
    """torchvision unpickles what it downloads; inside the block torch refuses all but tensors."""
    before = os.environ.get("TORCH_FORCE_WEIGHTS_ONLY_LOAD")
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"]
        else:
            os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = before
