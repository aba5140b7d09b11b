"""How well placed a text map is to judge a text: how near it lies to the class names.

A text map has learned from the class names alone. Far from all of them its direction is mostly
noise, and what it says of such a text is extrapolation; whoever reads it must know.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.textmap.base import cosine

OUTSIDE = 0.05
"""A text is outside when fewer names than this share lie as far from their nearest other name."""


@dataclass(frozen=True)
class Hull:
    """Each text beside the class names."""

    nearest: Int[np.ndarray, " texts"]
    """The class whose name reads nearest."""
    cosine: Float[np.ndarray, " texts"]
    """Of the two texts' embeddings."""
    share: Float[np.ndarray, " texts"]
    """Of the class names, how many lie no nearer to their nearest other name."""

    @property
    def outside(self) -> Bool[np.ndarray, " texts"]:
        """Texts farther from every class name than nearly all names are from each other."""
        return self.share < OUTSIDE


def hull(
    names: Float[np.ndarray, "classes embedding"], texts: Float[np.ndarray, "texts embedding"]
) -> Hull:
    """Place texts beside the class names (embeddings of the bare names, unit rows)."""
    among = cosine(names, names)
    np.fill_diagonal(among, -1)
    nearest_other = np.sort(among.max(1))
    to_names = cosine(texts, names)
    nearest = to_names.max(1)
    share = np.searchsorted(nearest_other, nearest, side="right") / len(names)
    return Hull(to_names.argmax(1), nearest, share)
