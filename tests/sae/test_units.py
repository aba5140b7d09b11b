import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sae import units as module
from sae.units import Units, channel_units, describe_units, latent_units, neuron_units
from tests.sae.planted import identity_autoencoder


def units_of(activations, threshold=0.0):
    activations = np.asarray(activations, dtype=np.float32)
    n, m = activations.shape
    return Units(
        kind="latent",
        n_images=n,
        columns=lambda start, stop: activations[:, start:stop],
        thresholds=np.full(m, threshold, dtype=np.float32),
        directions=np.eye(m, dtype=np.float32),
    )


def test_statistics_by_hand():
    # The second unit is never active.
    stats = describe_units(
        units_of([[0, 0], [4, 0], [1, 0], [2, 0], [0, -1]]), top=4, strata=3, bins=4, seed=0
    )
    np.testing.assert_allclose(stats.density, [0.6, 0])
    np.testing.assert_array_equal(stats.alive, [True, False])
    np.testing.assert_allclose(stats.mean_activation, [7 / 3, 0])
    np.testing.assert_allclose(stats.max_activation, [4, 0])
    np.testing.assert_allclose(stats.histogram_edges, [[0, 1, 2, 3, 4], [0, 0, 0, 0, 0]])
    np.testing.assert_array_equal(stats.histogram_counts, [[0, 1, 1, 1], [0, 0, 0, 0]])
    np.testing.assert_array_equal(stats.top_images, [[1, 3, 2, -1], [-1] * 4])
    np.testing.assert_array_equal(stats.top_values, [[4, 2, 1, np.nan], [np.nan] * 4])
    np.testing.assert_array_equal(stats.quantile_images, [[1, 3, 2], [-1] * 3])
    np.testing.assert_array_equal(stats.quantile_values, [[4, 2, 1], [np.nan] * 3])


def test_fewer_active_images_than_strata_are_each_drawn_once():
    stats = describe_units(units_of([[3], [0], [5]]), strata=6, seed=0)
    drawn = stats.quantile_images[0]
    assert sorted(drawn[drawn >= 0]) == [0, 2]


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 1000))
def test_order_of_images_and_size_of_blocks_do_not_matter(n, m, seed):
    rng = np.random.default_rng(seed)
    activations = np.maximum(rng.permutation(n * m).reshape(n, m) - n * m // 2, 0)
    order = rng.permutation(n)
    stats = describe_units(units_of(activations), top=5, strata=4, seed=1)
    shuffled = describe_units(units_of(activations[order]), top=5, strata=4, seed=1)
    for field in ("density", "mean_activation", "max_activation", "top_values", "quantile_values"):
        np.testing.assert_allclose(getattr(shuffled, field), getattr(stats, field), rtol=1e-6)
    there = shuffled.top_images >= 0
    np.testing.assert_array_equal(order[shuffled.top_images[there]], stats.top_images[there])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK_VALUES", n)
        alone = describe_units(units_of(activations), top=5, strata=4, seed=1)
    for field in ("quantile_images", "histogram_counts", "top_images"):
        np.testing.assert_array_equal(getattr(alone, field), getattr(stats, field))


def test_each_stratum_gives_an_image_of_its_own_range():
    activations = np.arange(1, 101, dtype=np.float32)[::-1, None]  # image i has 100 - i
    stats = describe_units(units_of(activations), strata=4, seed=3)
    np.testing.assert_array_equal(stats.quantile_images[0] // 25, [0, 1, 2, 3])
    other = describe_units(units_of(activations), strata=4, seed=4)
    assert not np.array_equal(stats.quantile_images, other.quantile_images)


def test_latents_are_read_from_the_autoencoder():
    features = np.random.default_rng(0).standard_normal((30, 6)).astype(np.float32)
    autoencoder = identity_autoencoder(6, k=2)
    units = latent_units(autoencoder, features)
    np.testing.assert_allclose(units.columns(1, 4), autoencoder.encode(features)[:, 1:4])
    np.testing.assert_array_equal(units.directions, np.eye(6))
    assert (units.kind, units.n_units, units.n_images) == ("latent", 6, 30)


def test_neurons_are_centred_and_active_above_one_standard_deviation():
    rng = np.random.default_rng(0)
    train = rng.normal(5, 2, (400, 3)).astype(np.float32)
    features = rng.normal(6, 1, (300, 3)).astype(np.float32)
    units = neuron_units(features, train.mean(axis=0))
    np.testing.assert_allclose(units.columns(0, 3), features - train.mean(axis=0), atol=1e-5)
    expected = (features > features.mean(axis=0) + features.std(axis=0)).mean(axis=0)
    np.testing.assert_allclose(describe_units(units, seed=0).density, expected)


def test_no_images_give_units_that_are_not_alive():
    nothing = np.zeros((0, 3), dtype=np.float32)
    neurons = neuron_units(nothing, np.zeros(3, dtype=np.float32))
    latents = latent_units(identity_autoencoder(3, k=1), nothing)
    for units in (neurons, latents):
        stats = describe_units(units, seed=0)
        assert not stats.alive.any() and (stats.top_images == -1).all()


def test_channels_are_centred_and_have_no_direction():
    means = np.array([[1.0, 0], [3, 0], [8, 0]], dtype=np.float32)
    units = channel_units(means, np.array([4.0, 0]))
    np.testing.assert_allclose(units.columns(0, 1)[:, 0], [-3, -1, 4])
    assert (units.kind, units.directions) == ("channel", None)
    np.testing.assert_allclose(describe_units(units, seed=0).density, [1 / 3, 0])


def test_images_drawn_by_chance_are_different_ones_and_may_be_inactive():
    activations = np.arange(-50, 50, dtype=np.float32)[:, None].repeat(3, axis=1)
    stats = describe_units(units_of(activations), chance=10, seed=0)
    for images, values in zip(stats.random_images, stats.random_values, strict=True):
        assert len(set(images)) == 10 and (values < 0).any()
        np.testing.assert_array_equal(values, images - 50.0)
        assert not (np.diff(values) < 0).all()  # in no order of strength
    assert describe_units(units_of(activations[:4]), chance=10, seed=0).random_images.shape == (
        3,
        4,
    )
