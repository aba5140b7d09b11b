"""A picture is found for a feature that pictures have, and keeps its amplitudes."""

import numpy as np
import pytest
import torch
from torch import Tensor

from analysis.classifier.load import load_classifier
from analysis.classifier.preprocess import Preprocessing
from analysis.errors import UsageError
from analysis.explain.texter.concept_image import FourierVisualiser, VisualisationConfig
from analysis.explain.texter.spectrum import pink_spectrum
from analysis.explain.texter.visualiser import Visualiser
from analysis.reef.prepared import shipped_spec

SIDE = 16
PLAIN = Preprocessing(
    input_size=SIDE, resize_size=SIDE, mean=(0.5,) * 3, std=(0.25,) * 3, interpolation="bilinear"
)
MEAN = np.zeros(4, np.float32)


def _quarters(pixels: Tensor) -> Tensor:
    """Brightness of the four quarters, less that of the picture."""
    means = torch.nn.functional.avg_pool2d(pixels.mean(dim=1), SIDE // 2).flatten(1)
    return means - means.mean(dim=1, keepdim=True)


def _visualiser(**changes) -> FourierVisualiser:
    settings = VisualisationConfig(**{"steps": 60, "least_crop": 1.0, **changes})
    return FourierVisualiser(_quarters, PLAIN, pink_spectrum(SIDE), settings)


def test_the_picture_is_bright_where_it_was_asked_to_be():
    visualiser = _visualiser()
    assert isinstance(visualiser, Visualiser)
    target = np.array([3, -1, -1, -1], np.float32)
    start = _visualiser(steps=1, learning_rate=1e-9)(target, MEAN, seed=0)
    found = visualiser(target, MEAN, seed=0)
    assert found.cosine > 0.95 > start.cosine
    quarters = found.picture.reshape(2, SIDE // 2, 2, SIDE // 2, 3).mean(axis=(1, 3, 4))
    assert quarters.argmax() == 0
    again = _quarters(PLAIN.normalize(torch.from_numpy(found.picture)[None]))[0]
    np.testing.assert_allclose(found.feature, again, atol=1e-6)


def test_directions_count_from_the_mean():
    # The first half must be as uneven as the mean for the difference to lie in the second alone.
    mean, target = np.array([-0.4, 0.4, 0, 0], np.float32), np.array([0, 0, 1, -1], np.float32)
    found = _visualiser()(target, mean, seed=0)
    off = found.feature - mean
    assert found.cosine == pytest.approx(off @ target / np.linalg.norm(off) / np.sqrt(2), abs=1e-5)
    assert found.cosine > 0.9


def test_only_the_phases_are_learnt():
    # A low contrast keeps all colours inside 0 to 1, where nothing is cut off.
    spectrum = pink_spectrum(SIDE)
    quiet = type(spectrum)(spectrum.colour, spectrum.axes, spectrum.amplitudes / 4)
    visualiser = FourierVisualiser(_quarters, PLAIN, quiet, VisualisationConfig(steps=20))
    picture = visualiser(np.array([1, -1, 0, 0], np.float32), MEAN, seed=1).picture / 255
    planes = np.moveaxis((picture - quiet.colour) @ quiet.axes.T, -1, 0)
    # The edge columns hold frequencies that are their own mirror image: real, so not of any phase.
    inner = (slice(None), slice(None), slice(1, SIDE // 2))
    np.testing.assert_allclose(
        np.abs(np.fft.rfft2(planes))[inner], quiet.amplitudes[inner], atol=0.1
    )


def test_one_seed_one_picture():
    target = np.array([1, 0, 0, -1], np.float32)
    first, again, other = (_visualiser(steps=3)(target, MEAN, seed=s).picture for s in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_classifier_that_was_split_gives_its_gradients():
    classifier = load_classifier(shipped_spec())
    visualiser = FourierVisualiser.of(classifier, None, VisualisationConfig(steps=8))
    width = classifier.feature_dim
    target = np.random.default_rng(0).normal(size=width).astype(np.float32)
    few = FourierVisualiser.of(classifier, None, VisualisationConfig(steps=1))
    mean = np.zeros(width, np.float32)
    assert visualiser(target, mean, seed=0).cosine > few(target, mean, seed=0).cosine


@pytest.mark.parametrize("changes", [{"steps": 0}, {"crops": 0}, {"least_crop": 0.0}])
def test_settings_out_of_range(changes: dict):
    with pytest.raises(UsageError, match="at least one step"):
        VisualisationConfig(**changes)


def test_a_spectrum_of_another_size_is_refused():
    with pytest.raises(UsageError, match="8 pixels"):
        FourierVisualiser(_quarters, PLAIN, pink_spectrum(8))
