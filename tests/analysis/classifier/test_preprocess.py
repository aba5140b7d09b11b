"""Preprocessing against the transforms it replaces: timm's, torchvision's, transformers'."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from timm.data.transforms_factory import create_transform
from torchvision.transforms._presets import ImageClassification
from torchvision.transforms.functional import InterpolationMode

from analysis.classifier.preprocess import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    CropMode,
    Preprocessing,
    given_in_full,
    override,
    resize_for,
)
from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError, UsageError

BASE = Preprocessing(
    input_size=64,
    resize_size=73,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    interpolation="bicubic",
)


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(width * 1000 + height).integers(
        0, 256, (height, width, 3), dtype=np.uint8
    )
    return Image.fromarray(pixels).convert(mode)


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 200),
    crop_pct=st.sampled_from([0.875, 0.9, 0.95, 1.0]),
    interpolation=st.sampled_from(["bilinear", "bicubic", "nearest"]),
    crop_mode=st.sampled_from(["center", "squash"]),
)
def test_equals_timms_evaluation_transform(
    width: int, height: int, crop_pct: float, interpolation: str, crop_mode: CropMode
) -> None:
    transform = create_transform(
        (3, 64, 64),
        is_training=False,
        crop_pct=crop_pct,
        crop_mode=crop_mode,
        interpolation=interpolation,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
    )
    ours = Preprocessing(
        input_size=64,
        resize_size=resize_for(64, crop_pct),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        interpolation=interpolation,
        crop_mode=crop_mode,
    )
    image = noise(width, height)
    assert torch.equal(ours(image), transform(image))


@pytest.mark.parametrize(("width", "height"), [(300, 200), (200, 301), (50, 50), (232, 233)])
def test_equals_torchvisions_classification_preset(width: int, height: int) -> None:
    preset = ImageClassification(
        crop_size=64, resize_size=66, interpolation=InterpolationMode.BILINEAR
    )
    ours = Preprocessing(64, 66, IMAGENET_MEAN, IMAGENET_STD, "bilinear")
    image = noise(width, height)
    assert torch.equal(ours(image), preset(image))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "LA", "1", "I;16"])
def test_other_modes_are_converted_to_rgb(mode: str) -> None:
    image = noise(80, 90) if mode == "I;16" else noise(80, 90, mode)
    if mode == "I;16":
        image = Image.fromarray(np.arange(80 * 90, dtype=np.uint16).reshape(90, 80))
    assert BASE(image).shape == (3, 64, 64)
    assert torch.equal(BASE(image), BASE(image.convert("RGB")))


def test_normalising_by_hand() -> None:
    # One white and one black pixel: (1 - .5) / .25 = 2 and (0 - .5) / .25 = -2.
    preprocessing = Preprocessing(1, 1, (0.5,) * 3, (0.25,) * 3, "bilinear")
    cropped = torch.tensor([[[[255, 255, 255]]], [[[0, 0, 0]]]], dtype=torch.uint8)
    pixels = preprocessing.normalize(cropped)
    assert pixels.flatten().tolist() == [2.0] * 3 + [-2.0] * 3
    assert pixels.is_contiguous()


def test_the_hash_sees_the_pixels_and_not_where_values_come_from() -> None:
    same = Preprocessing(64, 73, IMAGENET_MEAN, IMAGENET_STD, "bicubic", source="elsewhere")
    other = Preprocessing(64, 73, IMAGENET_MEAN, IMAGENET_STD, "bilinear")
    assert same == BASE
    assert same.sha256 == BASE.sha256 != other.sha256


def test_overrides_replace_what_they_name() -> None:
    spec = ModelSpec("x", mean=(0.5, 0.5, 0.5), interpolation="bilinear")
    changed = override(BASE, spec)
    assert changed.mean == (0.5, 0.5, 0.5)
    assert changed.std == BASE.std
    assert changed.interpolation == "bilinear"
    assert changed.source == "given, overridden"
    assert override(BASE, ModelSpec("x")) is BASE


def test_a_new_input_size_keeps_the_share_of_the_crop() -> None:
    preprocessing = Preprocessing(224, 256, IMAGENET_MEAN, IMAGENET_STD, "bicubic")
    assert override(preprocessing, ModelSpec("x", input_size=448)).resize_size == 512
    assert override(preprocessing, ModelSpec("x", crop_pct=1.0)).resize_size == 224


def test_a_model_that_brings_none_asks_for_everything() -> None:
    with pytest.raises(UsageError, match="--input-size, --mean and --std"):
        given_in_full(ModelSpec("x", input_size=32))
    full = given_in_full(ModelSpec("x", input_size=32, mean=(0.0,) * 3, std=(1.0,) * 3))
    assert (full.input_size, full.resize_size, full.interpolation) == (32, 32, "bilinear")


def test_what_is_not_supported_is_refused() -> None:
    with pytest.raises(ModelError, match="'random' interpolation"):
        Preprocessing(64, 73, IMAGENET_MEAN, IMAGENET_STD, "random")
    with pytest.raises(ModelError, match="crop of 80 pixels out of 73"):
        Preprocessing(80, 73, IMAGENET_MEAN, IMAGENET_STD, "bicubic")
