"""Rows as directions."""

import numpy as np
from jaxtyping import Float


def unit_rows(rows: Float[np.ndarray, "rows features"]) -> Float[np.ndarray, "rows features"]:
    """Rows scaled to length 1; a zero row stays zero, so that its cosine with anything is 0."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1)
