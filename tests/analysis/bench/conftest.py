"""A world that a text map can learn: classes are a colour and an animal, and both show."""

import hashlib
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from analysis.bench.data import BenchData
from analysis.text.prompts import class_prompts
from analysis.textmap.base import unit_rows

COLOURS = ("red", "blue", "green", "purple", "silver", "golden")
ANIMALS = ("fish", "bird", "crab", "snail", "horse")
NAMES = tuple(f"{colour}_{animal}" for colour, animal in product(COLOURS, ANIMALS))
WIDTH, FEATURES, PER_CLASS = 16, 12, 4


class WordEncoder:
    """A text is the sum of its words' vectors, each made from a hash of the word."""

    name = "words"
    sha256 = "0" * 64
    dim = WIDTH

    def __init__(self, deaf_to: Sequence[str] = ()) -> None:
        self.deaf_to = set(deaf_to)
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Embeddings as unit rows, float32."""
        self.asked.append(list(texts))
        rows = [sum(map(self._word, text.split()), np.zeros(WIDTH)) for text in texts]
        return unit_rows(np.array(rows)).astype(np.float32)

    def _word(self, word: str) -> np.ndarray:
        if word in self.deaf_to:
            return np.zeros(WIDTH)
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
        return np.random.default_rng(seed).standard_normal(WIDTH)


def make_data(encoder: WordEncoder) -> BenchData:
    """Weights follow the words of the name, features the weights of their class."""
    rng = np.random.default_rng(0)
    words = WordEncoder().encode([name.replace("_", " ") for name in NAMES])
    weights = (words @ rng.standard_normal((WIDTH, FEATURES))).astype(np.float32)
    labels = np.repeat(np.arange(len(NAMES)), PER_CLASS)
    noise = rng.standard_normal((len(labels), FEATURES)).astype(np.float32)
    return BenchData(
        model="painted animals",
        encoder=encoder,
        class_names=NAMES,
        prompts=encoder.encode(class_prompts(NAMES)),
        weights=weights,
        bias=np.zeros(len(NAMES), np.float32),
        features=weights[labels] + 0.1 * noise,
        labels=labels,
    )


@pytest.fixture
def data() -> BenchData:
    return make_data(WordEncoder())


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another kept, or what lies in the user's own cache."""
    monkeypatch.setenv("GLOWWORM_CACHE", str(tmp_path / "cache"))
