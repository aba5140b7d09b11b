"""Where in an image a classifier's features come from: the map whose positions they pool."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from analysis.classifier.split import TOLERANCE, Classifier

Kind = Literal["mean", "token", "stage"]
Layout = Literal["channels first", "channels last", "tokens"]

LOOKED_AT = 16
"""The last modules that give a map; the one that is looked for is among them."""
MOST_PREFIX_TOKENS = 8
"""A class token, a distillation token, registers."""
PROBE_IMAGES = 2


@dataclass(frozen=True)
class Positions:
    """The features of a classifier at each position of an image.

    - ``mean``: the classifier's features are the mean of these over the positions, as found on a
      probe, so that a map of a linear unit adds up to the unit's activation
    - ``token``: patch tokens of a transformer whose features are another token, or pool the
      patches otherwise: what a patch token holds is only alike to what the feature holds
    - ``stage``: the last map of a convolutional net that changes it after pooling (another width, a
      normalisation, a layer): its channels are no neurons, but units of their own
    """

    classifier: Classifier
    kind: Kind
    layer: nn.Module
    """Gives the map."""
    layout: Layout
    rows: int
    columns: int
    width: int
    """Features at a position."""

    def of(
        self, pixels: Float[Tensor, "images 3 height width"]
    ) -> Float[Tensor, "images rows columns features"]:
        """The features at each position of preprocessed pictures, on the classifier's device."""
        return self.with_features(pixels)[1]

    def with_features(
        self, pixels: Float[Tensor, "images 3 height width"]
    ) -> tuple[Float[Tensor, "images features"], Float[Tensor, "images rows columns channels"]]:
        """The classifier's features and those at each position, by one forward pass."""
        outputs: list[Tensor] = []
        handle = self.layer.register_forward_hook(lambda *call: outputs.append(call[-1]))
        try:
            features = self.classifier.features(pixels)
        finally:
            handle.remove()
        return features, _arranged(outputs[-1], self.layout, self.rows, self.columns)


def channel_means(
    maps: Float[Tensor, "images rows columns channels"],
) -> Float[Tensor, "images channels"]:
    """How active each channel is in an image: its mean over the positions."""
    return maps.mean((1, 2))


def find_positions(classifier: Classifier) -> Positions | None:
    """Look through the maps of the last modules, the last one first; None where there is no map.

    A map whose mean are the features is taken; where there is none, the last map.
    """
    features, calls = _calls(classifier, _probe(classifier))
    last = None
    for layer, output in calls:
        for layout, (rows, columns, width) in _layouts(output, classifier.feature_dim):
            kind: Kind = "token" if layout == "tokens" else "stage"
            positions = Positions(classifier, kind, layer, layout, rows, columns, width)
            if _is_mean(features, _arranged(output, layout, rows, columns)):
                return replace(positions, kind="mean")
            last = last or positions
    return last


def _probe(classifier: Classifier) -> Float[Tensor, "images 3 height width"]:
    """Pictures of noise."""
    side = classifier.preprocessing.input_size
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (PROBE_IMAGES, side, side, 3), generator=generator)
    return classifier.preprocessing.normalize(noise.to(torch.uint8)).to(classifier.device)


def _calls(classifier: Classifier, pixels: Tensor) -> tuple[Tensor, list[tuple[nn.Module, Tensor]]]:
    """The features, and the last modules that gave a map, the last one first.

    Each with the output of its last call. The hook is one for all modules of the process, because
    an extractor does not tell which modules it runs; it is gone when the pass ends.
    """
    calls: deque[tuple[nn.Module, Tensor]] = deque(maxlen=LOOKED_AT)
    width = classifier.feature_dim

    def record(module: nn.Module, _: object, output: object) -> None:
        if not isinstance(output, Tensor) or output.shape[:1] != pixels.shape[:1]:
            return
        if any(_layouts(output, width)):
            calls.append((module, output))

    handle = register_module_forward_hook(record)
    try:
        features = classifier.features(pixels)
    finally:
        handle.remove()
    last_calls: dict[nn.Module, Tensor] = {}
    for module, output in reversed(calls):
        last_calls.setdefault(module, output)
    return features, list(last_calls.items())


def _layouts(output: Tensor, width: int) -> Iterator[tuple[Layout, tuple[int, int, int]]]:
    """Ways to read an output as a map of a square picture: layout, (rows, columns, features).

    A sequence of tokens must be as wide as the features: attention makes sequences of many widths.
    """
    _, *shape = output.shape
    if len(shape) == 3:
        if shape[1] == shape[2] > 1:
            yield "channels first", (shape[1], shape[2], shape[0])
        if shape[0] == shape[1] > 1:
            yield "channels last", (shape[0], shape[1], shape[2])
    elif len(shape) == 2 and shape[1] == width:
        side = math.isqrt(shape[0])
        if side > 1 and shape[0] - side**2 <= MOST_PREFIX_TOKENS:
            yield "tokens", (side, side, width)


def _arranged(
    output: Tensor, layout: Layout, rows: int, columns: int
) -> Float[Tensor, "images rows columns features"]:
    """The output as a map; tokens that stand for no patch come first and are left out."""
    if layout == "channels first":
        return output.permute(0, 2, 3, 1)
    if layout == "channels last":
        return output
    return output[:, output.shape[1] - rows * columns :].unflatten(1, (rows, columns))


def _is_mean(features: Tensor, maps: Tensor) -> bool:
    if maps.shape[-1] != features.shape[1]:
        return False
    difference = (channel_means(maps) - features).abs().max()
    largest = features.abs().max()
    return bool(largest > 0 and difference <= TOLERANCE * largest)
