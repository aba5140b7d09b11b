"""The layers of small trained nets, in numpy: inference where torch would take seconds to load."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from scipy.special import erf

Weights = Mapping[str, np.ndarray]
Rows = Float[np.ndarray, "rows dim"]


def linear(x: Rows, weights: Weights, name: str) -> Float[np.ndarray, "rows out"]:
    """x Wᵀ + b of the layer ``name``."""
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def layer_norm(x: Rows, weights: Weights, name: str, epsilon: float = 1e-5) -> Rows:
    """Rows of mean 0 and variance 1, scaled and shifted by the layer ``name``."""
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(epsilon))
    return centred / spread * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def gelu(x: Rows) -> Rows:
    """x Φ(x), exactly, as torch and BERT have it."""
    return (x * 0.5 * (1 + erf(x / np.sqrt(np.float32(2))))).astype(x.dtype, copy=False)


def sigmoid(x: Rows) -> Rows:
    """1 / (1 + exp(-x)), for any x."""
    return (0.5 * (1 + np.tanh(0.5 * x))).astype(x.dtype, copy=False)


def softmax(x: Float[np.ndarray, "*rows dim"]) -> Float[np.ndarray, "*rows dim"]:
    """Shares of each row's exponentials."""
    lifted = np.exp(x - x.max(-1, keepdims=True))
    return lifted / lifted.sum(-1, keepdims=True)
