"""Maps that are there to be beaten: the mean and random directions (paper Table 6)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

ROUNDING = 1e-5
"""A mean this much shorter than the rows is what rounding left of zero, and no direction."""


@dataclass(frozen=True)
class MeanEstimator:
    """Every text is the mean of the training class embeddings."""

    name: str = "mean"
    is_floor: bool = True

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> "LinearMap":
        """A constant map; among centred class embeddings it says nothing at all."""
        del seed
        weight = np.zeros((embeddings.shape[1], class_embeddings.shape[1]), np.float32)
        mean = class_embeddings.mean(0)
        typical = np.linalg.norm(class_embeddings, axis=1).mean()
        if np.linalg.norm(mean) <= ROUNDING * typical:
            mean = np.zeros_like(mean)
        return LinearMap(weight, mean)

    def describe(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}


@dataclass(frozen=True)
class RandomEstimator:
    """A random linear map: texts keep their neighbours but know nothing of the classifier."""

    name: str = "random"
    is_floor: bool = True

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> "LinearMap":
        """Gaussian entries."""
        shape = (embeddings.shape[1], class_embeddings.shape[1])
        weight = np.random.default_rng(seed).standard_normal(shape, np.float32)
        return LinearMap(weight, np.zeros(shape[1], np.float32))

    def describe(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}


@dataclass(frozen=True)
class LinearMap:
    """û(t) = s W + b."""

    weight: Float[np.ndarray, "embedding features"]
    bias: Float[np.ndarray, " features"]

    def __call__(
        self, embeddings: Float[np.ndarray, "texts embedding"]
    ) -> Float[np.ndarray, "texts features"]:
        """Directions û(t)."""
        return embeddings @ self.weight + self.bias

    def arrays(self) -> dict[str, np.ndarray]:
        """Weight and bias."""
        return {"weight": self.weight, "bias": self.bias}
