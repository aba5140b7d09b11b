"""Stage 7: the sparse autoencoder, its latents, the neurons, and their labels."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from analysis.pipeline.hashing import content_hash
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features, labelling_maps
from db import schema
from sae.autoencoder import SparseAutoencoder
from sae.backend_saelens import train
from sae.config import SaeConfig, split_held_out
from sae.label_scores import score_labels
from sae.labels import label_units
from sae.metrics import evaluate, random_autoencoder
from sae.units import Units, class_effects, describe_units, latent_units, neuron_units

FEWEST_IMAGES = 50
LABELS_PER_UNIT = 5


def _run(context: Context) -> Outcome:
    images = np.asarray(context.store.array("features"))
    config = _config(context, len(images), images.shape[1])
    trained_on, held_out = split_held_out(len(images), config.held_out_share, seed=config.seed)
    autoencoder, directory, row = _autoencoder(
        context, config, images[trained_on], images[held_out]
    )
    everywhere = (latent_units(autoencoder, images), neuron_units(images, autoencoder.centring))
    unseen = images[held_out]
    held = (latent_units(autoencoder, unseen), neuron_units(unseen, autoencoder.centring))
    rows: dict[type[schema.Base], list[dict[str, Any]]] = {
        schema.SparseAutoencoder: [row],
        schema.Unit: [],
        schema.UnitClass: [],
        schema.Activation: [],
        schema.Label: [],
    }
    for units, units_held_out in zip(everywhere, held, strict=True):
        first_id = len(rows[schema.Unit])
        for table, more in _describe(context, units, first_id):
            rows[table] += more
        centred = unseen - images[trained_on].mean(0)
        for labels in _labels(context, units_held_out, centred, first_id):
            labels["id"] = len(rows[schema.Label])
            rows[schema.Label].append(labels)
    return Outcome(rows=rows, files=sorted(directory.iterdir()))


def _config(context: Context, n_images: int, feature_dim: int) -> SaeConfig:
    config = context.config
    if config.sae_width is not None and config.sae_k is not None:
        return SaeConfig(width=config.sae_width, k=config.sae_k, seed=config.seed)
    return SaeConfig.default(n_images, feature_dim, seed=config.seed)


def _autoencoder(
    context: Context, config: SaeConfig, trained_on: np.ndarray, held_out: np.ndarray
) -> tuple[SparseAutoencoder, Path, dict[str, Any]]:
    """Trained, saved in the audit's directory and scored beside its random floor."""
    name = content_hash([asdict(config), trained_on.shape, trained_on.sum().item()])[:12]
    directory = context.config.out / "sae" / name
    shutil.rmtree(directory, ignore_errors=True)  # what an earlier, stopped run left there
    start = time.perf_counter()
    with context.progress.task("Training the autoencoder", config.steps) as advance:
        autoencoder = train(
            trained_on,
            config,
            directory=directory,
            device=context.config.device,
            progress=lambda *_: advance(1),
        )
    seconds = time.perf_counter() - start
    weight, bias = (np.asarray(context.store.array(key)) for key in ("class_embeddings", "bias"))
    scores = evaluate(autoencoder, held_out, weight, bias)
    random = random_autoencoder(trained_on, width=config.width, k=config.k, seed=config.seed)
    floor = evaluate(random, held_out, weight, bias)
    return (
        autoencoder,
        directory,
        {
            "id": 1,
            "config": asdict(config),
            "directory": f"sae/{name}",
            "n_train": len(trained_on),
            "n_held_out": scores.n,
            "explained_variance": scores.explained_variance,
            "l0": scores.l0,
            "alive_share": scores.alive_share,
            "top1_agreement": scores.top1_agreement,
            "logit_kl": scores.logit_kl,
            "floor_explained_variance": floor.explained_variance,
            "floor_top1_agreement": floor.top1_agreement,
            "seconds": seconds,
        },
    )


def _describe(
    context: Context, units: Units, first_id: int
) -> Iterator[tuple[type[schema.Base], list[dict[str, Any]]]]:
    """Rows of the units themselves, of their effects on classes and of their example images."""
    told = describe_units(units, seed=context.config.seed)
    yield (
        schema.Unit,
        [
            {
                "id": first_id + number,
                "kind": units.kind,
                "number": number,
                "alive": bool(told.alive[number]),
                "density": float(told.density[number]),
                "mean_activation": float(told.mean_activation[number]),
                "max_activation": float(told.max_activation[number]),
                "histogram": {
                    "edges": told.histogram_edges[number].tolist(),
                    "counts": told.histogram_counts[number].tolist(),
                },
            }
            for number in range(units.n_units)
        ],
    )
    weight = np.asarray(context.store.array("class_embeddings"))
    effects = class_effects(units.directions, told.mean_activation, weight)
    yield (
        schema.UnitClass,
        [
            {"unit_id": first_id + number, "rank": rank, "class_id": int(c), "effect": float(value)}
            for number in np.flatnonzero(told.alive).tolist()
            for rank, (c, value) in enumerate(
                zip(effects.classes[number], effects.effects[number], strict=True), start=1
            )
        ],
    )
    for stratum, images, values in (
        ("top", told.top_images, told.top_values),
        ("quantile", told.quantile_images, told.quantile_values),
    ):
        yield schema.Activation, _activations(first_id, stratum, images, values)


def _activations(
    first_id: int, stratum: str, images: np.ndarray, values: np.ndarray
) -> list[dict[str, Any]]:
    number, rank = np.nonzero(images >= 0)
    return [
        {"unit_id": first_id + n, "stratum": stratum, "rank": r + 1, "image_id": i, "value": v}
        for n, r, i, v in zip(
            number.tolist(),
            rank.tolist(),
            images[number, rank].tolist(),
            values[number, rank].tolist(),
            strict=True,
        )
    ]


def _labels(
    context: Context, units: Units, held_out: np.ndarray, first_id: int
) -> Iterator[dict[str, Any]]:
    """Candidate texts of every unit by each text map, scored on held-out images."""
    for text_map in labelling_maps(context):
        concepts = np.asarray(context.store.array(f"concept_directions.{text_map}"))
        found = label_units(units.directions, concepts, top=LABELS_PER_UNIT)
        scores = score_labels(units, held_out, concepts, found.concepts, seed=context.config.seed)
        for number, candidates in enumerate(found.concepts):
            for i, concept in enumerate(candidates):
                yield {
                    "unit_id": first_id + number,
                    "text_map": text_map,
                    "rank": i + 1,
                    "concept_id": int(concept),
                    "method": "direction",
                    "cosine": float(found.cosines[number, i]),
                    "z": float(found.z[number, i]),
                    "pearson": _number(scores.pearson[number, i]),
                    "auprc": _number(scores.auprc[number, i]),
                    "f1": _number(scores.f1[number, i]),
                    "auc": _number(scores.auc[number, i]),
                    "floor_pearson": _number(scores.floor_pearson[number]),
                    "abstained": bool(scores.abstained[number, i]),
                }


def _number(value: np.floating) -> float | None:
    """None for what could not be measured (a unit active on no held-out image)."""
    return float(value) if np.isfinite(value) else None


def _skip(context: Context) -> str | None:
    images = features(context)
    if images is None:
        return "latents and neurons are described by images, and this audit has none"
    if len(images) < FEWEST_IMAGES:
        return f"{len(images)} images are too few to train on: give {FEWEST_IMAGES} or more"
    return None


UNITS = Stage(
    name="units",
    title="Latents and neurons",
    needs=("model", "images", "text", "text_maps"),
    inputs=lambda context: {
        "width": context.config.sae_width,
        "k": context.config.sae_k,
        "labels": LABELS_PER_UNIT,
    },
    run=_run,
    skip=_skip,
)
