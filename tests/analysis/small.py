"""A small real audit: the reef's shipped classifier on a few rendered images.

Of the classifier's 192 classes six have a folder. Beside them lie a folder that names no class and
a file that is no picture, as in a user's own tree.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from analysis.config import AuditConfig
from analysis.explain import methods
from analysis.explain.config import FastConfig
from analysis.pipeline import shared
from analysis.pipeline.audit import run_audit
from analysis.progress import Advance
from analysis.reef.prepared import shipped_spec
from analysis.reef.render import render
from analysis.reef.truth import class_names
from analysis.text.encoder import load_text_encoder

SHOWN = ("jellyfish", "shark", "seahorse", "clam", "duck", "red crab")
PER_CLASS = 9
UNLABELLED = "holiday pictures"
N_UNLABELLED = 3
BROKEN = "clam/broken.jpg"
N_IMAGES = len(SHOWN) * PER_CLASS + N_UNLABELLED
CONCEPTS = (
    "glowing",
    "murky water",
    "striped",
    "red",
    "cave",
    "crab",
    "duck",
    "kitchen",
    "tree",
    "furry",
    "sand",
    "seahorse",
)
STAGES = (
    "model",
    "images",
    "text",
    "text_maps",
    "concepts",
    "autoencoder",
    "units",
    "labels",
    "shortcuts",
    "atlas",
    "heatmaps",
    "explanations",
)
TINY_SEARCH = FastConfig(
    beams=2, encoded=2, likeliest=1, sentences=2, exchanges=1, words=2, min_tokens=2, max_tokens=5
)

cached_encoder = cache(load_text_encoder)
"""The encoder, loaded once for all audits of a test process."""


class Recorder:
    """What an audit says, and the bars it shows."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warned: list[str] = []
        self.tasks: list[str] = []

    @contextmanager
    def task(self, description: str, total: int | None) -> Iterator[Advance]:
        """A bar by name."""
        self.tasks.append(description)
        yield lambda _: None

    def say(self, text: str) -> None:
        """News."""
        self.said.append(text)

    def warn(self, text: str) -> None:
        """A warning."""
        self.warned.append(text)


def write_world(root: Path) -> Path:
    """The images, ``class_names.json`` and ``concepts.txt``."""
    for name in SHOWN:
        _render(root / "images" / name, name, range(PER_CLASS))
    _render(root / "images" / UNLABELLED, "shark", range(50, 50 + N_UNLABELLED))
    (root / "images" / BROKEN).write_bytes(b"\xff\xd8 no picture at all")
    (root / "class_names.json").write_text(json.dumps(class_names()), "utf-8")
    (root / "concepts.txt").write_text("\n".join(CONCEPTS), "utf-8")
    return root


def _render(folder: Path, name: str, seeds: range) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        Image.fromarray(render(name, seed).image).save(folder / f"{seed:02d}.png")


def config(root: Path, out: Path, **changes: Any) -> AuditConfig:
    """The small audit's configuration with some fields changed."""
    fields: dict[str, Any] = {
        "model": shipped_spec(),
        "images": root / "images",
        "class_names": root / "class_names.json",
        "concepts": root / "concepts.txt",
        "language_model": "packaged",
        "mlp_epochs": 2,
        "sae_width": 8,
        "sae_k": 2,
        "explain": 1,
        "out": out,
    }
    return AuditConfig(**fields | changes)


def audit(settings: AuditConfig, *, resume: bool = False) -> Recorder:
    """Run it; returns what it said."""
    recorder = Recorder()
    run_audit(settings, progress=recorder, command="glowworm audit", resume=resume)
    return recorder


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny explanations, and the encoder loaded once: what these tests do not look at."""
    monkeypatch.setattr(methods, "FastConfig", lambda filter_words: TINY_SEARCH)
    monkeypatch.setattr(shared, "load_text_encoder", cached_encoder)
