import numpy as np
import pytest

from sae import units as units_module
from sae.deeds import cofiring, decisions_of, largest, logit_effects, nearest
from tests.sae.test_units import units_of


def test_effects_are_of_the_direction_against_the_average_class():
    # Centred classes: (2, 0), (-1, 3), (-1, -3) from these rows.
    weights = np.array([[3.0, 0], [0, 3], [0, -3]])
    effects = logit_effects(np.eye(2), np.array([1.0, 2.0]), weights)
    np.testing.assert_allclose(effects, [[2, -1, -1], [0, 6, -6]])
    classes, values = largest(effects, 2)
    np.testing.assert_array_equal(classes, [[0, 1], [1, 2]])
    np.testing.assert_allclose(values, [[2, -1], [6, -6]])


def test_decisions_by_hand():
    # Activation above the threshold 1: unit 0 has 1, 3, 0, 0; unit 1 is never active.
    units = units_of([[2, 0], [4, 0], [1, 0], [0, 0]], threshold=1.0)
    under = decisions_of(units, np.array([0, 1, 1, 2]), classes=3)
    np.testing.assert_allclose(under.share, [[0.25, 0.75, 0], [0, 0, 0]])
    np.testing.assert_array_equal(under.active, [[1, 1, 0], [0, 0, 0]])
    np.testing.assert_array_equal(under.decided, [1, 2, 1])
    entropy = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    np.testing.assert_allclose(under.effective_classes, [np.exp(entropy), 0])
    np.testing.assert_array_equal(under.single_class, [True, False])


def test_cofiring_is_the_correlation_of_being_active(monkeypatch):
    rng = np.random.default_rng(0)
    activations = rng.standard_normal((200, 5))
    activations[:, 1] = activations[:, 0] * 3  # active together
    activations[:, 4] = -1  # never active
    units = units_of(activations)
    expected = np.corrcoef((activations[:, :4] > 0).T)
    phi = cofiring(units)
    np.testing.assert_allclose(phi[:4, :4], expected - np.eye(4), atol=1e-5)
    assert phi[0, 1] == pytest.approx(1, abs=1e-5) and not phi[4].any() and not phi[:, 4].any()
    monkeypatch.setattr(units_module, "_BLOCK_VALUES", 200)  # one unit at a time
    np.testing.assert_allclose(cofiring(units), phi, atol=1e-6)


def test_nearest_is_the_cosine_without_oneself():
    cosines = nearest(np.array([[2.0, 0], [1, 1], [0, 0]]))
    np.testing.assert_allclose(
        cosines, [[0, np.sqrt(0.5), 0], [np.sqrt(0.5), 0, 0], [0, 0, 0]], atol=1e-6
    )
