"""The one interface of all text maps, and the cosine they are scored by."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float


@runtime_checkable
class FittedTextMap(Protocol):
    """û: text embeddings to directions in the classifier's weight space."""

    def __call__(
        self, embeddings: Float[np.ndarray, "texts embedding"]
    ) -> Float[np.ndarray, "texts features"]:
        """Directions û(t), float32; only their direction means something, not their length."""
        ...

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything needed to apply the map again, as named arrays."""
        ...


@runtime_checkable
class TextMapEstimator(Protocol):
    """What learns a text map from the C pairs (prompt embedding, class embedding)."""

    @property
    def name(self) -> str: ...

    @property
    def is_floor(self) -> bool:
        """Whether it is there to be beaten only."""
        ...

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> FittedTextMap:
        """Learn from unit-norm prompt embeddings s_i and class embeddings w_{c_i}."""
        ...

    def describe(self) -> dict[str, Any]:
        """Its configuration, as JSON."""
        ...


def unit_rows(rows: Float[np.ndarray, "rows dim"]) -> Float[np.ndarray, "rows dim"]:
    """Rows scaled to length 1; a zero row stays zero, so that its cosine with anything is 0."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1)


def cosine(
    a: Float[np.ndarray, "a dim"], b: Float[np.ndarray, "b dim"]
) -> Float[np.ndarray, "a b"]:
    """Cosines between the rows of two matrices, in one product."""
    return unit_rows(a) @ unit_rows(b).T
