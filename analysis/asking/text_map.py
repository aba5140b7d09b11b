"""A stored text map applied without torch: û of an audit, for one text at a time."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float, UInt8

from analysis.asking.layers import gelu, layer_norm, linear, sigmoid
from analysis.textmap.floors import LinearMap
from analysis.textmap.kernel import KernelMap
from analysis.textmap.stacked import StackedMap

TextMap = Callable[[Float[np.ndarray, "texts embedding"]], Float[np.ndarray, "texts features"]]


def text_map(name: str, packed: UInt8[np.ndarray, " bytes"]) -> TextMap:
    """The map that ``analysis.textmap.saved.pack`` packed; ``name`` is its estimator's.

    It answers as ``saved.unpack`` does, which needs torch for the maps that are nets.
    """
    from safetensors.numpy import load

    arrays = load(packed.tobytes())
    if name == "mlp":
        return lambda embeddings: _mlp(arrays, embeddings)
    if name == "icis":
        return lambda embeddings: _icis(arrays, embeddings)
    if name == "kernel":
        return KernelMap.from_arrays(arrays)
    return StackedMap.from_arrays(arrays) if name == "stacked" else LinearMap(**arrays)


def _mlp(weights: Mapping[str, np.ndarray], embeddings: np.ndarray) -> np.ndarray:
    """``analysis.textmap.mlp.build_net`` in evaluation mode, layer by layer."""
    x = embeddings * np.float32(embeddings.shape[1] ** 0.5)
    hidden = gelu(layer_norm(linear(x, weights, "1"), weights, "2"))
    out = layer_norm(linear(hidden, weights, "5"), weights, "6")
    if "7.gate.0.weight" not in weights:
        return out
    return out * sigmoid(layer_norm(linear(out, weights, "7.gate.0"), weights, "7.gate.1"))


def _icis(weights: Mapping[str, np.ndarray], embeddings: np.ndarray) -> np.ndarray:
    return linear(np.maximum(linear(embeddings, weights, "0.0"), 0), weights, "1")
