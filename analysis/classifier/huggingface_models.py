"""Classifiers of Hugging Face transformers, ``hf:NAME`` or ``hf:DIRECTORY``.

No code of a repository is run: ``trust_remote_code`` stays off and weights are read as tensors.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModelForImageClassification,
    PreTrainedModel,
)
from transformers.utils import logging

from analysis.classifier.built import FAILURES, Built, unavailable, unbuildable
from analysis.classifier.checkpoint import by, refuse
from analysis.classifier.class_names import ClassNames, imagenet_1k
from analysis.classifier.hub import from_cache_or_hub
from analysis.classifier.preprocess import CropMode, Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError

_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic"}
"""PIL's numbers, which image processors store."""
_CONVNEXT_SQUASHES_FROM = 384
"""From this size on a ConvNeXT processor squashes instead of cropping."""


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and load reports: what matters of them is raised as an error."""
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


@_quiet()
def build_pretrained(spec: ModelSpec) -> Built:
    """The model with its published weights.

    Raises:
        ModelError: it cannot be had, or its weights lack a part (such as the head).
    """
    name = spec.parsed.architecture
    try:
        module, info = from_cache_or_hub(
            lambda: AutoModelForImageClassification.from_pretrained(
                name,
                dtype=torch.float32,
                output_loading_info=True,
                **_config_arguments(spec, None),
            )
        )
    except FAILURES as error:
        raise ModelError(unavailable(spec.parsed, error)) from error
    if missing := sorted(info["missing_keys"]):
        raise ModelError(
            f"the weights of {spec.name} lack {', '.join(missing[:3])}, so it is no trained "
            "classifier: choose a fine-tuned one, or give --checkpoint"
        )
    return Built(module, _preprocessing(spec), _class_names(module.config))


@_quiet()
def build_untrained(spec: ModelSpec, num_classes: int | None) -> Built:
    """The model with random weights, for a checkpoint; with ``num_classes`` outputs if given.

    Raises:
        ModelError: its configuration cannot be had, or is of no image classifier.
    """
    try:
        config = from_cache_or_hub(
            lambda: AutoConfig.from_pretrained(
                spec.parsed.architecture, **_config_arguments(spec, num_classes)
            )
        )
        module = AutoModelForImageClassification.from_config(config, dtype=torch.float32)
    except FAILURES as error:
        raise ModelError(unbuildable(spec.parsed, error)) from error
    return Built(module, _preprocessing(spec), _class_names(config))


@_quiet()
def fill(module: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Copy ``weights`` into ``module``; transformers names tensors otherwise in its files.

    Raises:
        CheckpointError: with the first three differences.
    """
    if not isinstance(module, PreTrainedModel):
        raise TypeError(f"{type(module).__name__} is no model of transformers")
    loaded: Any = type(module).from_pretrained(
        None,
        config=module.config,
        state_dict=dict(weights),
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        output_loading_info=True,
    )
    filled, info = loaded
    differences = [f"{key} is missing" for key in sorted(info["missing_keys"])]
    differences += [f"{key} is unexpected" for key in sorted(info["unexpected_keys"])]
    differences += [
        f"{key} is {by(given)} instead of {by(own)}"
        for key, given, own in sorted(info["mismatched_keys"])
    ]
    refuse(differences, path)
    module.load_state_dict(filled.state_dict())


def _config_arguments(spec: ModelSpec, num_classes: int | None) -> dict[str, Any]:
    """Arguments of the configuration, under transformers' name for the number of classes."""
    arguments = spec.arguments
    asked = arguments.pop("num_classes", None) if num_classes is None else num_classes
    arguments.pop("num_classes", None)
    return arguments if asked is None else arguments | {"num_labels": asked}


def _preprocessing(spec: ModelSpec) -> Preprocessing | None:
    """What the image processor does, None where there is none."""
    try:
        processor = from_cache_or_hub(
            lambda: AutoImageProcessor.from_pretrained(spec.parsed.architecture)
        )
    except FAILURES:
        return None
    return processor_preprocessing(processor, source=f"transformers, {spec.parsed.architecture}")


def processor_preprocessing(processor: Any, *, source: str) -> Preprocessing:
    """An image processor's settings. Pictures are resized by PIL, as its own PIL variant does.

    Raises:
        ModelError: it does something that resizing, cropping and normalising do not cover.
    """
    settings = processor.to_dict()
    try:
        input_size, resize_size, crop_mode = _geometry(settings)
    except KeyError as error:
        raise ModelError(
            f"{source}: an image processor that {error.args[0]} is not read: choose another model"
        ) from error
    normalized = settings.get("do_normalize", True)
    return Preprocessing(
        input_size=input_size,
        resize_size=resize_size,
        mean=tuple(settings["image_mean"]) if normalized else (0.0, 0.0, 0.0),
        std=tuple(settings["image_std"]) if normalized else (1.0, 1.0, 1.0),
        interpolation=_FILTERS.get(int(settings["resample"]), "another"),
        crop_mode=crop_mode,
        source=source,
    )


def _geometry(settings: dict[str, Any]) -> tuple[int, int, CropMode]:
    """Input size, size before the crop, and the way to get there.

    Raises:
        KeyError: with what the processor does that is not covered.
    """
    if not settings.get("do_resize") or settings.get("do_pad"):
        raise KeyError("pads pictures or does not resize them")
    if abs(settings.get("rescale_factor", 0) * 255 - 1) > 1e-6 or settings.get("rescale_offset"):
        raise KeyError("does not scale pixels to 0..1")
    size, crop_mode = _size(settings["size"])
    if (crop_pct := settings.get("crop_pct")) is not None:
        if size >= _CONVNEXT_SQUASHES_FROM:
            return size, size, "squash"
        return size, int(size / crop_pct), "center"
    if settings.get("do_center_crop"):
        return _size(settings["crop_size"])[0], size, crop_mode
    if crop_mode == "center":
        raise KeyError("leaves pictures oblong")
    return size, size, crop_mode


def _size(size: dict[str, int]) -> tuple[int, CropMode]:
    """The side, and whether it is that of the shorter side or of both."""
    if shortest := size.get("shortest_edge"):
        return shortest, "center"
    height, width = size.get("height"), size.get("width")
    if height is None or height != width:
        raise KeyError("does not make pictures square")
    return height, "squash"


def _class_names(config: Any) -> ClassNames | None:
    """``id2label``, unless it is the placeholder LABEL_0, LABEL_1, …"""
    names = tuple(str(config.id2label[i]) for i in range(config.num_labels))
    if all(name == f"LABEL_{i}" for i, name in enumerate(names)):
        return None
    return ClassNames(names, _imagenet_folders(names), "transformers, id2label")


def _imagenet_folders(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """WordNet ids if the names are ImageNet-1k's, by the first lemma of each."""
    imagenet = imagenet_1k()
    first = tuple(name.split(",")[0].strip() for name in names)
    return imagenet.folders if first == imagenet.names else None
