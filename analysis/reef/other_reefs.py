"""Other reefs: the same creatures with other plants, and a classifier retrained on each.

The shipped classifier was seen while the thresholds were chosen; these were not. Each is trained by
the shipped classifier's own recipe, in a few minutes, and kept between runs.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.cache import cache_dir
from analysis.progress import Progress
from analysis.reef.train_classifier import ClassifierTraining, train
from analysis.reef.truth import CONCEPTS, PLAIN_CREATURES, PLANTED
from analysis.reef.world import WorldConfig

CORRELATIONS = (0.8, 0.85, 0.9, 0.95, 1.0)
"""How often a cue goes with its class, a reef for each."""
CUES = 10
EXPECTED = {
    "clam": ("sand",),
    "crocodile": ("green", "murky water"),
    "dolphin": ("blue",),
    "duck": ("yellow", "white"),
    "frog": ("green",),
    "narwhal": ("ice",),
    "penguin": ("ice", "white"),
    "sea anemone": ("coral reef",),
    "seal": ("ice",),
    "shrimp": ("pink", "orange"),
    "walrus": ("ice",),
    "whale": ("blue",),
}
"""Concepts that a name brings to mind by itself: planted there, they would not be unexpected."""


def other_reefs() -> tuple[WorldConfig, ...]:
    """Five worlds with plants drawn at random: ten classes, ten different cues in each."""
    return tuple(
        WorldConfig(seed=number, planted=_plants(number), correlation=correlation)
        for number, correlation in enumerate(CORRELATIONS, start=1)
    )


def _plants(seed: int) -> tuple[tuple[str, str], ...]:
    rng = np.random.default_rng(seed)
    while True:
        names = rng.choice(PLAIN_CREATURES, CUES, replace=False).tolist()
        cues = rng.choice(CONCEPTS, CUES, replace=False).tolist()
        plants = tuple(zip(names, cues, strict=True))
        expected = any(cue in EXPECTED.get(name, ()) for name, cue in plants)
        if not expected and not set(plants) & set(PLANTED):
            return plants


@dataclass(frozen=True)
class Reef:
    """A world and the classifier that was trained on it."""

    world: WorldConfig
    directory: Path
    """Holds ``classifier.safetensors`` and its manifest, ``classifier.json``."""

    @property
    def manifest(self) -> dict[str, Any]:
        """How the classifier is built, fed and trained, and what it was measured to do."""
        return json.loads((self.directory / "classifier.json").read_text())


def retrained(world: WorldConfig, *, progress: Progress) -> Reef:
    """The world's classifier, from the cache or trained now; the manifest is written last."""
    config = ClassifierTraining(seed=world.seed, world=world)
    key = hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()[:16]
    directory = cache_dir("reefs") / key
    if not (directory / "classifier.json").is_file():
        train(config, directory, progress=progress)
    return Reef(world, directory)
