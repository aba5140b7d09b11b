"""A TopK autoencoder as sae-lens keeps it, untrained: stage ``autoencoder``."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from analysis.bench.desk.made_up.records import Records
from analysis.bench.desk.made_up.stages.explanations import other_images
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import World
from db.schema import SparseAutoencoder
from sae.autoencoder import CENTRING_FILE, CONFIG_FILE, WEIGHTS_FILE
from sae.centring import Centring

_FOLDER = "sae/made_up"
_K = 32


def autoencoder(world: World, directory: Path) -> Filled:
    """Random directions that read the features; the files lie in the audit's ``directory``."""
    n = world.sizes.images
    row = Records(
        1,
        id=1,
        config={"width": world.sizes.latents, "k": _K, "architecture": "topk", "seed": 0},
        directory=_FOLDER,
        n_train=n * 8 // 10,
        n_held_out=n * 2 // 10,
        explained_variance=0.7,
        l0=float(_K),
        alive_share=float(world.latents_alive.mean()),
        top1_agreement=0.8,
        logit_kl=0.3,
        floor_explained_variance=0.1,
        floor_top1_agreement=0.01,
        seconds=60.0,
        steps_taken=4000,
        threshold_trained=None,
        threshold=None,
        seeds=lambda _: [_seed(world, seed) for seed in range(3)],
    )
    stability = world.rng("stability").random(world.sizes.latents).astype(np.float32)
    return Filled(
        {SparseAutoencoder: row}, {"latent_stability": stability}, _files(world, directory)
    )


def changed_images(world: World) -> list[tuple[int, str]]:
    """Images that are not explained, and a change of each as an address writes it: its strongest
    latent set to 0."""
    ids = other_images(world)
    read = (world.features[ids] - world.features.mean(axis=0)) @ world.decoder.T
    strongest = read.argmax(axis=1).tolist()
    return [(image, f"l{n}:0") for image, n in zip(ids.tolist(), strongest, strict=True)]


def _seed(world: World, seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "explained_variance": 0.7,
        "l0": float(_K),
        "alive_share": float(world.latents_alive.mean()),
        "top1_agreement": 0.8,
        "logit_kl": 0.3,
        "stability": 0.5,
    }


def _files(world: World, directory: Path) -> tuple[Path, ...]:
    folder = directory / _FOLDER
    folder.mkdir(parents=True)
    config = {
        "architecture": "topk",
        "k": min(_K, world.sizes.latents),
        "d_in": world.sizes.features,
        "d_sae": world.sizes.latents,
        "dtype": "float32",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config), encoding="utf-8")
    weights = {
        "W_enc": np.ascontiguousarray(world.decoder.T),
        "b_enc": np.zeros(world.sizes.latents, np.float32),
        "W_dec": world.decoder,
        "b_dec": np.zeros(world.sizes.features, np.float32),
    }
    save_file(weights, folder / WEIGHTS_FILE)
    centring = Centring.of(world.features)
    scale = np.array([centring.scale], np.float32)
    save_file({"mean": centring.mean, "scale": scale}, folder / CENTRING_FILE)
    return tuple(folder / name for name in (CONFIG_FILE, WEIGHTS_FILE, CENTRING_FILE))
