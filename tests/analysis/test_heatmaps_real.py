"""Heat-maps of a real transformer: greying out where a map is hot takes the unit down.

Maps of patch tokens are approximate, so this says how much they are worth: units read a class's
own direction, the decision of the image; floors are random positions, the coldest ones, and those
that are hot in another image (neighbours are hot together, and photographs have a middle).
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from analysis.classifier.load import load_classifier
from analysis.classifier.positions import Positions, find_positions
from analysis.classifier.spec import ModelSpec
from analysis.heatmaps import centring_of_positions, heat_maps, latent_readout, like_features
from analysis.images.batches import as_batch
from analysis.images.decode import decode
from analysis.images.folder import list_images
from sae.autoencoder import SparseAutoencoder, TopK
from sae.centring import Centring

PACK = Path(__file__).parents[3] / "shared" / "real"
N_IMAGES = 60
MASKED = 0.2

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not PACK.is_dir(), reason="the real pack (../shared/real) is not here"),
]


def load() -> tuple[Positions, Tensor]:
    """The transformer's positions, and some preprocessed photographs."""
    name = "vit_tiny_patch16_224"
    classifier = load_classifier(
        ModelSpec(name, checkpoint=PACK / "models" / f"{name}.safetensors")
    )
    positions = find_positions(classifier)
    assert positions is not None and positions.kind == "token"
    root = PACK / "imagenet" / "val1300"
    files = list_images(root, {}).files
    chosen = np.random.default_rng(0).permutation(len(files))[:N_IMAGES]
    pictures = [decode(root / files[i].path, classifier.preprocessing).pixels for i in chosen]
    return positions, classifier.preprocessing.normalize(as_batch(pictures))


def masked(pixels: Tensor, hottest_first: np.ndarray, grid: int) -> Tensor:
    """Pictures with the first share of their positions greyed out."""
    count = round(MASKED * grid**2)
    mask = torch.zeros(len(pixels), grid**2, dtype=torch.bool)
    mask.scatter_(1, torch.from_numpy(hottest_first[:, :count].copy()), True)
    side = pixels.shape[-1] // grid
    cells = mask.view(-1, 1, grid, grid)
    return pixels.masked_fill(cells.repeat_interleave(side, 2).repeat_interleave(side, 3), 0)


def test_the_hottest_positions_matter_more_than_random_ones() -> None:
    positions, pixels = load()
    classifier = positions.classifier
    parts = [positions.with_features(batch) for batch in pixels.split(20)]
    features, maps = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
    weight = classifier.head.weight.numpy()
    directions = weight - weight.mean(0)
    centring = Centring.of(features)
    autoencoder = SparseAutoencoder(
        encoder_weight=directions.T.copy(),
        encoder_bias=np.zeros(len(weight), np.float32),
        decoder_weight=directions,
        decoder_bias=np.zeros(weight.shape[1], np.float32),
        gate=TopK(1),
        subtract_decoder_bias=True,
        centring=centring,
    )
    decided = classifier.head(torch.from_numpy(features)).argmax(1).numpy()
    images, grid = np.arange(N_IMAGES), positions.rows
    own = centring_of_positions([maps])
    like = like_features(maps.reshape(-1, maps.shape[3]), own, centring).reshape(maps.shape)
    heat = heat_maps(like, latent_readout(autoencoder), images, decided).values
    flat = heat.reshape(N_IMAGES, -1).astype(float)
    order = {
        "hottest": np.argsort(-flat, axis=1, kind="stable"),
        "coldest": np.argsort(flat, axis=1, kind="stable"),
        "another image's": np.argsort(-np.roll(flat, 1, axis=0), axis=1, kind="stable"),
        "random": np.random.default_rng(1).random(flat.shape).argsort(axis=1),
    }

    def read(of: np.ndarray) -> np.ndarray:
        return autoencoder.pre_activations(of)[images, decided]

    before = read(features)
    drops = {}
    for name, first in order.items():
        greyed = masked(pixels, first, grid).split(20)
        after = read(torch.cat([classifier.features(batch) for batch in greyed]).numpy())
        drops[name] = 1 - after / before
    told = ", ".join(f"{name} {drop.mean():.3f}" for name, drop in drops.items())
    wins = (drops["hottest"] > drops["random"]).mean()
    print(f"mean drop: {told}; hottest above random on {wins:.0%}")  # noqa: T201
    assert drops["hottest"].mean() > 1.5 * drops["random"].mean(), told
    assert drops["hottest"].mean() > 1.5 * drops["coldest"].mean(), told
    assert drops["hottest"].mean() > drops["another image's"].mean(), told
    assert wins > 0.55, told
