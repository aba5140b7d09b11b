"""Training and saving with sae-lens; the only module that imports it (inside functions, 9 s)."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from sae.autoencoder import CENTRING_FILE, SparseAutoencoder, Threshold
from sae.centring import Centring
from sae.config import SaeConfig, split_held_out

LOOKS = 20
"""How often at most the loss on validation images is looked at."""
FEWEST_VALIDATION = 20
"""Images; with fewer nothing is stopped early, and thresholds are set on the training images."""
_SMALL_PRODUCT = 10**8


@dataclass(frozen=True)
class Trained:
    """An autoencoder and how its training went."""

    autoencoder: SparseAutoencoder
    steps_taken: int  # until the best state on validation images
    threshold_trained: float | None  # mean over latents, as training left it; None for TopK
    threshold: float | None  # the same after it was set anew


def train(
    features: Float[np.ndarray, "images features"],
    config: SaeConfig,
    *,
    directory: Path,
    device: str = "cpu",
    progress: Callable[[int, int], None] | None = None,
) -> Trained:
    """Train an autoencoder on the rows given (all of them: hold images out before).

    Features are centred and scaled (``Centring``); rows are drawn without replacement, epoch
    after epoch, by ``config.seed``; two trainings with one seed, device and thread count are
    equal. A share of the rows is kept for validation: training stops when it no longer helps
    them. Thresholds (of BatchTopK, Matryoshka, JumpReLU) are shifted afterwards so that k
    latents are active on a validation image in the mean: what training leaves follows from a
    running average that starts at zero and lets too many through. ``progress(done, total)`` is
    called after each step. ``directory`` must not exist; it appears whole, in sae-lens's format
    plus ``centring.safetensors``, or not at all.

    Raises ``FileExistsError`` for an existing directory, ``ValueError`` for unusable features.
    """
    if directory.exists():
        raise FileExistsError(f"{directory} exists: give a new directory")
    centring = Centring.of(features)
    kept, validation = split_held_out(len(features), config.validation_share, seed=config.seed)
    if len(validation) < FEWEST_VALIDATION:
        kept, validation = np.arange(len(features)), np.zeros(0, dtype=np.int64)
    sae, steps = _fit(features[kept], features[validation], centring, config, device, progress)
    looked_at = features[validation if len(validation) else kept]
    with _whole(directory) as work:
        _save(sae, centring, work)
        as_trained = SparseAutoencoder.from_directory(work)
        if isinstance(as_trained.gate, Threshold):
            _shift_threshold(sae, threshold_shift(as_trained, looked_at, config.k))
            _save(sae, centring, work)
    autoencoder = SparseAutoencoder.from_directory(directory)
    return Trained(autoencoder, steps, _mean_threshold(as_trained), _mean_threshold(autoencoder))


def _mean_threshold(autoencoder: SparseAutoencoder) -> float | None:
    gate = autoencoder.gate
    return float(gate.thresholds.mean()) if isinstance(gate, Threshold) else None


def threshold_shift(
    autoencoder: SparseAutoencoder, features: Float[np.ndarray, "images features"], k: int
) -> float:
    """What to add to every threshold so that k latents are active on an image in the mean.

    Raises ``ValueError`` for an autoencoder without thresholds.
    """
    if not isinstance(autoencoder.gate, Threshold):
        raise ValueError("a TopK autoencoder has no thresholds: its k is exact")
    pre = autoencoder.pre_activations(features)
    margin = np.where(pre > 0, pre - autoencoder.gate.thresholds, -np.inf).ravel()
    wanted = min(k * len(pre), int(np.isfinite(margin).sum()))
    if wanted in (0, len(margin)):
        return 0.0
    cut = np.partition(margin, len(margin) - wanted - 1)[len(margin) - wanted - 1 :]
    lowest_in = cut[1:].min()
    # Halfway to the largest margin that stays out, so that rounding decides nothing.
    return float((lowest_in + cut[0]) / 2) if np.isfinite(cut[0]) else float(lowest_in - 1e-6)


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
    validation: np.ndarray,
    centring: Centring,
    config: SaeConfig,
    device: str,
    progress: Callable[[int, int], None] | None,
) -> tuple[Any, int]:
    """The trained autoencoder of sae-lens in its best state, and the steps that led there."""
    import torch

    saelens = import_saelens()
    small = config.batch_size * features.shape[1] * config.width < _SMALL_PRODUCT
    with torch.random.fork_rng(), _threads(1 if small else torch.get_num_threads()):
        torch.manual_seed(config.seed)
        sae = training_sae(saelens, features.shape[1], config, device)
        trainer = saelens.SAETrainer(
            trainer_config(saelens, config, device),
            sae,
            (
                torch.from_numpy(centring.apply(batch))
                for batch in batches(features, config.batch_size, seed=config.seed)
            ),
        )
        watch = _Watch(sae, torch.from_numpy(centring.apply(validation)).to(device), config)
        # The public seams of SAETrainer.fit(), without its terminal progress bar.
        for step in range(1, config.steps + 1):
            trainer.step(next(trainer.data_provider))
            trainer.n_training_steps += 1
            if progress is not None:
                progress(step, config.steps)
            if watch.says_stop(step):
                break
        trainer.set_final_sae_metadata()
        return sae, watch.restore_best()


class _Watch:
    """Looks at the validation loss while training goes on, and keeps the best state."""

    def __init__(self, sae: Any, validation: Any, config: SaeConfig) -> None:
        self.sae, self.validation, self.levels, self.k = sae, validation, config.levels, config.k
        self.patience, self.last = config.patience, config.steps
        self.every = max(1, config.steps // LOOKS)
        self.best, self.best_step, self.best_state, self.worse = float("inf"), 0, None, 0

    def says_stop(self, step: int) -> bool:
        """Whether the loss has not fallen for ``patience`` looks."""
        if len(self.validation) == 0 or (step % self.every and step != self.last):
            return False
        loss = self._loss()
        if loss < self.best:
            self.best, self.best_step, self.worse = loss, step, 0
            self.best_state = {key: value.clone() for key, value in self.sae.state_dict().items()}
        else:
            self.worse += 1
        return self.worse >= self.patience

    def restore_best(self) -> int:
        """Put the best state back; returns the step it was seen at."""
        if self.best_state is None:
            return self.last
        self.sae.load_state_dict(self.best_state)
        return self.best_step

    def _loss(self) -> float:
        """Squared error with k latents active in the mean; the mean over the levels.

        While JumpReLU's thresholds still rise, all it lets through would reconstruct best early.
        """
        import torch

        with torch.no_grad():
            latents = self.sae.encode(self.validation)
            if (latents > 0).sum() > self.k * len(latents):
                lowest = latents.flatten().topk(self.k * len(latents)).values[-1]
                latents = torch.where(latents >= lowest, latents, 0)
            total = 0.0
            for width in self.levels:
                inner = latents.clone()
                inner[:, width:] = 0
                total += float((self.sae.decode(inner) - self.validation).square().mean())
        return total / len(self.levels)


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


def training_sae(saelens: Any, feature_dim: int, config: SaeConfig, device: str) -> Any:
    """sae-lens's own training module of the architecture asked for."""
    size = {"d_in": feature_dim, "d_sae": config.width, "device": device}
    match config.architecture:
        case "topk":
            return saelens.TopKTrainingSAE(saelens.TopKTrainingSAEConfig(k=config.k, **size))
        case "batchtopk":
            made = saelens.BatchTopKTrainingSAEConfig(k=config.k, **size)
            return saelens.BatchTopKTrainingSAE(made)
        case "matryoshka":
            made = saelens.MatryoshkaBatchTopKTrainingSAEConfig(
                k=config.k, matryoshka_widths=list(config.levels), **size
            )
            return saelens.MatryoshkaBatchTopKTrainingSAE(made)
        case "jumprelu":
            made = saelens.JumpReLUTrainingSAEConfig(
                jumprelu_sparsity_loss_mode="quadratic",
                target_l0=config.k,
                l0_warm_up_steps=config.steps // 2,
                **size,
            )
            return saelens.JumpReLUTrainingSAE(made)


def trainer_config(saelens: Any, config: SaeConfig, device: str) -> Any:
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


def _shift_threshold(sae: Any, shift: float) -> None:
    """Raise (or lower) all thresholds of an autoencoder in training form; none below zero."""
    threshold = sae.topk_threshold if hasattr(sae, "topk_threshold") else sae.threshold.data
    threshold.add_(shift).clamp_(min=0)


def import_saelens() -> Any:
    """sae-lens's names, with its telemetry off and its one deprecated import quiet."""
    os.environ.setdefault("WANDB_MODE", "disabled")
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The 'utils' module", DeprecationWarning)
        import sae_lens
        import sae_lens.config
        import sae_lens.training.sae_trainer
    return _Names(sae_lens)


class _Names:
    """The names of sae-lens that are used here, wherever it keeps them."""

    def __init__(self, sae_lens: Any) -> None:
        self._places = (sae_lens, sae_lens.config, sae_lens.training.sae_trainer)

    def __getattr__(self, name: str) -> Any:
        return next(getattr(place, name) for place in self._places if hasattr(place, name))


@contextmanager
def _whole(directory: Path) -> Iterator[Path]:
    """A neighbouring directory to write into, renamed into place when all went well."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        yield work
        work.chmod(0o755)
        work.rename(directory)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _save(sae: Any, centring: Centring, directory: Path) -> None:
    from safetensors.numpy import save_file

    sae.save_inference_model(directory)
    scale = np.array([centring.scale], dtype=np.float32)
    save_file({"mean": centring.mean, "scale": scale}, directory / CENTRING_FILE)
