"""The rows of the small stores in ``tests.stores``, stage by stage.

All numbers follow from the formulas below, so that expected values can be worked out by hand.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from db.schema import (
    Activation,
    Base,
    Class,
    ClassConcept,
    Concept,
    Finding,
    Image,
    ImageConcept,
    Label,
    Measure,
    Model,
    Prediction,
    SkippedImage,
    SparseAutoencoder,
    TextMap,
    Thumbnail,
    Unit,
    UnitClass,
)
from tests.explanation_rows import explanation_rows

CLASSES = ("jellyfish", "shark", "red crab", "octopus in a cave")
CONCEPTS = (
    "glowing",
    "sharp teeth",
    "red",
    "cave",
    "striped",
    "open sea",
    "50% <b>off</b>_'now'",  # hostile on purpose: HTML, LIKE wildcards, a quote
    "tentacles",
)
TEXT_MAPS = ("kernel", "mlp", "mean", "random")  # kernel is shown first; the last two are floors
N_IMAGES = 12  # image i shows class i % 4; images 1 and 6 are taken for class (i + 1) % 4
ERRORS = (1, 6)
N_LATENTS = 6
N_NEURONS = 4

Rows = Mapping[type[Base], Sequence[Mapping[str, Any]]]


def arrays(stage: str) -> dict[str, np.ndarray]:
    grid = np.arange(len(CLASSES) * N_NEURONS, dtype=np.float32).reshape(len(CLASSES), N_NEURONS)
    return {"class_embeddings": grid} if stage == "classifier" else {}


def _classifier(weights_only: bool) -> Rows:
    model = {
        "id": 1,
        "name": "tiny",
        "spec": {"name": "tiny"},
        "weights_sha256": "0" * 64,
        "feature_dim": N_NEURONS,
        "num_classes": len(CLASSES),
        "preprocessing": {"input_size": 32},
        "split_method": "timm",
        "split_error": 1e-6,
    }
    classes = [{"id": i, "name": name, "folder": f"c{i}"} for i, name in enumerate(CLASSES)]
    return {Model: [model], Class: classes}


def _images(weights_only: bool) -> Rows:
    images, thumbnails, predictions = [], [], []
    for i in range(N_IMAGES):
        true = i % 4
        first = (true + 1) % 4 if i in ERRORS else true
        path = f"c{true}/{i:02d}.png"
        images.append(
            {"id": i, "path": path, "sha256": f"{i:064x}", "width": 32, "height": 32}
            | {"class_id": true}
        )
        thumbnails.append({"image_id": i, "jpeg": thumbnail(i)})
        for rank, class_id, probability in ((1, first, 0.7), (2, (first + 1) % 4, 0.2)):
            predictions.append(
                {"image_id": i, "rank": rank, "class_id": class_id}
                | {"logit": 5.0 - rank, "probability": probability}
            )
    return {
        Image: images,
        Thumbnail: thumbnails,
        Prediction: predictions,
        SkippedImage: [{"path": "c0/broken.png", "reason": "cut short"}],
        Measure: [
            {"name": "accuracy", "value": 10 / 12, "floor": 0.25, "n": N_IMAGES}
            | {"what": "Share of labelled images whose best class is theirs."}
        ],
    }


def _concepts(weights_only: bool) -> Rows:
    """Concept i reads nearest to class i modulo 4; concept 2 is far from all."""
    return {
        Concept: [
            {"id": i, "text": text, "nearest_class_id": i % 4, "nearest_name": 0.9 - 0.1 * i}
            | {"out_of_hull": i == 2}
            for i, text in enumerate(CONCEPTS)
        ]
    }


def _text_maps(weights_only: bool) -> Rows:
    maps = [
        {
            "name": name,
            "shown_first": name == "kernel",
            "is_floor": name in ("mean", "random"),
            "config": {"gamma": 5.0} if name == "kernel" else {},
            "seconds": 0.1,
            "held_out_cosine": 0.5 - 0.1 * i,
            "held_out_top1": 0.4 - 0.1 * i,
            "held_out_top5": 0.8 - 0.1 * i,
            "held_out_mrr": 0.5 - 0.1 * i,
            "image_top1": None if weights_only else 0.3 - 0.05 * i,
            "image_top5": None if weights_only else 0.6 - 0.05 * i,
            "kept": name in ("kernel", "mlp"),
        }
        for i, name in enumerate(TEXT_MAPS)
    ]
    return {TextMap: maps}


def _class_concepts(weights_only: bool) -> Rows:
    """Class c's concept of rank r is concept (c + r - 1) % 8."""
    sources = ("weights",) if weights_only else ("weights", "features")
    of_classes = [
        {"class_id": c, "text_map": name, "source": source, "rank": rank}
        | {"concept_id": (c + rank - 1) % 8, "score": 0.6 - 0.1 * rank, "z": 4.0 - rank}
        | {"corrected": 0.4 - 0.1 * rank, "standout": 6.0 - rank}
        for c in range(4)
        for name in ("kernel", "mlp")
        for source in sources
        for rank in (1, 2, 3)
    ]
    of_images = [
        {"image_id": i, "text_map": name, "rank": rank}
        | {"concept_id": (i + rank - 1) % 8, "score": 0.5 - 0.1 * rank, "z": 3.0 - rank}
        | {"corrected": 0.3 - 0.1 * rank, "standout": 5.0 - rank}
        for i in range(0 if weights_only else N_IMAGES)
        for name in ("kernel", "mlp")
        for rank in (1, 2)
    ]
    return {ClassConcept: of_classes, ImageConcept: of_images}


def _findings(weights_only: bool) -> Rows:
    """Each class holds concept c (unexpected), c + 1 (name-implied) and c + 2 (unexpected)."""
    findings = []
    for c in range(4):
        for position in (1, 2, 3):
            implied = position == 2
            score = 5.0 - position - 0.25 * c
            findings.append(
                {
                    "id": 3 * c + position,
                    "class_id": c,
                    "concept_id": (c + position - 1) % 8,
                    "text_map": "kernel",
                    "position": position,
                    "rank": {1: 1, 2: None, 3: 2}[position],
                    "name_implied": implied,
                    "verdict": "insufficient" if c == 3 and position == 3 else "candidate",
                    "score": score,
                    "p": 0.001 * position,
                    "q": 0.02 * position,
                    "score_weights": 0.1 * score,
                    "z_weights": score,
                    "score_features": None if weights_only else 0.1 * score,
                    "z_features": None if weights_only else score,
                    "z_name": 2.0 if implied else 0.0,
                }
            )
    return {Finding: findings}


def _sae(weights_only: bool) -> Rows:
    sae = {
        "id": 1,
        "config": {"width": N_LATENTS, "k": 2},
        "directory": "sae",
        "n_train": 9,
        "n_held_out": 3,
        "explained_variance": 0.8,
        "l0": 2.0,
        "alive_share": 5 / 6,
        "top1_agreement": 0.9,
        "logit_kl": 0.05,
        "floor_explained_variance": 0.1,
        "floor_top1_agreement": 0.3,
        "seconds": 1.0,
    }
    return {SparseAutoencoder: [sae]}


def _units(weights_only: bool) -> Rows:
    """Units 0-5 are the latents (5 is dead), 6-9 the neurons; unit u pushes class u % 4 most."""
    numbers = [("neuron", n) for n in range(N_NEURONS)]
    if not weights_only:
        numbers = [("latent", n) for n in range(N_LATENTS)] + numbers
    units, effects, labels, activations = [], [], [], []
    for u, (kind, number) in enumerate(numbers):
        alive = (kind, number) != ("latent", N_LATENTS - 1)
        units.append(
            {"id": u, "kind": kind, "number": number, "alive": alive}
            | {"density": 0.25 if alive else 0.0, "mean_activation": 0.5 * alive}
            | {"max_activation": float(u + 1) * alive}
            | {"histogram": {"edges": [0.0, 1.0, 2.0], "counts": [2, 1]}}
        )
        effects += [
            {"unit_id": u, "rank": 1, "class_id": u % 4, "effect": 1.0},
            {"unit_id": u, "rank": 2, "class_id": (u + 1) % 4, "effect": -0.5},
        ]
        labels += _labels(u, weights_only) if alive else []
        if alive and not weights_only:
            activations += [
                {"unit_id": u, "stratum": stratum, "rank": rank}
                | {"image_id": (u + 4 * (rank - 1)) % N_IMAGES, "value": (u + 1.0) / rank}
                for stratum, ranks in (("top", (1, 2, 3)), ("quantile", (1, 2)))
                for rank in ranks
            ]
    return {Unit: units, UnitClass: effects, Label: labels, Activation: activations}


def _labels(unit: int, weights_only: bool) -> list[dict[str, Any]]:
    """Label of rank r is concept (u + r - 1) % 8; labels of unit 2 do not clear their floor."""
    floor = None if weights_only else (0.9 if unit == 2 else 0.2)
    return [
        {
            "id": 1 + 4 * unit + 2 * m + rank - 1,
            "unit_id": unit,
            "text_map": name,
            "rank": rank,
            "concept_id": (unit + rank - 1) % 8,
            "method": "direction",
            "cosine": 0.7 - 0.1 * rank,
            "z": 4.0 - rank,
            "pearson": None if weights_only else 0.6,
            "auprc": None if weights_only else 0.5,
            "f1": None if weights_only else 0.4,
            "auc": None if weights_only else 0.8,
            "floor_pearson": floor,
            "abstained": unit == 2,
        }
        for m, name in enumerate(("kernel", "mlp"))
        for rank in (1, 2)
    ]


def _explanations(weights_only: bool) -> Rows:
    decided = [(i + 1) % 4 if i in ERRORS else i % 4 for i in range(3)]
    return explanation_rows(CONCEPTS, decided)


RESULTS = {
    "classifier": _classifier,
    "images": _images,
    "concepts": _concepts,
    "text-maps": _text_maps,
    "class-concepts": _class_concepts,
    "findings": _findings,
    "sae": _sae,
    "units": _units,
    "explanations": _explanations,
}


def thumbnail(i: int) -> bytes:
    """A plain 16 x 16 JPEG whose colour tells the images apart."""
    buffer = io.BytesIO()
    colour = (20 * i % 256, 60 * i % 256, 255 - 20 * i % 256)
    PillowImage.new("RGB", (16, 16), colour).save(buffer, "JPEG")
    return buffer.getvalue()
