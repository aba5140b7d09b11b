"""Directions of units as they show in the data, beside the directions in their weights."""

import numpy as np
from jaxtyping import Float, Float32

from sae.centring import BLOCK_ROWS
from sae.units import Units


def activation_patterns(
    units: Units, features: Float[np.ndarray, "images features"]
) -> Float32[np.ndarray, "units features"]:
    """Covariance of each unit's activation with the feature, over these images.

    ``features`` are those the units were read from. It is the unit's pattern in the sense of
    Haufe et al. 2014: how the feature differs where the unit is active, whatever the decoder's row
    says. Zero for a unit that never changes.

    Labels by this direction agreed better with the held-out images on which units are most active
    than labels by the decoder's row. Mean MiniLM cosine of the first label with the true class
    names of nine top images, less the same for another unit's images, real ViT-tiny: .126 against
    .108 (64 latents, k 4), .106 against .083 (192, 8), .028 against .014 (neurons); MobileNetV2:
    .124 against .115 (64, 4), .100 against .085 (192, 8), .032 against .023 (neurons). A direction
    whitened by the features' covariance was no better by that measure.
    """
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    patterns = np.zeros((units.n_units, features.shape[1]), dtype=np.float32)
    for block in units.blocks():
        centred = block.activations - block.activations.mean(axis=0)
        for start in range(0, units.n_images, BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            difference = np.asarray(features[rows], dtype=np.float32) - mean
            patterns[block.start : block.stop] += centred[rows].T @ difference
    return patterns / np.float32(max(1, units.n_images))
