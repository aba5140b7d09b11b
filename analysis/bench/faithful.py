"""The faithful mode's sentences, searched once and kept: some minutes an image on two cores."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from analysis.cache import cache_dir, digest
from analysis.explain.config import NleConfig
from analysis.explain.grounds import Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.zero_shot import Candidate, Explanation, chosen, explain
from analysis.progress import Progress
from analysis.threads import half_the_threads, torch_threads
from db.files import whole_file

SEARCH = 1
"""Raised when the search gives other sentences than before; kept ones are then worthless."""


@dataclass(frozen=True)
class Searched:
    """An explanation of the faithful mode and what it took, whenever that was."""

    told: Explanation
    processor_seconds: float


def spread(labels: Int[np.ndarray, " images"], count: int, *, seed: int) -> list[int]:
    """Images drawn by seed, each of another class."""
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(labels >= 0))
    _, first = np.unique(labels[drawn], return_index=True)
    return drawn[np.sort(first)[:count]].tolist()


def faithful(
    grounds: Grounds,
    images: Sequence[int],
    lm: LanguageModel,
    config: NleConfig,
    *,
    seed: int,
    progress: Progress,
) -> list[Searched]:
    """Explanations of images of the audit; those of an earlier run with equal input are read."""
    found: list[Searched] = []
    with progress.task("Faithful mode", len(images) * config.iterations) as advance:
        for image in images:
            feature = grounds.features[image] - grounds.mean
            told = json.dumps(asdict(config), sort_keys=True)
            text_map = grounds.concept_directions
            key = digest(str(SEARCH), told, lm.sha256, str(seed), text_map, feature)
            path = cache_dir("faithful") / f"{key}.json"
            if path.is_file():
                found.append(_read(path, config))
                advance(config.iterations)
                continue
            started = time.process_time()
            with torch_threads(half_the_threads()):
                explained = explain(
                    feature,
                    grounds.text_direction,
                    lm,
                    config,
                    seed=seed,
                    progress=lambda *_: advance(1),
                )
            found.append(Searched(explained, time.process_time() - started))
            _write(path, found[-1])
    return found


def _read(path: Path, config: NleConfig) -> Searched:
    kept = json.loads(path.read_text("utf-8"))
    told = chosen(
        [Candidate(**candidate) for candidate in kept["candidates"]],
        config,
        seconds=kept["seconds"],
        encodings=kept["encodings"],
    )
    return Searched(told, kept["processor_seconds"])


def _write(path: Path, searched: Searched) -> None:
    told = searched.told
    kept = {
        "candidates": [asdict(candidate) for candidate in told.candidates],
        "seconds": told.seconds,
        "encodings": told.encodings,
        "processor_seconds": searched.processor_seconds,
    }
    with whole_file(path) as file:
        file.write(json.dumps(kept, indent=1).encode())
