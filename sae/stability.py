"""Which latents come back when the training is done again with another seed."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from sae.directions import unit_rows


def seed_stability(
    directions: Float[np.ndarray, "latents features"],
    others: Sequence[Float[np.ndarray, "_ features"]],
) -> Float[np.ndarray, " latents"]:
    """Mean cosine of each latent's decoder direction with its match in the other autoencoders.

    Latents are matched one to one so that the sum of cosines is largest (Hungarian matching, as
    Paulo & Belrose 2025 do). 1: the same latent came back with every seed; what random directions
    reach depends on width and dimension and stands beside it in the benches. A latent without a
    partner, in a narrower autoencoder, counts as 0.

    Raises ``ValueError`` where there is no other autoencoder.
    """
    if not others:
        raise ValueError("there is no other autoencoder: train with at least two seeds")
    total = np.zeros(len(directions))
    mine = unit_rows(directions)
    for other in others:
        cosines = mine @ unit_rows(other).T
        rows, columns = linear_sum_assignment(-cosines)
        total[rows] += cosines[rows, columns]
    return total / len(others)
