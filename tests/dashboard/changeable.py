"""The small store with what a what-if rests on: features, head, directions, an autoencoder.

Image 0 has the feature (1, 2, 3, -1) and latents (.5, 1, 1.5, 0, 0, 0): latent j reads feature j
and adds 2 to it for one of activation. The class embeddings rise by 4 in every feature from class
to class, so that an image is taken for the last class where its feature sums to more than 0, for
the first where to less; concept c points along feature c % 4, up or (from 4 on) down.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sqlalchemy import insert

from db.arrays import save_array
from db.engine import make_engine
from db.schema import Artifact
from tests import stores


def make_changeable(directory: Path) -> Path:
    """Put the arrays and the autoencoder into a store of ``tests.stores``."""
    base = np.array([1.0, 2.0, 3.0, -1.0], np.float32)
    axes = np.eye(4, dtype=np.float32)
    arrays = {
        "features": np.stack([np.roll(base, i) for i in range(stores.N_IMAGES)]),
        "bias": np.zeros(len(stores.CLASSES), np.float32),
        "concept_directions.kernel": np.concatenate([axes, -axes]),
    }
    engine = make_engine(directory, "rw")
    with engine.begin() as connection:
        for name, array in arrays.items():
            row = {"stage_name": "units", **save_array(directory, name, array)}
            connection.execute(insert(Artifact), row)
    engine.dispose()
    _autoencoder(directory / "sae")
    return directory


def _autoencoder(directory: Path) -> None:
    directory.mkdir()
    (directory / "cfg.json").write_text(json.dumps({"architecture": "standard"}), "utf-8")
    decoder = np.zeros((stores.N_LATENTS, 4), np.float32)
    decoder[:4] = np.eye(4)
    encoder = np.ascontiguousarray(decoder.T)
    decoder[4:, 0] = 1
    weights = {"W_enc": encoder, "W_dec": decoder}
    weights |= {"b_enc": np.zeros(stores.N_LATENTS, np.float32), "b_dec": np.zeros(4, np.float32)}
    save_file(weights, directory / "sae_weights.safetensors")
    centring = {"mean": np.zeros(4, np.float32), "scale": np.array([2.0], np.float32)}
    save_file(centring, directory / "centring.safetensors")
