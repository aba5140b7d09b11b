"""A sparse autoencoder trained for a bench, its files thrown away."""

import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Float

from analysis.progress import Progress
from sae.backend_saelens import Trained, train
from sae.config import SaeConfig


def train_once(
    features: Float[np.ndarray, "images features"],
    config: SaeConfig,
    name: str,
    progress: Progress,
) -> Trained:
    """Train under a bar of that name."""
    with (
        tempfile.TemporaryDirectory() as directory,
        progress.task(f"{name}, seed {config.seed}", config.steps) as advance,
    ):
        return train(
            features, config, directory=Path(directory) / "sae", progress=lambda *_: advance(1)
        )
