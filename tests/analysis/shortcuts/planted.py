"""A small world of features in which one class leans on a cue, and an autoencoder that knows it.

Features have an axis for each of ``CLASSES`` classes and one for each of ``CUES`` cues. Class 0
has cue 0 in all but a few images and its weights count on it; cue 1 is shown by a tenth of all
images, as is cue 0 elsewhere, and no class counts on it.
"""

import numpy as np

from analysis.shortcuts.inputs import Head, Seen
from sae.autoencoder import SparseAutoencoder, Threshold
from sae.centring import Centring

CLASSES, CUES, PER_CLASS = 8, 2, 30
D = CLASSES + CUES
CUE = np.eye(D, dtype=np.float32)[CLASSES]
OTHER_CUE = np.eye(D, dtype=np.float32)[CLASSES + 1]


def head() -> Head:
    weight = np.eye(CLASSES, D, dtype=np.float32) * 2
    weight[0, CLASSES] = 3
    return Head(weight, np.zeros(CLASSES, np.float32))


def shows(seed: int = 0) -> np.ndarray:
    """Which image shows which cue, (images, cues)."""
    rng = np.random.default_rng(seed)
    there = rng.random((CLASSES * PER_CLASS, CUES)) < 0.1
    there[:PER_CLASS, 0] = np.arange(PER_CLASS) >= 6
    return there


def seen(seed: int = 0) -> Seen:
    rng = np.random.default_rng(seed + 1)
    labels = np.repeat(np.arange(CLASSES), PER_CLASS)
    features = 0.05 * rng.standard_normal((len(labels), D)).astype(np.float32)
    features[np.arange(len(labels)), labels] += 1
    features[:, CLASSES:] += shows(seed)
    return Seen(features, labels, autoencoder())


def autoencoder() -> SparseAutoencoder:
    """A latent for each axis, on where the axis is above one half."""
    return SparseAutoencoder(
        encoder_weight=np.eye(D, dtype=np.float32),
        encoder_bias=np.zeros(D, np.float32),
        decoder_weight=np.eye(D, dtype=np.float32),
        decoder_bias=np.zeros(D, np.float32),
        gate=Threshold(np.full(D, 0.5, np.float32)),
        subtract_decoder_bias=False,
        centring=Centring(np.zeros(D, np.float32), 1.0),
    )
