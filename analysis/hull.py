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


@dataclass(frozen=True)
class Names:
    """The class names, and how near each lies to its nearest other one."""

    embeddings: Float[np.ndarray, "classes embedding"]
    """Of the bare names, unit rows."""
    nearest_other: Float[np.ndarray, " classes"]
    """Cosines, smallest first."""

    @classmethod
    def of(cls, embeddings: Float[np.ndarray, "classes embedding"]) -> "Names":
        """Measured once, for any number of texts."""
        among = cosine(embeddings, embeddings)
        np.fill_diagonal(among, -1)
        return cls(embeddings, np.sort(among.max(1)))

    def place(self, texts: Float[np.ndarray, "texts embedding"]) -> Hull:
        """Texts beside the class names."""
        to_names = cosine(texts, self.embeddings)
        nearest = to_names.max(1)
        share = np.searchsorted(self.nearest_other, nearest, side="right") / len(self.embeddings)
        return Hull(to_names.argmax(1), nearest, share)


def hull(
    names: Float[np.ndarray, "classes embedding"], texts: Float[np.ndarray, "texts embedding"]
) -> Hull:
    """Place texts beside the class names (embeddings of the bare names, unit rows)."""
    return Names.of(names).place(texts)
