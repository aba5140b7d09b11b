"""Attributes and labels against the reef's truth: the parts that need no training."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from analysis.bench.attributes import CUES, OWN, SHARED, Pictures, _label_row, average_precisions
from analysis.reef.folder import attributes_of, image_seed
from analysis.reef.prepared import IMAGE_SEED
from analysis.reef.render import render
from analysis.reef.vocabulary import vocabulary
from sae.units import Units


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10_000), st.booleans())
def test_average_precision_is_that_of_scikit_learn_ties_included(n, seed, ties):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, (n, 3)) if ties else rng.standard_normal((n, 3))
    truth = rng.random((n, 2)) < 0.4
    truth[0] = True
    found = average_precisions(scores.astype(float), truth)
    for unit in range(3):
        for attribute in range(2):
            expected = average_precision_score(truth[:, attribute], scores[:, unit])
            np.testing.assert_allclose(found[unit, attribute], expected)


def test_an_attribute_that_no_image_shows_has_no_precision() -> None:
    assert np.isnan(average_precisions(np.ones((3, 1)), np.zeros((3, 1), dtype=bool))).all()


def test_what_a_file_shows_is_what_was_rendered_into_it() -> None:
    for name, number in (("jellyfish", 3), ("red crab", 11)):
        drawn = render(name, image_seed(IMAGE_SEED, number)).attributes
        assert attributes_of(f"{name}/{number:04d}.jpg", IMAGE_SEED) == drawn


def test_attributes_are_words_of_the_vocabulary_and_cues_are_among_the_shared_ones() -> None:
    assert set(SHARED) | set(OWN) <= set(vocabulary())
    assert set(CUES) <= set(SHARED) and not set(SHARED) & set(OWN)


def test_labels_are_right_where_they_name_what_a_unit_detects_best() -> None:
    """Feature i is attribute i; the texts of two attributes have changed places."""
    rng = np.random.default_rng(0)
    words, names = vocabulary(), (*SHARED, *OWN)
    truth = rng.random((900, len(names))) < 0.15
    features = truth + 0.01 * rng.standard_normal(truth.shape)
    pictures = Pictures(features.astype(np.float32), truth)
    concepts = rng.standard_normal((len(words), len(names)))
    for i, name in enumerate(names):
        concepts[words.index(name)] = np.eye(len(names))[i]
    swapped = [words.index(names[0]), words.index(names[1])]
    concepts[swapped] = concepts[swapped[::-1]]
    activations = (features - features.mean(axis=0)).astype(np.float32)
    units = Units(
        kind="latent",
        n_images=900,
        columns=lambda start, stop: activations[:, start:stop],
        thresholds=np.full(len(names), 0.5, dtype=np.float32),
        directions=np.eye(len(names), dtype=np.float32),
    )
    row = _label_row([(units, units, None)], pictures, pictures, concepts)
    right = 100 * (len(names) - 2) / len(names)
    assert row["holding"] == row["alive"] == len(names)
    np.testing.assert_allclose([row["first"], row["direction"], row["any"]], right)
    assert row["shuffled"] < 10
