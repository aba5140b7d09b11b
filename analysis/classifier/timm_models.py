"""Classifiers of timm: its own, from the hub (``hf-hub:``) or from a directory (``local-dir:``)."""

import math
from difflib import get_close_matches

import timm
from timm.data.config import resolve_model_data_config
from torch import nn

from analysis.classifier.built import FAILURES, Built, unavailable, unbuildable
from analysis.classifier.checkpoint import load_into
from analysis.classifier.class_names import ClassNames, imagenet_1k
from analysis.classifier.hub import from_cache_or_hub
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError

IMAGENET_CLASSES = 1000

fill = load_into
"""Copies a checkpoint into a model of timm, whose files name tensors as the model does."""


def build_pretrained(spec: ModelSpec) -> Built:
    """The model with its published weights.

    Raises:
        ModelError: timm has no such model, no weights of it, or none for that many classes.
    """
    _require_known(spec.parsed.architecture)
    try:
        module = from_cache_or_hub(
            lambda: timm.create_model(spec.parsed.architecture, pretrained=True, **spec.arguments)
        )
    except FAILURES as error:
        raise ModelError(unavailable(spec.parsed, error)) from error
    config = _config(module)
    if _outputs(module) != config.get("num_classes"):
        raise ModelError(
            f"the pretrained weights of {spec.name} have {config.get('num_classes')} classes, not "
            f"{_outputs(module)}: leave out --model-arg num_classes, or give --checkpoint"
        )
    return Built(module, _preprocessing(module, spec), _class_names(module))


def build_untrained(spec: ModelSpec, num_classes: int | None) -> Built:
    """The model with random weights, for a checkpoint; with ``num_classes`` outputs if given.

    Raises:
        ModelError: timm has no such model, or does not take its arguments.
    """
    _require_known(spec.parsed.architecture)
    arguments = spec.arguments
    if num_classes is not None:
        arguments["num_classes"] = num_classes
    try:
        module = from_cache_or_hub(
            lambda: timm.create_model(spec.parsed.architecture, pretrained=False, **arguments)
        )
        if _outputs(module) == 0 and "num_classes" not in arguments:
            return build_untrained(spec, IMAGENET_CLASSES)  # a backbone is given a head
    except FAILURES as error:
        raise ModelError(unbuildable(spec.parsed, error)) from error
    return Built(module, _preprocessing(module, spec), _class_names(module))


def _require_known(name: str) -> None:
    """Refuse what timm has never heard of, with the names that read most like it.

    Names with a source (``hf-hub:``, ``local-dir:``) are known to others only.
    """
    base = name.partition(".")[0]
    if ":" in name or timm.is_model(base):
        return
    near = get_close_matches(base, timm.list_models(), n=3)
    meant = f"did you mean {', '.join(near)}?" if near else "timm.list_models() lists them"
    raise ModelError(f"timm has no model {base!r}: {meant}")


def _config(module: nn.Module) -> dict[str, object]:
    return dict(vars(module).get("pretrained_cfg") or {})


def _outputs(module: nn.Module) -> int:
    return int(vars(module).get("num_classes", 0))


def _preprocessing(module: nn.Module, spec: ModelSpec) -> Preprocessing:
    """timm's evaluation transform; a model built for another size reads that size."""
    size = spec.arguments.get("img_size")
    data = resolve_model_data_config(module, args={"img_size": size} if size else None)
    _, height, width = data["input_size"]
    if height != width:
        raise ModelError(
            f"{spec.name} reads pictures of {width}x{height} pixels, and only square ones are "
            "supported: choose another model"
        )
    return Preprocessing(
        input_size=height,
        resize_size=math.floor(height / data["crop_pct"]),
        mean=tuple(data["mean"]),
        std=tuple(data["std"]),
        interpolation=data["interpolation"],
        crop_mode=data["crop_mode"] or "center",
        source=f"timm, {spec.parsed.architecture}",
    )


def _class_names(module: nn.Module) -> ClassNames | None:
    """The names in the model's configuration, else ImageNet's for 1,000 classes."""
    config, classes = _config(module), _outputs(module)
    labels, descriptions = config.get("label_names"), config.get("label_descriptions") or {}
    if (
        isinstance(labels, list | tuple)
        and len(labels) == classes
        and isinstance(descriptions, dict)
    ):
        names = tuple(str(descriptions.get(label, label)) for label in labels)
        return ClassNames(names, tuple(map(str, labels)), "timm, label_names of the model")
    return imagenet_1k() if classes == IMAGENET_CLASSES else None
