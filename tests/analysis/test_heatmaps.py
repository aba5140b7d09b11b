"""Heat-maps: what units read at positions, and whether that is where the creature is."""

import numpy as np
import pytest
import torch
from PIL import Image

from analysis.classifier.load import load_classifier
from analysis.classifier.positions import find_positions
from analysis.classifier.split import Classifier
from analysis.heatmaps import (
    HeatMaps,
    centring_of_positions,
    heat_maps,
    latent_readout,
    like_features,
    neuron_readout,
)
from analysis.reef.folder import image_seed
from analysis.reef.prepared import IMAGE_SEED, shipped_spec
from analysis.reef.render import Rendering, render
from analysis.reef.truth import PLAIN_CREATURES
from sae.autoencoder import SparseAutoencoder, TopK
from sae.centring import Centring


def make_autoencoder(width: int, latents: int, *, subtract: bool, seed: int = 0):
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    return SparseAutoencoder(
        encoder_weight=draw(width, latents),
        encoder_bias=draw(latents),
        decoder_weight=draw(latents, width),
        decoder_bias=draw(width),
        gate=TopK(2),
        subtract_decoder_bias=subtract,
        centring=Centring(draw(width), 1.7),
    )


def some_positions(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(4, 3, 5, 6)).astype(np.float32)


# ---------------------------------------------------------------- readouts


@pytest.mark.parametrize("subtract", [True, False])
def test_a_latents_map_averages_to_what_the_encoder_reads_from_the_mean(subtract: bool) -> None:
    autoencoder = make_autoencoder(6, 9, subtract=subtract)
    positions, numbers = some_positions(), np.array([4, 0, 8])
    read = latent_readout(autoencoder)
    for image in positions:
        at_positions = read(image.reshape(15, 6), numbers)
        feature = image.reshape(15, 6).mean(0)
        for column, j in enumerate(numbers):
            x = (feature - autoencoder.centring.mean) / 1.7
            if subtract:
                x = x - autoencoder.decoder_bias
            pre = sum(x[i] * autoencoder.encoder_weight[i, j] for i in range(6))
            pre += autoencoder.encoder_bias[j]
            assert at_positions[:, column].mean() == pytest.approx(pre, abs=1e-5)


def test_a_latents_map_is_what_the_encoder_gives_each_position() -> None:
    autoencoder = make_autoencoder(6, 9, subtract=True)
    rows = some_positions().reshape(-1, 6)
    numbers = np.arange(9)
    dense = np.maximum(latent_readout(autoencoder)(rows, numbers), 0)
    kept = autoencoder.encode(rows)  # TopK leaves two latents of each
    assert np.allclose(dense[kept > 0], kept[kept > 0], atol=1e-5)


def test_positions_are_brought_to_the_mean_and_scale_of_the_features() -> None:
    own = Centring(np.array([1, 2], np.float32), 2.0)
    features = Centring(np.array([10, 20], np.float32), 3.0)
    positions = np.array([[1.0, 2.0], [3.0, 0.0]], np.float32)
    assert like_features(positions, own, features).tolist() == [[10, 20], [13, 17]]


def test_a_neuron_is_read_less_its_mean() -> None:
    read = neuron_readout(np.array([1.0, 10.0, 100.0]))
    at = read(np.array([[1.0, 12.0, 99.0], [4.0, 9.0, 100.0]]), np.array([1, 0]))
    assert at.tolist() == [[2, 0], [-1, 3]]


# ---------------------------------------------------------------- maps


def test_maps_are_scaled_to_their_peak_and_cut_off_at_zero() -> None:
    positions = np.array([[[[5.0], [1.0]], [[-3.0], [3.0]]], [[[0.5], [1.0]], [[-1.0], [1.0]]]])
    maps = heat_maps(positions, neuron_readout(np.ones(1)), np.array([1, 0]), np.array([0, 0]))
    # image 1 exceeds its mean nowhere; image 0 by 4, 0, -4, 2
    assert maps.peaks.tolist() == [0, 4]
    assert maps.values.tolist() == [[[0, 0], [0, 0]], [[255, 0], [0, 128]]]
    assert maps.values.dtype == np.uint8


def test_maps_come_in_the_order_of_the_pairs() -> None:
    positions, mean = some_positions(), np.zeros(6)
    images, numbers = np.array([3, 0, 3, 1, 0]), np.array([5, 2, 0, 1, 2])
    maps = heat_maps(positions, neuron_readout(mean), images, numbers)
    for i, (image, number) in enumerate(zip(images, numbers, strict=True)):
        heat = np.maximum(positions[image, :, :, number], 0)
        assert maps.peaks[i] == pytest.approx(heat.max())
        assert np.abs(maps.values[i] / 255 * maps.peaks[i] - heat).max() <= heat.max() / 500


def test_no_pairs_give_no_maps() -> None:
    none = np.zeros(0, np.int64)
    maps = heat_maps(some_positions(), neuron_readout(np.zeros(6)), none, none)
    assert maps.values.shape == (0, 3, 5)


def test_positions_are_centred_by_all_batches() -> None:
    positions = some_positions() * 3 + 20
    centring = centring_of_positions([positions[:1], positions[1:]])
    rows = positions.reshape(-1, 6).astype(np.float64)
    assert centring.mean == pytest.approx(rows.mean(0), rel=1e-5)
    assert centring.scale == pytest.approx(np.sqrt(rows.var(0).mean()), rel=1e-5)
    assert np.square(centring.apply(rows)).mean() == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("batches", [[], [np.ones((2, 2, 2, 3), np.float32)]])
def test_positions_that_cannot_be_centred_are_refused(batches: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match="give"):
        centring_of_positions(batches)


# ---------------------------------------------------------------- what maps show, on the reef

RENDERED = 2  # of each class


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return load_classifier(shipped_spec())


@pytest.fixture(scope="module")
def reef() -> list[Rendering]:
    return [
        render(name, image_seed(IMAGE_SEED, i))
        for name in PLAIN_CREATURES[:20]
        for i in range(RENDERED)
    ]


def inside(maps: HeatMaps, masks: np.ndarray) -> np.ndarray:
    """Share of each map's heat that lies inside its mask (share of each position covered)."""
    return (maps.values * masks).sum((1, 2)) / maps.values.sum((1, 2))


def test_heat_of_units_behind_the_decision_lies_on_the_creature(
    shipped: Classifier, reef: list[Rendering]
) -> None:
    """Against two floors: the mask's share of the area, and the masks of other images."""
    positions = find_positions(shipped)
    assert positions is not None and positions.kind == "mean"
    pixels = torch.stack([shipped.preprocessing(Image.fromarray(r.image)) for r in reef])
    features, maps = (part.numpy() for part in positions.with_features(pixels))
    size = (positions.columns, positions.rows)
    masks = np.stack(
        [
            np.asarray(
                Image.fromarray(r.mask.astype(np.float32)).resize(size, Image.Resampling.BOX)
            )
            for r in reef
        ]
    )
    mean, weight = features.mean(0), shipped.head.weight.numpy()
    decided = shipped.head(torch.from_numpy(features)).argmax(1).numpy()
    centred = weight - weight.mean(0)
    images = np.arange(len(reef))

    active = np.where(features > mean, (features - mean) * centred[decided], -np.inf)
    best = np.argsort(-active, axis=1)[:, :5]
    of_images, neurons = np.repeat(images, 5), best.ravel()
    drawn = {"neurons": (heat_maps(maps, neuron_readout(mean), of_images, neurons), of_images)}

    # latents that read a class's direction
    autoencoder = SparseAutoencoder(
        encoder_weight=centred.T.copy(),
        encoder_bias=np.zeros(len(weight), np.float32),
        decoder_weight=centred,
        decoder_bias=np.zeros(len(mean), np.float32),
        gate=TopK(1),
        subtract_decoder_bias=True,
        centring=Centring(mean, 1.0),
    )
    drawn["latents"] = heat_maps(maps, latent_readout(autoencoder), images, decided), images
    for kind, (heat, shown) in drawn.items():
        own, area = inside(heat, masks[shown]), masks[shown].mean((1, 2))
        other = inside(heat, np.roll(masks, 7, axis=0)[shown])
        told = f"{kind}: {own.mean():.3f}, area {area.mean():.3f}, others' {other.mean():.3f}"
        print(told, (own > area).mean())  # noqa: T201
        assert own.mean() > 1.1 * area.mean(), told
        assert own.mean() > 1.1 * other.mean(), told
        assert (own > area).mean() > 0.65, told
