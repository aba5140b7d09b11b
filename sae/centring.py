"""Mean and scale that features are brought to before they reach the autoencoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

BLOCK_ROWS = 8192


@dataclass(frozen=True)
class Centring:
    """``(feature - mean) / scale``: mean zero and a mean square of 1 per dimension.

    Dead latents come with large means (ecosystem of sparse autoencoders: centring cures them),
    and one learning rate fits all classifiers only when their features have one scale.
    """

    mean: Float[np.ndarray, " features"]
    scale: float

    @classmethod
    def of(cls, features: Float[np.ndarray, "images features"]) -> "Centring":
        """Measured over the rows, block by block.

        Raises ``ValueError`` when there are no rows, a feature is not finite, or all are equal.
        """
        n, d = features.shape
        if n == 0:
            raise ValueError("there are no features: give at least two different rows")
        total = np.zeros(d)
        for block in row_blocks(features):
            total += block.sum(axis=0, dtype=np.float64)
        mean = total / n
        square = sum(float(np.square(block - mean).sum()) for block in row_blocks(features))
        scale = np.sqrt(square / (n * d))
        if not np.isfinite(scale):
            raise ValueError("some features are not finite: extract them again in float32")
        if scale <= 1e-12 * max(1.0, float(np.abs(mean).max())):
            raise ValueError("all features are equal: give at least two different rows")
        return cls(mean.astype(np.float32), float(np.float32(scale)))

    def apply(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float[np.ndarray, "images features"]:
        """From the classifier's units to the autoencoder's, float32."""
        return (np.asarray(features, dtype=np.float32) - self.mean) / np.float32(self.scale)


def row_blocks(array: np.ndarray, rows: int = BLOCK_ROWS) -> Iterator[np.ndarray[Any, Any]]:
    """The array's rows in consecutive blocks, so that a memory-mapped file stays on disk."""
    for start in range(0, len(array), rows):
        yield np.asarray(array[start : start + rows])
