"""Units set to other values: by hand, and against the paths that the audit itself takes."""

import numpy as np
import pytest

from analysis.concepts import concept_nulls, top_concepts
from analysis.shortcuts.inputs import Head
from analysis.textmap.base import cosine
from analysis.whatif import DRAWS, Edit, Subject, Words
from sae.autoencoder import SparseAutoencoder, Threshold
from sae.centring import Centring

MEAN = np.array([1.0, 0.0, 0.0], np.float32)
HEAD = Head(np.array([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]], np.float32), np.array([0.5, 0.0]))


def autoencoder() -> SparseAutoencoder:
    """Latent j reads feature j, latent 3 nothing; the scale is 2, so that directions are twice
    the decoder's rows."""
    decoder = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]], np.float32)
    return SparseAutoencoder(
        encoder_weight=np.eye(3, 4, dtype=np.float32),
        encoder_bias=np.zeros(4, np.float32),
        decoder_weight=decoder,
        decoder_bias=np.zeros(3, np.float32),
        gate=Threshold(np.zeros(4, np.float32)),
        subtract_decoder_bias=False,
        centring=Centring(np.zeros(3, np.float32), 2.0),
    )


@pytest.fixture
def subject() -> Subject:
    """Latents (2, 1, 0, 0), neurons (3, 2, -1)."""
    return Subject(np.array([4.0, 2.0, -1.0], np.float32), MEAN, HEAD, autoencoder())


def test_a_latent_moves_the_feature_along_the_decoder_times_the_scale(subject: Subject) -> None:
    assert subject.latents.tolist() == [2, 1, 0, 0]
    off = subject.edited([Edit("latent", 0, 0.0)])
    assert off.tolist() == [0, 2, -1]  # 4 - 2 · 2; what no latent says of feature 2 stays
    added = subject.edited([Edit("latent", 3, 0.5), Edit("latent", 1, 3.0)])
    assert added.tolist() == [5, 7, -1]  # + .5 · (2, 2, 0), + 2 · (0, 2, 0)
    assert subject.feature.tolist() == [4, 2, -1]


def test_a_neuron_is_set_above_its_mean_whatever_the_latents_did(subject: Subject) -> None:
    edits = [Edit("neuron", 0, 0.5), Edit("latent", 0, 0.0), Edit("neuron", 2, 0.0)]
    assert subject.edited(edits).tolist() == [1.5, 2, 0]
    assert subject.edited([]).tolist() == [4, 2, -1]
    assert subject.edited([Edit("neuron", 1, 9.0), Edit("neuron", 1, 2.0)])[1] == 2


def test_contributions_are_against_the_mean_of_all_classes(subject: Subject) -> None:
    # w_0 less the mean: (1, -1, 0); latents 0 and 1 push by 2 and -2 for one of activation
    numbers = np.array([0, 1, 2])
    assert subject.contributions("latent", numbers, 0).tolist() == [4, -2, 0]
    assert subject.contributions("neuron", numbers, 0).tolist() == [3, -2, 0]
    assert subject.strongest("latent", 0, 5).tolist() == [0, 1]  # the others are off
    assert subject.strongest("neuron", 0, 2).tolist() == [0, 1]


def test_a_contribution_is_what_switching_off_takes(subject: Subject) -> None:
    def lead(feature: np.ndarray) -> float:
        logits = HEAD.logits(feature[None])[0]
        return float(logits[0] - logits.mean())

    fall = lead(subject.feature) - lead(subject.edited([Edit("latent", 0, 0.0)]))
    assert fall == pytest.approx(subject.contributions("latent", np.array([0]), 0)[0])


def test_random_changes_take_as_much_from_others() -> None:
    feature = np.array([8.0, 6.0, 4.0], np.float32)
    many = Subject(feature, MEAN, HEAD, autoencoder())  # latents 4, 3, 2
    edits = [Edit("latent", 0, 2.5)]  # takes 1.5 of activation, 3 of the feature
    drawn = many.random(edits, seed=1)
    assert drawn.shape == (DRAWS, 3)
    assert (drawn[:, 0] == 8).all()  # what was edited is not drawn
    assert (feature - drawn).sum(axis=1) == pytest.approx(3)
    assert {tuple(row) for row in drawn.tolist()} == {(8, 3, 4), (8, 6, 1)}
    assert (many.random(edits, seed=1) == drawn).all()
    assert many.can_match(edits)


def test_of_the_last_only_what_is_missing_is_taken_and_never_more_than_there_is() -> None:
    feature = np.array([8.0, 6.0, 4.0], np.float32)
    many = Subject(feature, MEAN, HEAD, autoencoder())
    drawn = many.random([Edit("latent", 0, 0.0)], seed=1)  # 4: all of 3 and 1 of 2, or 2 and 2 of 3
    assert {tuple(row) for row in drawn.tolist()} == {(8, 0, 2), (8, 2, 0)}
    assert many.can_match([Edit("latent", 0, 0.0)])
    assert not many.can_match([Edit("latent", 0, 0.0), Edit("latent", 1, 0.0)])
    assert (many.random([Edit("latent", 0, 0.0), Edit("latent", 1, 0.0)], seed=1)[:, 2] == 0).all()


def test_what_is_added_is_added_to_one_of_the_others() -> None:
    many = Subject(np.array([8.0, 6.0, 4.0], np.float32), MEAN, HEAD, autoencoder())
    drawn = many.random([Edit("latent", 3, 1.0)], seed=0)  # one that was off
    assert {tuple(row) for row in drawn.tolist()} == {(10, 6, 4), (8, 8, 4), (8, 6, 6)}


def test_neurons_are_drawn_with_their_signs() -> None:
    subject = Subject(np.array([4.0, 2.0, -3.0], np.float32), MEAN, HEAD, None)
    drawn = subject.random([Edit("neuron", 0, 1.0)], seed=0)  # from 3 above its mean: 2 less
    assert {tuple(row) for row in drawn.tolist()} == {(4, 0, -3), (4, 2, -1)}
    crossing = subject.random([Edit("neuron", 0, -1.0)], seed=0)  # 3 taken, 1 added
    assert (np.abs(crossing[:, 1:]).sum(axis=1) == 3).all()  # 2 + 3 - 3 + 1
    assert len(subject.latents) == 0


def rows(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)


@pytest.mark.parametrize("told", [0.0, 0.5, 1.0])
def test_words_are_those_that_the_audit_stores(told: float) -> None:
    """Whatever share of the concepts' hubness the store tells, the rest is measured."""
    features, directions = rows(700, 0) + 1, rows(60, 1) * np.linspace(0.1, 9, 60)[:, None]
    directions = directions.astype(np.float32)
    centred = features - features.mean(0)
    stored = top_concepts(centred, directions, best=10)
    hubness = concept_nulls(centred, directions).hubness.astype(float)
    hubness[np.random.default_rng(2).random(60) > told] = np.nan
    words = Words(directions, features, features.mean(0), hubness)
    for image in range(0, 700, 50):
        best, corrected = words.best(features[image], 10)
        assert best.tolist() == stored.concepts[image].tolist()
        assert corrected == pytest.approx(stored.corrected[image], abs=1e-5)


def test_words_of_a_feature_that_no_image_has() -> None:
    """Far out, concepts come that the store names for no image."""
    features, directions = rows(600, 3), rows(80, 4)
    mean = features.mean(0)
    nulls = concept_nulls(features - mean, directions)
    words = Words(directions, features, mean, np.full(80, np.nan))
    feature = mean + 20 * directions[7]
    every = nulls.corrected(cosine((feature - mean)[None], directions))[0]
    assert words.best(feature, 80)[0].tolist() == np.argsort(-every).tolist()


def test_a_concept_without_direction_and_an_image_at_the_mean_score_nothing() -> None:
    features = rows(20, 5)
    directions = np.vstack([rows(3, 6), np.zeros((1, 6), np.float32)])
    words = Words(directions, features, features.mean(0), np.zeros(4))
    best, corrected = words.best(features.mean(0), 4)
    assert sorted(best.tolist()) == [0, 1, 2, 3]
    assert corrected == pytest.approx(0, abs=1e-5)
