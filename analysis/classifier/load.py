"""Loading a classifier: its source builds it, a checkpoint may fill it, the split is verified."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from analysis.classifier.built import Built
from analysis.classifier.checkpoint import read_state_dict, weights_sha256
from analysis.classifier.class_names import ClassNames
from analysis.classifier.preprocess import Preprocessing, given_in_full, override
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier, split
from analysis.errors import UsageError

PROBE_IMAGES = 2
PROBE_SEED = 0


def load_classifier(spec: ModelSpec, *, device: str = "cpu") -> Classifier:
    """Load, split and verify a classifier; its weights are never random.

    Raises:
        ModelError: the model or its pretrained weights cannot be had.
        CheckpointError: the checkpoint cannot be read, or does not fit.
        SplitError: the model is no feature extractor with a linear head.
        UsageError: an option is out of range, or preprocessing must be given and is not.
    """
    _check_device(device)
    if spec.checkpoint is None:
        built = _source(spec).build_pretrained(spec)
    else:
        built = _from_checkpoint(spec, spec.checkpoint)
    brought = built.preprocessing
    preprocessing = given_in_full(spec) if brought is None else override(brought, spec)
    module = built.module.eval().requires_grad_(False)
    sha256 = weights_sha256(module)
    parts = split(module.to(device), _probe(preprocessing).to(device), name=spec.name)
    names = _names(spec, built.class_names, len(parts.head.bias))
    return Classifier(
        spec=spec,
        head=parts.head,
        extract=parts.extract,
        preprocessing=preprocessing,
        class_names=names,
        weights_sha256=sha256,
        split_method=parts.method,
        split_error=parts.error,
        device=device,
        notes=built.notes,
    )


@runtime_checkable
class _Source(Protocol):
    """A module that builds models."""

    def build_pretrained(self, spec: ModelSpec) -> Built: ...
    def build_untrained(self, spec: ModelSpec, num_classes: int | None) -> Built: ...
    def fill(self, module: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None: ...


def _source(spec: ModelSpec) -> _Source:
    """The module that builds the spec's model; imported late, for they are heavy."""
    source = spec.parsed.source
    if source == "torchvision":
        from analysis.classifier import torchvision_models as models
    elif source == "hf":
        from analysis.classifier import huggingface_models as models
    else:
        from analysis.classifier import timm_models as models
    return models


def _from_checkpoint(spec: ModelSpec, path: Path) -> Built:
    """The model with the checkpoint's weights, and as many outputs as its head has."""
    weights = read_state_dict(path)
    source = _source(spec)
    built = source.build_untrained(spec, None)
    classes = _head_classes(built.module, weights)
    if classes is not None and "num_classes" not in spec.arguments:
        built = source.build_untrained(spec, classes)
    source.fill(built.module, weights, path)
    return built


def _head_classes(module: nn.Module, weights: Mapping[str, Tensor]) -> int | None:
    """Outputs of the checkpoint's head, if its head is all that does not fit the module."""
    lengths = {
        (len(own), len(weights[key]))
        for key, own in module.state_dict().items()
        if key in weights
        and own.shape != weights[key].shape
        and own.shape[1:] == weights[key].shape[1:]
    }
    return lengths.pop()[1] if len(lengths) == 1 else None


def _names(spec: ModelSpec, brought: ClassNames | None, num_classes: int) -> ClassNames | None:
    """The names that fit the outputs; with a checkpoint they are an assumption, and say so."""
    if brought is None or len(brought.names) != num_classes:
        return None
    if spec.checkpoint is None:
        return brought
    note = (
        f"{spec.checkpoint} brings no class names: assumed {brought.source}, "
        f"because it has {num_classes} outputs; give --class-names if that is wrong"
    )
    return replace(brought, assumption=note)


def _probe(preprocessing: Preprocessing) -> Float[Tensor, "images 3 height width"]:
    """Pictures of noise, to verify the split on."""
    side = preprocessing.input_size
    generator = torch.Generator().manual_seed(PROBE_SEED)
    noise = torch.randint(0, 256, (PROBE_IMAGES, side, side, 3), generator=generator)
    return preprocessing.normalize(noise.to(torch.uint8))


def _check_device(device: str) -> None:
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise UsageError(
            f"--device is {device!r}, which this machine or this torch does not have: give cpu"
        ) from error
