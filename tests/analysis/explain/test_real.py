"""The faithful mode, in the paper's setting, and the fast one on a real classifier."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.fast import FastSearch
from analysis.explain.language_model import load_language_model
from analysis.explain.scoring import floor
from analysis.explain.zero_shot import explain
from analysis.text.encoder import load_text_encoder
from analysis.textmap.kernel import KernelEstimator

REAL = Path(__file__).parents[4] / "shared" / "real"
EXPLAINED, OTHER = "n02930766", "n03240683"  # a cab, a drilling platform

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not REAL.is_dir(), reason="needs the real pack in ../shared/real"),
]


@pytest.fixture(scope="module")
def classifier():
    weights = REAL / "models" / "vit_tiny_patch16_224.safetensors"
    return load_classifier(ModelSpec("vit_tiny_patch16_224", checkpoint=weights))


@pytest.fixture(scope="module")
def features(classifier) -> dict[str, np.ndarray]:
    """Features of one image of every fourth class, centred over these images."""
    folders = sorted((REAL / "imagenet" / "one_per_class").iterdir())
    shown = [f for i, f in enumerate(folders) if i % 4 == 0 or f.name in (EXPLAINED, OTHER)]
    rows = []
    for folder in shown:
        pixels = classifier.preprocessing(Image.open(next(folder.glob("*"))).convert("RGB"))
        with torch.no_grad():
            rows.append(classifier.features(pixels[None])[0].numpy())
    centred = np.stack(rows) - np.mean(rows, axis=0)
    return {folder.name: row for folder, row in zip(shown, centred, strict=True)}


@pytest.fixture(scope="module")
def text_direction(classifier):
    names = json.loads((REAL / "imagenet" / "class_names.json").read_text()).values()
    encoder = load_text_encoder()
    weight = classifier.head.weight.detach().numpy()
    text_map = KernelEstimator(gamma=5.0, ridge=0.03).fit(
        encoder.encode([f"an image of a {name}" for name in names]),
        weight - weight.mean(0),
        seed=0,
    )
    return lambda texts: text_map(encoder.encode(texts))


def test_both_modes_beat_the_floor(features, text_direction):
    lm = load_language_model(str(REAL / "lm" / "gpt2-captions"))
    search = FastSearch(text_direction, lm, FastConfig())
    fast, other = search.explain(np.stack([features[EXPLAINED], features[OTHER]]))
    full = explain(features[EXPLAINED], text_direction, lm, NleConfig(), seed=0)
    others = [candidate.text for candidate in other.candidates]
    assert full.score > floor(features[EXPLAINED], others, text_direction)
    assert fast.score > floor(features[EXPLAINED], others, text_direction)
    assert len(full.candidates) == 20
    assert full.encodings > 5 * fast.encodings
