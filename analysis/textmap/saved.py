"""Text maps as arrays and back, so that any text can be mapped again long after the audit."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from jaxtyping import UInt8
from safetensors.numpy import load, save
from torch import nn

from analysis.textmap.base import FittedTextMap
from analysis.textmap.floors import LinearMap
from analysis.textmap.held_out import DEFAULT_FOLDS, CrossFit, Fold
from analysis.textmap.kernel import KernelMap
from analysis.textmap.mlp import MlpEstimator, build_net
from analysis.textmap.net import NetMap
from analysis.textmap.stacked import StackedMap

Bytes = UInt8[np.ndarray, " bytes"]


def pack(text_map: FittedTextMap) -> Bytes:
    """A map as one array of bytes in safetensors format."""
    return _pack(text_map.arrays())


def unpack(name: str, packed: Bytes) -> FittedTextMap:
    """The map that ``pack`` packed; ``name`` is its estimator's."""
    return _restore(name, load(packed.tobytes()))


def pack_cross_fit(fit: CrossFit) -> dict[str, Bytes]:
    """Each fold's map with the classes it never saw, under ``fold0``, ``fold1``, …"""
    return {
        f"fold{number}": _pack(
            fold.text_map.arrays() | {"held_out": fold.held_out, "center": fold.center}
        )
        for number, fold in enumerate(fit.folds)
    }


def unpack_cross_fit(name: str, packed: Mapping[str, Bytes]) -> CrossFit:
    """The folds that ``pack_cross_fit`` packed, in their order."""
    folds = []
    for number in range(len(packed)):
        arrays = load(packed[f"fold{number}"].tobytes())
        held_out, center = arrays.pop("held_out"), arrays.pop("center")
        folds.append(Fold(held_out, center, _restore(name, arrays)))
    return CrossFit(name, tuple(folds))


def stored_cross_fit(name: str, array: Callable[[str], np.ndarray], num_classes: int) -> CrossFit:
    """The folds of a map in a store; ``array`` reads one of its arrays by name."""
    folds = range(min(DEFAULT_FOLDS, num_classes))
    packed = {f"fold{i}": np.asarray(array(f"text_map.{name}.fold{i}")) for i in folds}
    return unpack_cross_fit(name, packed)


def _pack(arrays: Mapping[str, np.ndarray]) -> Bytes:
    contiguous = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    return np.frombuffer(save(contiguous), np.uint8)


def _restore(name: str, arrays: dict[str, np.ndarray]) -> FittedTextMap:
    if name == "mlp":
        return _restore_mlp(arrays)
    if name == "kernel":
        return KernelMap.from_arrays(arrays)
    if name == "icis":
        return _restore_icis(arrays)
    if name == "stacked":
        return StackedMap.from_arrays(arrays)
    return LinearMap(**arrays)


def _restore_icis(arrays: dict[str, np.ndarray]) -> NetMap:
    latent, embedding_dim = arrays["0.0.weight"].shape
    encoder = nn.Sequential(nn.Linear(embedding_dim, latent), nn.ReLU())
    net = nn.Sequential(encoder, nn.Linear(latent, len(arrays["1.weight"])))
    net.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in arrays.items()})
    return NetMap(net)


def _restore_mlp(arrays: dict[str, np.ndarray]) -> NetMap:
    embedding_dim = arrays["1.weight"].shape[1]
    feature_dim = arrays["5.weight"].shape[0]
    soft_dropout = "7.gate.0.weight" in arrays
    net = build_net(embedding_dim, feature_dim, MlpEstimator(soft_dropout=soft_dropout))
    net.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in arrays.items()})
    return NetMap(net.eval())
