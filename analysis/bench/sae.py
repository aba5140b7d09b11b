"""What sparse autoencoders of several architectures make of a classifier's features, and at what
cost: beside random directions, sae-lens's bare trainer and a bare matrix product."""

import contextlib
import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import get_args

import numpy as np

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures
from analysis.bench.intervals import over_seeds
from analysis.bench.training import train_once
from analysis.progress import Progress
from sae.autoencoder import SparseAutoencoder
from sae.backend_saelens import batches, import_saelens, train, trainer_config, training_sae
from sae.centring import Centring
from sae.config import Architecture, SaeConfig, split_held_out
from sae.labels import best_concepts
from sae.metrics import evaluate, random_autoencoder
from sae.stability import seed_stability

LATENTS, TEXTS, DIMENSIONS = 16_384, 20_000, 192
"""Of the labelling that is timed."""
REPEATS = 3

_COLUMNS = {
    "architecture": "architecture",
    "ev": "explained variance",
    "l0": "L0",
    "alive": "alive, %",
    "kept": "decisions kept, %",
    "kl": "KL of the logits, nats",
    "stability": "seed stability",
    "steps": "steps taken",
    "seconds": "seconds",
}


def bench_sae(data: BenchData, *, seeds: int, progress: Progress) -> list[Figures]:
    """Quality by architecture over ``seeds`` trainings, and the two costs."""
    features = data.features
    kept, held_out = split_held_out(len(features), SaeConfig.held_out_share, seed=0)
    default = SaeConfig.default(*features.shape)
    rows = []
    for architecture in get_args(Architecture):
        configs = [replace(default, architecture=architecture, seed=s) for s in range(seeds)]
        rows.append(_row(data, features[kept], features[held_out], configs, progress))
    rows.append(_random_row(data, features[kept], features[held_out], default, seeds))
    settings = {
        "model": data.model,
        "features": f"{len(kept)} x {features.shape[1]}",
        "held out": len(held_out),
        "width, k": f"{default.width}, {default.k}",
        "seeds": seeds,
        "brackets": "smallest and largest over the seeds",
    }
    return [
        Figures("Sparse autoencoders", _COLUMNS, rows, settings, [_STABILITY]),
        _training_cost(features, default, progress),
        _labelling_cost(progress),
    ]


_STABILITY = (
    "Seed stability is the mean cosine of a latent's decoder direction with its match in the "
    "other trainings (Hungarian); for random directions it is what chance gives."
)


def _row(
    data: BenchData,
    shown: np.ndarray,
    held_out: np.ndarray,
    configs: list[SaeConfig],
    progress: Progress,
) -> dict[str, object]:
    made, seconds, steps = [], [], []
    for config in configs:
        start = time.perf_counter()
        trained = train_once(shown, config, config.architecture, progress)
        seconds.append(time.perf_counter() - start)
        made.append(trained.autoencoder)
        steps.append(trained.steps_taken)
    return {
        "architecture": configs[0].architecture,
        **_quality(data, made, held_out),
        "steps": over_seeds(steps),
        "seconds": over_seeds(seconds),
    }


def _random_row(
    data: BenchData, shown: np.ndarray, held_out: np.ndarray, config: SaeConfig, seeds: int
) -> dict[str, object]:
    made = [
        random_autoencoder(shown, width=config.width, k=config.k, seed=seed)
        for seed in range(seeds)
    ]
    quality = _quality(data, made, held_out)
    return {"architecture": "random directions (floor)", **quality, "steps": None, "seconds": None}


def _quality(
    data: BenchData, made: list[SparseAutoencoder], held_out: np.ndarray
) -> dict[str, object]:
    scores = [evaluate(sae, held_out, data.weights, data.bias) for sae in made]
    directions = [sae.decoder_directions for sae in made]
    stability = [
        seed_stability(own, directions[:i] + directions[i + 1 :]).mean()
        for i, own in enumerate(directions)
        if len(directions) > 1
    ]
    return {
        "ev": over_seeds([s.explained_variance for s in scores], digits=3),
        "l0": over_seeds([s.l0 for s in scores]),
        "alive": over_seeds([100 * s.alive_share for s in scores]),
        "kept": over_seeds([100 * s.top1_agreement for s in scores]),
        "kl": over_seeds([s.logit_kl for s in scores], digits=3),
        "stability": over_seeds(stability, digits=3) if stability else None,
    }


def _training_cost(features: np.ndarray, config: SaeConfig, progress: Progress) -> Figures:
    """Ours with everything it does besides, against sae-lens's own loop over the same steps."""
    ours, bare = [], []
    with progress.task("Timing the training", 2 * REPEATS) as advance:
        for _ in range(REPEATS):
            with tempfile.TemporaryDirectory() as directory:
                where = Path(directory) / "sae"
                ours.append(_seconds(lambda where=where: train(features, config, directory=where)))
            advance(1)
            bare.append(_seconds(lambda: _bare_training(features, config)))
            advance(1)
    rows = [
        {"what": "glowworm, early stop and threshold included", "seconds": median(ours)},
        {"what": "sae-lens's bare SAETrainer.fit, the same steps at most", "seconds": median(bare)},
    ]
    return _costs("Training", rows, ours, bare, f"{features.shape[0]} x {features.shape[1]}")


def _bare_training(features: np.ndarray, config: SaeConfig) -> None:
    import torch

    saelens = import_saelens()
    torch.manual_seed(config.seed)
    centred = Centring.of(features).apply(features)
    trainer = saelens.SAETrainer(
        trainer_config(saelens, config, "cpu"),
        training_sae(saelens, features.shape[1], config, "cpu"),
        (torch.from_numpy(b) for b in batches(centred, config.batch_size, seed=config.seed)),
    )
    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        trainer.fit()


def _labelling_cost(progress: Progress) -> Figures:
    rng = np.random.default_rng(0)
    units = rng.standard_normal((LATENTS, DIMENSIONS)).astype(np.float32)
    texts = rng.standard_normal((TEXTS, DIMENSIONS)).astype(np.float32)
    out = np.empty((1024, TEXTS), dtype=np.float32)

    def product() -> None:
        for start in range(0, LATENTS, len(out)):
            block = units[start : start + len(out)]
            np.matmul(block, texts.T, out=out[: len(block)])

    ours, bare = [], []
    with progress.task("Timing the labelling", 2 * REPEATS) as advance:
        for _ in range(REPEATS):
            ours.append(_seconds(lambda: best_concepts(units, texts)))
            advance(1)
            bare.append(_seconds(product))
            advance(1)
    rows = [
        {"what": "the five best texts of every latent", "seconds": median(ours)},
        {"what": "the bare matrix product, in blocks", "seconds": median(bare)},
    ]
    return _costs("Labelling", rows, ours, bare, f"{LATENTS} x {TEXTS} x {DIMENSIONS}")


def _costs(
    title: str, rows: list[dict[str, object]], ours: list[float], bare: list[float], size: str
) -> Figures:
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    rows = [*rows, {"what": "ratio, median of pairs", "ratio": median(ratios)}]
    columns = {"what": "what", "seconds": "seconds", "ratio": "ratio"}
    return Figures(title, columns, rows, {"size": size, "median of": REPEATS})


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
