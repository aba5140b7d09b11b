"""The small store with what the pages Ask and Map need: directions and a map, by plain rules."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from analysis.textmap.kernel import KernelMap
from analysis.textmap.saved import pack
from db.schema import Measure
from db.store import AuditStore
from tests.stores import CONCEPTS, N_IMAGES, N_LATENTS, N_NEURONS

ATLAS_KINDS = (("class", 4), ("latent", N_LATENTS - 1), ("image", N_IMAGES), ("concept", 8))


def embeddings(n: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, N_NEURONS)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def add_asking(directory: Path) -> Path:
    """Directions of texts, features of images, and an autoencoder."""
    axes = np.eye(N_NEURONS, dtype=np.float32)
    text_map = KernelMap(1.0, 0.1, axes, axes, np.zeros_like(axes), 0.0)
    words = embeddings(len(CONCEPTS), 0)
    _put(
        directory,
        "asking",
        {
            "concept_directions.kernel": words,
            "text_map.kernel": pack(text_map),
            "concept_embeddings": words,
            "name_embeddings": embeddings(4, 1),
            "features": embeddings(N_IMAGES, 2),
        },
    )
    (directory / "sae").mkdir(exist_ok=True)
    save_file({"W_dec": embeddings(N_LATENTS, 3)}, directory / "sae" / "sae_weights.safetensors")
    return directory


def add_atlas(directory: Path) -> Path:
    """Points on a grid: kinds in rows from below, their numbers from left to right."""
    points, positions = [], []
    for row, (_, count) in enumerate(ATLAS_KINDS):
        for number in range(count):
            points.append((row, number, number % 4))
            positions.append((number, row))
    measure = {"name": "map: images beside their class", "value": 0.75, "floor": 0.1, "n": 12}
    _put(
        directory,
        "atlas",
        {
            "atlas.positions": np.array(positions, np.float32),
            "atlas.points": np.array(points, np.int32),
            "labels": np.arange(N_IMAGES) % 4,
        },
        measure | {"what": "Share of the images."},
    )
    return directory


def _put(
    directory: Path, stage: str, arrays: dict[str, np.ndarray], measure: dict | None = None
) -> None:
    with AuditStore.open(directory) as store:
        run = store.begin_run("glowworm map", {}, {}, 0)
        rows = {Measure: [measure]} if measure else {}
        store.finish_stage(run, stage, 20, "hash", seconds=0.1, rows=rows, arrays=arrays)
        store.end_run(run, "done")
