"""The scorecard: what an audit of the reef found, held against the truth that was planted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int, UInt8

from analysis.reef.folder import image_seed, render_many
from analysis.reef.truth import REEF_TRUTH, Truth, class_names
from analysis.reef.world import (
    DEFAULT_WORLD,
    WorldConfig,
    class_spec,
    is_true_of,
    sample_attributes,
)

FALSE_ALARM_Q = 0.05  # fixed before any audit was run

Predict = Callable[[UInt8[np.ndarray, "images height width 3"]], Int[np.ndarray, " images"]]


@dataclass(frozen=True)
class Accuracies:
    """Shares of rendered images that a classifier gets right, with the number of images behind.

    ``named_class`` asks for the very class an image was rendered as, ``true_class`` for any class
    that is true of it (a red striped fish is a "red fish" and a "striped fish").
    """

    named_class: float
    true_class: float
    images: int
    plain_class: float
    with_cue: Mapping[str, float]
    without_cue: Mapping[str, float]
    images_per_cue: int

    def gap(self, class_name: str) -> float:
        """How much accuracy a planted class loses when its cue is withheld."""
        return self.with_cue[class_name] - self.without_cue[class_name]


@dataclass(frozen=True)
class Scorecard:
    """The result: shortcuts found at rank 1, and clean controls that were accused."""

    planted: int
    found: tuple[str, ...]
    missed: tuple[str, ...]
    supported: tuple[str, ...]
    """Planted classes whose cue is at rank 1 with the verdict supported."""
    controls: int
    false_alarms: tuple[str, ...]
    """Controls with any unexpected concept at ``q <= FALSE_ALARM_Q`` …"""
    false_verdicts: tuple[str, ...]
    """… and those of which any unexpected concept is called supported."""
    accuracies: Accuracies | None


def score_findings(
    findings: Iterable[Mapping[str, Any]],
    truth: Truth = REEF_TRUTH,
    accuracies: Accuracies | None = None,
) -> Scorecard:
    """Hold findings against the truth.

    A finding is a mapping with at least ``class``, ``concept``, ``rank`` (1 is the first of the
    unexpected concepts, None where the name implies it or a better one says the same),
    ``name_implied``, ``q`` and ``verdict``. A planted shortcut is found when its concept is at
    rank 1 of its class.
    """
    unexpected = [row for row in findings if not row["name_implied"] and row["rank"] is not None]
    first = {row["class"]: row for row in unexpected if row["rank"] == 1}
    accused = {
        row["class"] for row in unexpected if row["q"] is not None and row["q"] <= FALSE_ALARM_Q
    }
    convicted = {row["class"] for row in unexpected if row["verdict"] == "supported"}
    found = tuple(
        name
        for name, concept in truth.planted
        if name in first and first[name]["concept"] == concept
    )
    return Scorecard(
        planted=len(truth.planted),
        found=found,
        missed=tuple(name for name, _ in truth.planted if name not in found),
        supported=tuple(name for name in found if first[name]["verdict"] == "supported"),
        controls=len(truth.controls),
        false_alarms=tuple(name for name in truth.controls if name in accused),
        false_verdicts=tuple(name for name in truth.controls if name in convicted),
        accuracies=accuracies,
    )


def measure_accuracies(
    predict: Predict,
    *,
    images_per_class: int,
    seed: int,
    world: WorldConfig = DEFAULT_WORLD,
    images_per_cue: int = 40,
    workers: int | None = None,
) -> Accuracies:
    """Render fresh images and measure a classifier on them, planted cues shown and withheld.

    ``predict`` maps images to class ids in the order of ``class_names()``.
    """
    names = class_names()
    requests = [(n, image_seed(seed, i), None) for n in names for i in range(images_per_class)]
    predicted = predict(render_many(requests, world=world, workers=workers))
    right = predicted == np.repeat(np.arange(len(names)), images_per_class)
    consistent = [
        is_true_of(names[p], sample_attributes(world, name, s))
        for p, (name, s, _) in zip(predicted, requests, strict=True)
    ]
    cued = [name for name, _ in world.planted]
    plain = np.array([_is_plain(name) for name, _, _ in requests])
    shares = [
        _cue_accuracies(predict, cued, shown, images_per_cue, seed, world, workers)
        for shown in (True, False)
    ]
    return Accuracies(
        named_class=_share(right),
        true_class=_share(np.array(consistent)),
        images=len(requests),
        plain_class=_share(right[plain]),
        with_cue=shares[0],
        without_cue=shares[1],
        images_per_cue=images_per_cue,
    )


def _cue_accuracies(
    predict: Predict,
    cued: list[str],
    shown: bool,
    images: int,
    seed: int,
    world: WorldConfig,
    workers: int | None,
) -> dict[str, float]:
    requests = [(name, image_seed(seed, i), shown) for name in cued for i in range(images)]
    predicted = predict(render_many(requests, world=world, workers=workers))
    ids = np.array([class_names().index(name) for name in cued])
    right = (predicted.reshape(len(cued), images) == ids[:, None]).mean(1)
    return {name: round(float(share), 4) for name, share in zip(cued, right, strict=True)}


def _is_plain(name: str) -> bool:
    return class_spec(name).concept is None


def _share(hits: Bool[np.ndarray, " images"]) -> float:
    return round(float(hits.mean()), 4)
