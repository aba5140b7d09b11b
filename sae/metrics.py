"""How well an autoencoder stands for the features: reconstruction, sparsity, decisions kept."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sae.autoencoder import SparseAutoencoder, TopK
from sae.centring import Centring, row_blocks

_ROWS = 2048


@dataclass(frozen=True)
class SaeMetrics:
    """Scores over ``n`` images that were not trained on."""

    n: int
    explained_variance: float  # about the mean of these images; 1 is perfect, 0 is the mean
    normalised_mse: float  # squared error over squared norm, about zero: flatters large means
    l0: float  # mean number of active latents of an image
    alive_share: float  # share of latents active on at least one of the images
    top1_agreement: float  # share of images whose decision the reconstruction keeps
    logit_kl: float  # mean KL(probabilities || those of the reconstruction), nats


def explained_variance(
    features: Float[np.ndarray, "images features"],
    reconstruction: Float[np.ndarray, "images features"],
) -> float:
    """1 - sum |f - f'|² / sum |f - mean f|²: predicting the mean explains exactly 0.

    About zero instead of the mean, as some tools have computed it, a constant would score high.
    NaN where all features are equal.
    """
    features = features.astype(np.float64)
    residual = np.square(features - reconstruction).sum()
    total = np.square(features - features.mean(axis=0)).sum()
    return float(1 - residual / total) if total > 0 else float("nan")


def normalised_mse(
    features: Float[np.ndarray, "images features"],
    reconstruction: Float[np.ndarray, "images features"],
) -> float:
    """sum |f - f'|² / sum |f|², about zero; NaN where all features are zero."""
    residual = np.square(features.astype(np.float64) - reconstruction).sum()
    total = np.square(features.astype(np.float64)).sum()
    return float(residual / total) if total > 0 else float("nan")


def decision_agreement(
    features: Float[np.ndarray, "images features"],
    reconstruction: Float[np.ndarray, "images features"],
    weight: Float[np.ndarray, "classes features"],
    bias: Float[np.ndarray, " classes"],
) -> tuple[float, float]:
    """Share of images whose first class is kept, and mean KL(p || p') of the classes in nats."""
    logits = features @ weight.T + bias
    other = reconstruction @ weight.T + bias
    kept = logits.argmax(axis=1) == other.argmax(axis=1)
    log_p, log_q = _log_softmax(logits), _log_softmax(other)
    divergence = (np.exp(log_p) * (log_p - log_q)).sum(axis=1)
    return float(kept.mean()), float(divergence.mean())


def evaluate(
    autoencoder: SparseAutoencoder,
    features: Float[np.ndarray, "images features"],
    weight: Float[np.ndarray, "classes features"],
    bias: Float[np.ndarray, " classes"],
) -> SaeMetrics:
    """All scores in blocks of rows. Raises ``ValueError`` where there is no image."""
    n = len(features)
    if n == 0:
        raise ValueError("there are no held-out images: raise held_out_share")
    mean = sum(b.sum(axis=0, dtype=np.float64) for b in row_blocks(features)) / n
    fired = np.zeros(autoencoder.width, dtype=bool)
    residual = spread = square = active = kept = divergence = 0.0
    for block in row_blocks(features, _ROWS):
        latents = autoencoder.encode(block)
        rebuilt = autoencoder.decode(latents)
        residual += float(np.square(block - rebuilt).sum(dtype=np.float64))
        spread += float(np.square(block - mean).sum())
        square += float(np.square(block).sum(dtype=np.float64))
        fired |= (latents > 0).any(axis=0)
        active += int((latents > 0).sum())
        share, nats = decision_agreement(block, rebuilt, weight, bias)
        kept += share * len(block)
        divergence += nats * len(block)
    return SaeMetrics(
        n=n,
        explained_variance=1 - residual / spread if spread > 0 else float("nan"),
        normalised_mse=residual / square if square > 0 else float("nan"),
        l0=active / n,
        alive_share=float(fired.mean()),
        top1_agreement=kept / n,
        logit_kl=divergence / n,
    )


def random_autoencoder(
    features: Float[np.ndarray, "images features"], *, width: int, k: int, seed: int
) -> SparseAutoencoder:
    """The floor: random unit directions, encoder tied to them, best common scale.

    It is centred on the features given (the training images) and is scored by ``evaluate`` like
    any other; what it explains, k random directions of that many explain.
    """
    centring = Centring.of(features)
    directions = np.random.default_rng(seed).standard_normal((width, features.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    unscaled = _tied(directions.astype(np.float32), 1.0, k, centring)
    fit = power = 0.0  # least squares of x on latents · directions
    for block in row_blocks(features, _ROWS):
        rebuilt = unscaled.encode(block) @ unscaled.decoder_weight
        fit += float((centring.apply(block) * rebuilt).sum(dtype=np.float64))
        power += float(np.square(rebuilt).sum(dtype=np.float64))
    return _tied(directions.astype(np.float32), fit / power if power > 0 else 0.0, k, centring)


def _tied(directions: np.ndarray, scale: float, k: int, centring: Centring) -> SparseAutoencoder:
    width, d = directions.shape
    return SparseAutoencoder(
        encoder_weight=np.ascontiguousarray(directions.T),
        encoder_bias=np.zeros(width, dtype=np.float32),
        decoder_weight=directions * np.float32(scale),
        decoder_bias=np.zeros(d, dtype=np.float32),
        gate=TopK(k),
        subtract_decoder_bias=False,
        centring=centring,
    )


def _log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
