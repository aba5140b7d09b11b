"""Latents that carry a class, named on the images of other classes."""

import numpy as np
import pytest

from analysis.shortcuts.latent_side import latent_side
from analysis.shortcuts.told import Told
from analysis.textmap.base import unit_rows
from tests.analysis.shortcuts import planted

CONCEPTS = unit_rows(
    np.stack([planted.CUE, planted.OTHER_CUE, np.eye(planted.D, dtype=np.float32)[0]])
)


def _side():
    every = Told(np.arange(planted.CLASSES), np.zeros((planted.CLASSES, planted.D)), CONCEPTS)
    found = latent_side((every,), planted.head(), planted.seen())
    assert found is not None
    return found


def test_the_cue_s_latent_carries_the_class_and_is_called_so():
    found = _side()
    carriers = found.carriers
    assert set(carriers.latent[0, :2]) == {0, planted.CLASSES}  # its own axis, and the cue's
    i = carriers.latent[0].tolist().index(planted.CLASSES)
    assert carriers.label[0, i] == 0
    assert carriers.named(np.array([0]))[0].tolist().index(True) == i
    assert found.score[0].argmax() == 0
    assert carriers.share[0].sum() == pytest.approx(1)


def test_a_correlation_is_over_the_images_of_other_classes():
    found, world = _side(), planted.seen()
    carriers = found.carriers
    i = carriers.latent[0].tolist().index(planted.CLASSES)
    others = world.labels != 0
    f = unit_rows(world.centred)[others] @ CONCEPTS[0]
    a = planted.autoencoder().encode(world.features)[others, planted.CLASSES]
    assert carriers.correlation[0, i] == pytest.approx(np.corrcoef(a, f)[0, 1], abs=1e-5)


def test_a_direction_that_only_the_class_has_gets_no_name():
    # The class's own axis never varies elsewhere: no word can be read there.
    found = _side()
    i = found.carriers.latent[0].tolist().index(0)
    assert not found.carriers.named(np.arange(3))[0, i]


def test_without_an_autoencoder_there_is_no_such_side():
    world = planted.seen()
    told = Told(np.arange(8), np.zeros((8, planted.D)), CONCEPTS)
    bare = type(world)(world.features, world.labels, None)
    assert latent_side((told,), planted.head(), bare) is None
