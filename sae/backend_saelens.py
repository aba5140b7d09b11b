"""Training and saving with sae-lens; the only module that imports it (inside functions, 9 s)."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from sae.autoencoder import CENTRING_FILE, SparseAutoencoder
from sae.centring import Centring
from sae.config import SaeConfig

_SMALL_PRODUCT = 10**8


def train(
    features: Float[np.ndarray, "images features"],
    config: SaeConfig,
    *,
    directory: Path,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> SparseAutoencoder:
    """Train a TopK autoencoder on the rows given (all of them: hold images out before).

    Features are centred and scaled (``Centring``); rows are drawn without replacement, epoch
    after epoch, by ``config.seed``; two trainings with one seed, device and thread count are
    equal. ``progress(done, total)`` is called after each step. ``directory`` must not exist; it
    appears whole, in sae-lens's format plus ``centring.safetensors``, or not at all.

    Raises ``FileExistsError`` for an existing directory, ``ValueError`` for unusable features.
    """
    if directory.exists():
        raise FileExistsError(f"{directory} exists: give a new directory")
    centring = Centring.of(features)
    sae = _fit(features, centring, config, device, progress)
    _save(sae, centring, directory)
    return SparseAutoencoder.from_directory(directory)


def batches(
    features: Float[np.ndarray, "images features"], batch_size: int, *, seed: int
) -> Iterator[Float[np.ndarray, "batch features"]]:
    """Endless batches of exactly ``batch_size`` rows; each epoch is a new permutation.

    sae-lens needs both: it divides by the batch size, and a provider that ends raises a bare
    ``StopIteration`` out of the training loop.
    """
    rng = np.random.default_rng(seed)
    rows = np.zeros(0, dtype=np.int64)
    while True:
        while len(rows) < batch_size:
            rows = np.concatenate([rows, rng.permutation(len(features))])
        batch, rows = rows[:batch_size], rows[batch_size:]
        yield features[batch]


def _fit(
    features: np.ndarray,
    centring: Centring,
    config: SaeConfig,
    device: str,
    progress: Callable[[int, int], None] | None,
) -> Any:
    import torch

    saelens = _import_saelens()
    small = config.batch_size * features.shape[1] * config.width < _SMALL_PRODUCT
    with torch.random.fork_rng(), _threads(1 if small else torch.get_num_threads()):
        torch.manual_seed(config.seed)
        sae = saelens.TopKTrainingSAE(
            saelens.TopKTrainingSAEConfig(
                d_in=features.shape[1], d_sae=config.width, k=config.k, device=device
            )
        )
        trainer = saelens.SAETrainer(
            _trainer_config(saelens, config, device),
            sae,
            (
                torch.from_numpy(centring.apply(batch))
                for batch in batches(features, config.batch_size, seed=config.seed)
            ),
        )
        # The public seams of SAETrainer.fit(), without its terminal progress bar.
        for step in range(config.steps):
            trainer.step(next(trainer.data_provider))
            trainer.n_training_steps += 1
            if progress is not None:
                progress(step + 1, config.steps)
        trainer.set_final_sae_metadata()
    return sae


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Torch with that many threads, for a while.

    Small matrix products gain nothing from a second thread, and where the machine is busy they
    wait for it: 1,000 steps of 256 x 192 features and 192 latents took 5 s with one thread and
    48 s with two on two loaded cores.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _trainer_config(saelens: Any, config: SaeConfig, device: str) -> Any:
    """Warm-up over 5 % and linear decay over the last 20 % of the steps."""
    return saelens.SAETrainerConfig(
        total_training_samples=config.steps * config.batch_size,
        train_batch_size_samples=config.batch_size,
        lr=config.learning_rate,
        lr_end=config.learning_rate / 10,  # None fails an assertion in the trainer
        lr_warm_up_steps=config.steps // 20,
        lr_decay_steps=config.steps // 5,
        # Counted in steps; with the default, 1000, a short run never revives a dead latent.
        dead_feature_window=max(1, config.steps // 10),
        device=device,
        logger=saelens.LoggingConfig(log_to_wandb=False),
    )


def _import_saelens() -> Any:
    """sae-lens with its telemetry off and its one deprecated import of transformer-lens quiet."""
    os.environ.setdefault("WANDB_MODE", "disabled")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The 'utils' module", DeprecationWarning)
        import sae_lens
        import sae_lens.config
        import sae_lens.training.sae_trainer
    return _Names(sae_lens)


class _Names:
    """The names of sae-lens that are used here."""

    def __init__(self, sae_lens: Any) -> None:
        self.TopKTrainingSAE = sae_lens.TopKTrainingSAE
        self.TopKTrainingSAEConfig = sae_lens.TopKTrainingSAEConfig
        self.LoggingConfig = sae_lens.config.LoggingConfig
        self.SAETrainerConfig = sae_lens.config.SAETrainerConfig
        self.SAETrainer = sae_lens.training.sae_trainer.SAETrainer


def _save(sae: Any, centring: Centring, directory: Path) -> None:
    """Write into a neighbouring directory, then rename it into place."""
    from safetensors.numpy import save_file

    directory.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        sae.save_inference_model(work)
        scale = np.array([centring.scale], dtype=np.float32)
        save_file({"mean": centring.mean, "scale": scale}, work / CENTRING_FILE)
        work.chmod(0o755)
        work.rename(directory)
    finally:
        shutil.rmtree(work, ignore_errors=True)
