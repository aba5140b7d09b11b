"""A tiny classifier and pictures for the tests of this folder."""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier, split

PREPROCESSING = Preprocessing(16, 18, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2), "bilinear")


def make_classifier(seed: int = 0, classes: int = 7) -> Classifier:
    """Sixteen features by a convolution and a pool, random weights."""
    torch.manual_seed(seed)
    module = nn.Sequential(
        nn.Conv2d(3, 16, 5, stride=3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, classes),
    )
    parts = split(module.requires_grad_(False), torch.randn(2, 3, 16, 16), name="tiny")
    return Classifier(
        spec=ModelSpec("tiny"),
        head=parts.head,
        extract=parts.extract,
        preprocessing=PREPROCESSING,
        class_names=None,
        weights_sha256=f"seed {seed}",
        split_method=parts.method,
        split_error=parts.error,
        device="cpu",
    )


def noise(index: int, width: int = 30, height: int = 22) -> Image.Image:
    """A picture that no other index gives."""
    pixels = np.random.default_rng(index).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str) -> bytes:
    """A picture's file."""
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


@pytest.fixture
def classifier() -> Classifier:
    return make_classifier()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty pictures in two folders, ``a`` (class 0) and ``b`` (class 1)."""
    root = tmp_path / "images"
    for index in range(20):
        path = root / "ab"[index % 2] / f"{index:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise(index).save(path)
    return root
