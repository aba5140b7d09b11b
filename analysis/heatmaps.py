"""Heat-maps: where in an image a unit is active, read from the features at each position.

Where the classifier's features are the mean of those at the positions, latents before they are cut
off at zero, and neurons, are means of what is read here, so a map shows exactly where a unit's
activation comes from. Where they are not (the class token of a transformer), patch tokens are
first brought to the mean and the scale of the features, and a map is an approximation.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8

from sae.autoencoder import SparseAutoencoder
from sae.centring import Centring

FULL = 255
"""What the peak of a map is stored as."""

Readout = Callable[
    [Float[np.ndarray, "positions features"], Int[np.ndarray, " units"]],
    Float[np.ndarray, "positions units"],
]
"""What some units, given by their numbers, read at each position; below zero counts as nothing."""


def neuron_readout(mean: Float[np.ndarray, " features"]) -> Readout:
    """Neurons, or channels: the value at a position less its mean over the images."""
    return lambda positions, numbers: positions[:, numbers] - mean[numbers]


def latent_readout(autoencoder: SparseAutoencoder) -> Readout:
    """Latents as the encoder reads them, before a gate compares them or holds them to a threshold:
    a map can show heat on an image on which the latent does not come through."""
    bias = autoencoder.decoder_bias if autoencoder.subtract_decoder_bias else np.float32(0)

    def read(positions: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        x = autoencoder.centring.apply(positions) - bias
        return x @ autoencoder.encoder_weight[:, numbers] + autoencoder.encoder_bias[numbers]

    return read


@dataclass(frozen=True)
class HeatMaps:
    """Some maps, 0 where the unit is not active and 255 at the peak; all 0 without a peak."""

    values: UInt8[np.ndarray, "maps rows columns"]
    peaks: Float32[np.ndarray, " maps"]


def heat_maps(
    positions: Float[np.ndarray, "images rows columns features"],
    read: Readout,
    images: Int[np.ndarray, " maps"],
    numbers: Int[np.ndarray, " maps"],
) -> HeatMaps:
    """Map ``i`` is that of unit ``numbers[i]`` on image ``images[i]``, a row of ``positions``."""
    rows, columns = positions.shape[1:3]
    values = np.zeros((len(images), rows, columns), np.uint8)
    peaks = np.zeros(len(images), np.float32)
    for image in np.unique(images):
        which = np.flatnonzero(images == image)
        at_positions = positions[image].reshape(rows * columns, -1)
        heat = np.maximum(read(at_positions, numbers[which]), 0).T
        peaks[which] = heat.max(axis=1)
        scaled = heat * (FULL / np.where(peaks[which] > 0, peaks[which], 1))[:, None]
        values[which] = np.rint(scaled).reshape(-1, rows, columns)
    return HeatMaps(values, peaks)


def like_features(
    positions: Float[np.ndarray, "positions width"], own: Centring, features: Centring
) -> Float32[np.ndarray, "positions width"]:
    """Positions of mean and scale ``own`` brought to those of the features."""
    return own.apply(positions) * np.float32(features.scale) + features.mean


def centring_of_positions(
    batches: Iterable[Float[np.ndarray, "_ rows columns features"]],
) -> Centring:
    """Mean and scale of the features at all positions of some images, batch by batch.

    Raises ``ValueError`` when there are no images, or all positions are equal.
    """
    count, total, square = 0, np.zeros(()), np.zeros(())
    for batch in batches:
        rows = batch.reshape(-1, batch.shape[-1]).astype(np.float64)
        count += len(rows)
        total = total + rows.sum(0)
        square = square + np.square(rows).sum(0)
    if count == 0:
        raise ValueError("there are no positions: give at least one image")
    mean = total / count
    scale = float(np.sqrt(np.maximum(square / count - np.square(mean), 0).mean()))
    if scale <= 1e-6 * max(1.0, float(np.abs(mean).max())):
        raise ValueError("the features are equal at all positions: give other images")
    return Centring(mean.astype(np.float32), float(np.float32(scale)))
