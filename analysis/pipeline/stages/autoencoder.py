"""Stage 7: the sparse autoencoder, trained with several seeds or given, and how good it is."""

import shutil
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from analysis.errors import InputError
from analysis.pipeline.families import held_out_rows
from analysis.pipeline.hashing import content_hash, file_hash
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features
from db import schema
from db.queries.overview import sae
from sae.autoencoder import CENTRING_FILE, CONFIG_FILE, WEIGHTS_FILE, SparseAutoencoder
from sae.backend_saelens import Trained, train
from sae.config import SaeConfig
from sae.metrics import SaeMetrics, evaluate, random_autoencoder
from sae.stability import seed_stability

FEWEST_IMAGES = 50
NEAR_FLOOR = 0.02
MOSTLY_ALIVE = 0.9
FILES = (CONFIG_FILE, WEIGHTS_FILE, CENTRING_FILE)
SEED_SCORES = ("explained_variance", "l0", "alive_share", "top1_agreement", "logit_kl")


@dataclass(frozen=True)
class _Subject:
    """What an autoencoder is trained on, and what it is scored by."""

    kept: np.ndarray
    held_out: np.ndarray
    weight: np.ndarray
    bias: np.ndarray

    def scores(self, autoencoder: SparseAutoencoder) -> SaeMetrics:
        return evaluate(autoencoder, self.held_out, self.weight, self.bias)


def _run(context: Context) -> Outcome:
    images = np.asarray(context.store.array("features"))
    config = sae_config(context, *images.shape)
    kept, held_out = held_out_rows(len(images), seed=config.seed)
    weight, bias = (np.asarray(context.store.array(key)) for key in ("class_embeddings", "bias"))
    subject = _Subject(images[kept], images[held_out], weight, bias)
    if context.config.sae is not None:
        return _given(context, context.config.sae, subject)
    return _trained(context, config, subject)


def sae_config(context: Context, n_images: int, feature_dim: int) -> SaeConfig:
    """How the autoencoder is trained here."""
    config = context.config
    fields: dict[str, Any] = {"architecture": config.sae_architecture}
    if config.sae_width is not None and config.sae_k is not None:
        fields |= {"width": config.sae_width, "k": config.sae_k}
    return replace(SaeConfig.default(n_images, feature_dim, seed=config.seed), **fields)


def _trained(context: Context, config: SaeConfig, subject: _Subject) -> Outcome:
    """One autoencoder for each seed; the first is kept, the others say how stable its latents are.

    Nothing is chosen between the seeds: the first stands for what one training gives.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "first"
        start = time.perf_counter()
        first = _train(context, config, subject, made, "Training the autoencoder")
        seconds = time.perf_counter() - start
        trained = [first.autoencoder]
        for seed in range(config.seed + 1, config.seed + context.config.sae_seeds):
            again = replace(config, seed=seed)
            where = Path(scratch) / str(seed)
            more = _train(context, again, subject, where, f"The same with seed {seed}")
            trained.append(more.autoencoder)
        directory = _put_beside_store(context, made)
    scores = [subject.scores(autoencoder) for autoencoder in trained]
    stability = _stability(trained)
    row = _row(context, first.autoencoder, subject, scores[0], k=config.k) | {
        "config": asdict(config) | {"levels": list(config.levels)},
        "directory": f"sae/{directory.name}",
        "seconds": seconds,
        "steps_taken": first.steps_taken,
        "threshold_trained": first.threshold_trained,
        "threshold": first.threshold,
        "seeds": [
            {name: getattr(score, name) for name in SEED_SCORES}
            | {"seed": config.seed + i, "stability": float(stable.mean()) if len(stable) else None}
            for i, (score, stable) in enumerate(zip(scores, stability, strict=True))
        ],
    }
    return Outcome(
        rows={schema.SparseAutoencoder: [row]},
        arrays={"latent_stability": stability[0]} if len(stability[0]) else {},
        files=sorted(directory.iterdir()),
        notes=_doubts(scores[0], row, config),
    )


def _doubts(scores: SaeMetrics, row: dict[str, Any], config: SaeConfig) -> list[str]:
    """What an auditor should know before trusting the latents."""
    doubts = []
    if scores.explained_variance < row["floor_explained_variance"] + NEAR_FLOOR:
        doubts.append(
            f"WARNING: the autoencoder explains {scores.explained_variance:.2f} of the variance, "
            f"random directions {row['floor_explained_variance']:.2f}: its latents mean little"
        )
    if not 0.75 * config.k <= scores.l0 <= 1.25 * config.k:
        doubts.append(
            f"{scores.l0:.1f} latents are active on a held-out image where k = {config.k} was "
            "asked for: more images help"
        )
    if scores.alive_share < MOSTLY_ALIVE:
        doubts.append(
            f"{1 - scores.alive_share:.0%} of the latents are active on no held-out image: "
            "a smaller --sae-width or more images help"
        )
    return doubts


def _train(
    context: Context, config: SaeConfig, subject: _Subject, directory: Path, title: str
) -> Trained:
    with context.progress.task(title, config.steps) as advance:
        return train(
            subject.kept,
            config,
            directory=directory,
            device=context.config.device,
            progress=lambda *_: advance(1),
        )


def _stability(autoencoders: list[SparseAutoencoder]) -> list[np.ndarray]:
    """For each autoencoder its latents' stability over the others; empty with one seed."""
    directions = [one.decoder_directions for one in autoencoders]
    if len(directions) < 2:
        return [np.zeros(0, dtype=np.float32)]
    return [
        seed_stability(own, directions[:i] + directions[i + 1 :]).astype(np.float32)
        for i, own in enumerate(directions)
    ]


def _given(context: Context, source: Path, subject: _Subject) -> Outcome:
    """An autoencoder of somebody else, copied beside the store so that it stays what it was."""
    autoencoder = read_given(source, subject.kept.shape[1])
    directory = _put_beside_store(context, source)
    scores = subject.scores(autoencoder)
    k = max(1, min(round(scores.l0), autoencoder.width))
    row = _row(context, autoencoder, subject, scores, k=k) | {
        "config": {"source": str(source), "width": autoencoder.width, "k": k},
        "directory": f"sae/{directory.name}",
        "seconds": 0.0,
    }
    notes = [f"The autoencoder of {source} was taken as it is: nothing was trained here"]
    if scores.explained_variance < 0:
        notes.append(
            "WARNING: it reconstructs these features worse than their mean does: it was made for "
            "another classifier, another layer, or features at another scale"
        )
    return Outcome(
        rows={schema.SparseAutoencoder: [row]}, files=sorted(directory.iterdir()), notes=notes
    )


def read_given(source: Path, feature_dim: int) -> SparseAutoencoder:
    """The autoencoder in a directory of sae-lens's format; InputError where it does not fit."""
    try:
        autoencoder = SparseAutoencoder.from_directory(source)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--sae {source} cannot be read ({error}): give a directory that sae-lens's "
            "save_inference_model wrote"
        ) from error
    if len(autoencoder.decoder_bias) != feature_dim:
        raise InputError(
            f"--sae {source} is for features of {len(autoencoder.decoder_bias)} dimensions, this "
            f"classifier's have {feature_dim}: give one that was trained on them"
        )
    return autoencoder


def sae_hashes(source: Path) -> dict[str, str]:
    """Hashes of an autoencoder's files, those that are there."""
    return {name: file_hash(source / name) for name in FILES if (source / name).exists()}


def _put_beside_store(context: Context, source: Path) -> Path:
    """A copy in the audit's directory, named by its weights; one that is there already stays.

    What the store points to is never touched before the store points elsewhere, so a run that is
    stopped leaves the earlier autoencoder whole. What earlier runs left over goes.
    """
    home = context.config.out / "sae"
    home.mkdir(exist_ok=True)
    hashes = sae_hashes(source)
    weights = {name: digest for name, digest in hashes.items() if name != CONFIG_FILE}
    directory = home / content_hash(weights)[:12]
    if not directory.exists() or sae_hashes(directory).keys() != hashes.keys():
        work = Path(tempfile.mkdtemp(prefix=".new.", dir=home))
        for name in hashes:
            shutil.copyfile(source / name, work / name)
        work.chmod(0o755)
        shutil.rmtree(directory, ignore_errors=True)
        work.rename(directory)
    known = sae(context.store.engine)
    needed = {directory.name, Path(known.directory).name if known else ""}
    for old in home.iterdir():
        if old.name not in needed:
            shutil.rmtree(old, ignore_errors=True)
    return directory


def _row(
    context: Context,
    autoencoder: SparseAutoencoder,
    subject: _Subject,
    scores: SaeMetrics,
    *,
    k: int,
) -> dict[str, Any]:
    """Its scores beside those of random directions."""
    random = random_autoencoder(
        subject.kept, width=autoencoder.width, k=k, seed=context.config.seed
    )
    floor = subject.scores(random)
    return {
        "id": 1,
        "n_train": len(subject.kept),
        "n_held_out": scores.n,
        **{name: getattr(scores, name) for name in SEED_SCORES},
        "floor_explained_variance": floor.explained_variance,
        "floor_top1_agreement": floor.top1_agreement,
    }


def _skip(context: Context) -> str | None:
    images = features(context)
    if images is None:
        return "latents and neurons are described by images, and this audit has none"
    if len(images) < FEWEST_IMAGES:
        return f"{len(images)} images are too few to train on: give {FEWEST_IMAGES} or more"
    if (images == images[0]).all():
        return "the classifier's features are the same for all images: check its weights"
    return None


def _inputs(context: Context) -> dict[str, Any]:
    config = context.config
    return {
        "architecture": config.sae_architecture,
        "width": config.sae_width,
        "k": config.sae_k,
        "seeds": config.sae_seeds,
        "given": sae_hashes(config.sae) if config.sae else None,
    }


AUTOENCODER = Stage(
    name="autoencoder",
    title="Sparse autoencoder",
    needs=("model", "images"),
    inputs=_inputs,
    run=_run,
    skip=_skip,
)
