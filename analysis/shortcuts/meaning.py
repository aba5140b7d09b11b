"""Which concepts say the same ("fog", "mist"): one finding, not two."""

import numpy as np
from jaxtyping import Float, Int

ALIKE = 0.8
"""Texts whose embeddings are this near say the same …"""
RELATED = 0.5
"""… as do texts this near …"""
SAME_DIRECTION = 0.9
"""… of which the classifier cannot tell one from the other: this near as directions û."""


def same_meaning(
    concept: int,
    others: Int[np.ndarray, " others"],
    embeddings: Float[np.ndarray, "concepts embedding"],
    directions: Float[np.ndarray, "concepts features"],
) -> Int[np.ndarray, " same"]:
    """Those of the others that say what the concept says; all rows of unit length."""
    text = embeddings[others] @ embeddings[concept]
    related = others[text >= RELATED]
    one_direction = directions[related] @ directions[concept] >= SAME_DIRECTION
    return related[one_direction | (text[text >= RELATED] >= ALIKE)]
