"""What the method must know of concept images, without what it takes to make them."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8


@dataclass(frozen=True)
class ConceptImage:
    """A picture found, and what the classifier makes of it."""

    picture: UInt8[np.ndarray, "side side 3"]
    feature: Float[np.ndarray, " features"]
    """Of the picture as it is shown."""
    cosine: float
    """Of its centred feature with the one that was asked for."""


@runtime_checkable
class Visualiser(Protocol):
    """Makes concept images for one classifier."""

    def __call__(
        self,
        target: Float[np.ndarray, " features"],
        mean: Float[np.ndarray, " features"],
        *,
        seed: int,
    ) -> ConceptImage:
        """A picture whose feature less the mean points along the target."""
        ...
