"""Features made of few known directions, and autoencoders small enough to check by hand."""

import numpy as np
from safetensors.numpy import save_file

from sae.autoencoder import SparseAutoencoder, TopK
from sae.centring import Centring

CFG = {
    "architecture": "topk",
    "k": 3,
    "d_in": 8,
    "d_sae": 20,
    "rescale_acts_by_decoder_norm": True,
    "apply_b_dec_to_input": True,
    "normalize_activations": "none",
    "reshape_activations": "none",
    "dtype": "float32",
    "device": "cpu",
    "metadata": {},
}


def planted_features(*, n=3000, dim=24, directions=12, active=2, seed=0):
    """Each row is a sum of ``active`` of the unit directions, plus a mean and a little noise."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((directions, dim))
    truth /= np.linalg.norm(truth, axis=1, keepdims=True)
    on = rng.random((n, directions)).argsort(axis=1) < active
    weights = on * rng.uniform(1.0, 2.0, (n, directions))
    features = weights @ truth + 5 + 0.02 * rng.standard_normal((n, dim))
    return features.astype(np.float32), truth.astype(np.float32)


def random_weights(seed=0, *, latents=20, dim=8):
    """Weights in sae-lens's names; decoder rows of very different lengths."""
    rng = np.random.default_rng(seed)
    lengths = rng.uniform(0.2, 3.0, (latents, 1))
    weights = {
        "W_enc": rng.standard_normal((dim, latents)),
        "b_enc": rng.standard_normal(latents),
        "W_dec": rng.standard_normal((latents, dim)) * lengths,
        "b_dec": rng.standard_normal(dim),
    }
    return {name: array.astype(np.float32) for name, array in weights.items()}


def save_weights(directory, weights, config):
    """A directory as sae-lens writes it."""
    import json

    directory.mkdir()
    save_file(weights, directory / "sae_weights.safetensors")
    (directory / "cfg.json").write_text(json.dumps(config))


def identity_autoencoder(dim, *, k, mean=0.0):
    """Latent i is the positive part of feature i, of which the k largest are kept."""
    eye = np.eye(dim, dtype=np.float32)
    zeros = np.zeros(dim, dtype=np.float32)
    centring = Centring(np.full(dim, mean, dtype=np.float32), 1.0)
    return SparseAutoencoder(eye, zeros, eye, zeros, TopK(k), True, centring)
