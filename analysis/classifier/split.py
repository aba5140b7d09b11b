"""Splitting a classifier into features ``f`` and a linear head, ``logits = f·W + b``, verified.

Explanations live in the space of the class embeddings ``w_c`` (paper, section 3.1), so a model
whose logits are not exactly a linear function of some feature is refused, never approximated.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.hooks import RemovableHandle

from analysis.classifier.class_names import ClassNames
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.errors import SplitError

TOLERANCE = 1e-4
"""Largest difference of the logits that float32 explains, as a share of the largest logit."""

Features = Callable[[Tensor], Tensor]
Fired = tuple[str, nn.Linear]
"""A layer and its name."""


@dataclass(frozen=True)
class Head:
    """The linear head. The class embeddings ``w_c`` are the rows of ``weight``."""

    weight: Float[Tensor, "classes features"]
    bias: Float[Tensor, " classes"]

    def __call__(
        self, features: Float[Tensor, "images features"]
    ) -> Float[Tensor, "images classes"]:
        """The logits."""
        return functional.linear(features, self.weight, self.bias)


@dataclass(frozen=True)
class Split:
    """A classifier taken apart; ``head(extract(pixels))`` are its logits."""

    head: Head
    extract: Features
    method: str
    """``timm`` or ``hook on NAME``."""
    error: float
    """Largest difference from the logits on the probe, as a share of the largest logit."""


@dataclass(frozen=True)
class Classifier:
    """A frozen image classifier, split and verified."""

    spec: ModelSpec
    head: Head
    extract: Features
    preprocessing: Preprocessing
    class_names: ClassNames | None
    """None where the model brings no names."""
    weights_sha256: str
    split_method: str
    split_error: float
    device: str
    notes: tuple[str, ...] = ()
    """Fallbacks and assumptions a person should know."""

    @property
    def feature_dim(self) -> int:
        """Number of features, ``d``."""
        return self.head.weight.shape[1]

    @property
    def num_classes(self) -> int:
        """Number of outputs, ``C``."""
        return self.head.weight.shape[0]

    def features(
        self, pixels: Float[Tensor, "images 3 height width"]
    ) -> Float[Tensor, "images features"]:
        """The features ``f`` of preprocessed pictures, on the classifier's device."""
        return self.extract(pixels.to(self.device))


def split(module: nn.Module, probe: Float[Tensor, "images 3 height width"], *, name: str) -> Split:
    """Split ``module``, in evaluation mode, and verify the split on ``probe``.

    timm's own interface is tried first, then a hook on the last linear layer that fires and has
    as many outputs as there are classes. No tensor is an inference tensor: they can be trained on.

    Raises:
        SplitError: neither gives the model's logits; names the model, its head and the reason.
    """
    module.eval()
    with torch.no_grad():
        logits, fired = _run(module, probe, name)
        classes = logits.shape[1]
        reasons = []
        for method, layer, extract in _candidates(module, fired, classes):
            reason, error = _mismatch(extract(probe), layer, logits)
            if reason is None:
                return Split(_head(layer), extract, method, error)
            reasons.append(f"{method}: {reason}")
    why = "; ".join(reasons) or f"no linear layer gives them, it ends in {_last(module)}"
    raise SplitError(
        f"{name} cannot be split into features and a linear head of {classes} classes ({why}): "
        "choose a model that ends in one linear layer"
    )


@runtime_checkable
class _TimmModel(Protocol):
    """The part of timm's interface that takes a model apart."""

    def forward_features(self, x: Tensor) -> Tensor: ...
    def forward_head(self, x: Tensor, pre_logits: bool = False) -> Tensor: ...
    def get_classifier(self) -> nn.Module: ...


def _candidates(
    module: nn.Module, fired: list[Fired], classes: int
) -> Iterator[tuple[str, nn.Linear, Features]]:
    """Ways to split ``module``: name of the method, the head's layer, the extractor."""
    if isinstance(module, _TimmModel):
        layer = module.get_classifier()
        if isinstance(layer, nn.Linear) and layer.out_features == classes:
            yield "timm", layer, _timm_extractor(module)
    for layer_name, layer in reversed(fired):
        if layer.out_features == classes:  # auxiliary heads come earlier or do not fire
            yield f"hook on {layer_name}", layer, _hook_extractor(module, layer)
            return


def _timm_extractor(model: _TimmModel) -> Features:
    @torch.no_grad()
    def extract(pixels: Tensor) -> Tensor:
        return model.forward_head(model.forward_features(pixels), pre_logits=True)

    return extract


def _hook_extractor(module: nn.Module, layer: nn.Linear) -> Features:
    """The last input of ``layer`` in a forward pass."""

    @torch.no_grad()
    def extract(pixels: Tensor) -> Tensor:
        inputs: list[Tensor] = []
        handle = layer.register_forward_pre_hook(lambda _, args: inputs.append(args[0]))
        try:
            module(pixels)
        finally:
            handle.remove()
        return inputs[-1]

    return extract


def _run(module: nn.Module, probe: Tensor, name: str) -> tuple[Tensor, list[Fired]]:
    """The model's logits on the probe, and its linear layers in the order in which they fire."""
    fired: list[Fired] = []

    def record(name: str, layer: nn.Linear) -> RemovableHandle:
        named = (name or "the model itself", layer)
        return layer.register_forward_pre_hook(lambda *_: fired.append(named))

    handles = [
        record(layer_name, layer)
        for layer_name, layer in module.named_modules()
        if isinstance(layer, nn.Linear)
    ]
    try:
        return _logits(module, probe, name), fired
    finally:
        for handle in handles:
            handle.remove()


def _logits(module: nn.Module, probe: Tensor, name: str) -> Tensor:
    """The model's logits on the probe; Hugging Face models return them in an object."""
    try:
        output = module(probe)
    except Exception as error:  # whatever a model raises on an input it was not made for
        line = (str(error).splitlines() or [type(error).__name__])[0]
        size = "x".join(map(str, probe.shape[-2:]))
        raise SplitError(
            f"{name} cannot read pictures of {size} pixels ({line}): "
            "check --input-size, or give --model-arg img_size=N"
        ) from error
    logits = getattr(output, "logits", output)
    if not isinstance(logits, Tensor) or logits.ndim != 2:
        kind = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise SplitError(
            f"{name} returns {kind} where (images, classes) logits were expected: "
            "choose an image classifier"
        )
    if not logits.isfinite().all() or logits.abs().max() == 0:
        raise SplitError(
            f"the logits of {name} are all zero or not finite: check its weights, "
            "or choose a model with a classification head"
        )
    return logits


def _mismatch(features: Tensor, layer: nn.Linear, logits: Tensor) -> tuple[str | None, float]:
    """Why ``features`` and ``layer`` do not give ``logits`` (None: they do), and by how much."""
    if features.ndim != 2 or features.shape[1] != layer.in_features:
        return f"features of shape {tuple(features.shape)} do not enter the head {layer}", math.inf
    difference = (_head(layer)(features) - logits).abs().max() / logits.abs().max()
    error = float(difference)
    if error > TOLERANCE:
        return f"f·W + b misses the logits by {error:.1e} of the largest one", error
    return None, error


def _head(layer: nn.Linear) -> Head:
    weight = layer.weight.detach()
    bias = weight.new_zeros(len(weight)) if layer.bias is None else layer.bias.detach()
    return Head(weight, bias)


def _last(module: nn.Module) -> str:
    """The last layer that holds weights or pools, for a message."""
    named = [(name, layer) for name, layer in module.named_modules() if not any(layer.children())]
    weighted = [pair for pair in named if any(True for _ in pair[1].parameters())]
    name, layer = (weighted or named)[-1]
    return f"{name} {layer}".strip()
