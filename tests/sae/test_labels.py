import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sae import labels as module
from sae.labels import label_units


def plainly(directions, concepts, top):
    """Cosines of all pairs, held whole."""
    u, c = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (directions, concepts))
    cosines = u @ c.T
    order = np.argsort(-cosines, axis=1)[:, :top]
    z = (cosines - cosines.mean(axis=0)) / cosines.std(axis=0)
    return order, np.take_along_axis(cosines, order, 1), np.take_along_axis(z, order, 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 30), st.integers(1, 90), st.integers(1, 6), st.integers(0, 1000))
def test_labels_are_those_of_the_whole_product(m, u, top, seed):
    rng = np.random.default_rng(seed)
    directions = rng.standard_normal((m, 5)).astype(np.float32)
    concepts = rng.standard_normal((u, 5)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:  # several tiles of several groups
        patch.setattr(module, "_ROWS", 7)
        patch.setattr(module, "_COLUMNS", 16)
        labels = label_units(directions, concepts, top=top)
    order, cosines, z = plainly(directions, concepts, top)
    np.testing.assert_allclose(labels.cosines, cosines, atol=1e-5)
    np.testing.assert_array_equal(labels.concepts, order)
    np.testing.assert_allclose(labels.z, z, atol=1e-2)


def test_many_concepts_at_the_real_block_size():
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((600, 16)).astype(np.float32)
    concepts = rng.standard_normal((3001, 16)).astype(np.float32)
    order, _, z = plainly(directions, concepts, 5)
    labels = label_units(directions, concepts)
    np.testing.assert_array_equal(labels.concepts, order)
    np.testing.assert_allclose(labels.z, z, atol=1e-3)


def test_a_hub_has_a_large_cosine_and_a_small_z():
    # All units share the first axis, which is concept 0; concept 1 fits unit 0 alone.
    directions = np.array([[3, 1, 0, 0], [3, 0, 1, 0], [3, 0, 0, 1]], dtype=np.float32)
    concepts = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], dtype=np.float32)
    labels = label_units(directions, concepts, top=2)
    np.testing.assert_array_equal(labels.concepts[0], [0, 1])
    assert labels.z[0, 0] == pytest.approx(0, abs=0.1)
    assert labels.z[0, 1] == pytest.approx(np.sqrt(2), abs=1e-3)


def test_a_unit_without_direction_has_cosine_zero():
    labels = label_units(np.zeros((2, 3)), np.eye(3), top=2)
    np.testing.assert_array_equal(labels.cosines, 0)
    assert np.isfinite(labels.z).all()
