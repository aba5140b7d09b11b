"""Decisions in words with tested claims: stage ``explanations``."""

from typing import Any

import numpy as np

from analysis.bench.desk.made_up.records import Records, crossed
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import MAPS, World
from db.schema import Claim, ClaimUnit, Explanation

METHODS = ("pipeline", "texter", "zero-shot")
CLASSES = 100
"""Explained as a whole, by the pipeline alone; images by all methods."""
_CLAIMS, _UNITS = 4, 3
_STEPS = 12
_AGAINST = ("cited", "random", "random, equal mass", "most active", "plain top concepts")


def explained_images(world: World) -> np.ndarray:
    """Ids of the images whose decisions are explained: every other one that has a file."""
    return world.photographed[::2]


def other_images(world: World) -> np.ndarray:
    """Those between them, which are not explained."""
    return world.photographed[1::2]


def explained_classes(world: World) -> np.ndarray:
    """Ids of the classes that are explained as a whole."""
    return np.arange(min(CLASSES, world.sizes.classes))


def explanations(world: World) -> Filled:
    """Three texts an image, one a class; four claims a text, three units a claim."""
    return Filled(
        {Explanation: _explanations(world), Claim: _claims(world), ClaimUnit: _units(world)}
    )


def explained(world: World) -> int:
    """How many texts there are; their ids are the numbers below."""
    return len(explained_images(world)) * len(METHODS) + len(explained_classes(world))


def _explanations(world: World) -> Records:
    image, method = crossed(len(explained_images(world)), len(METHODS))
    of_image = explained_images(world)[image]
    classes = explained_classes(world)
    n = explained(world)
    return Records(
        n,
        id=np.arange(n),
        subject=["image"] * len(image) + ["class"] * len(classes),
        image_id=[*of_image.tolist(), *[None] * len(classes)],
        class_id=np.concatenate([world.decisions[of_image, 0], classes]),
        method=[METHODS[i] for i in method] + [METHODS[0]] * len(classes),
        text=lambda i: ", ".join(_words(world, i)),
        score=world.rng("explanations").random(n),
        floor=0.4,
        fluency=-2.5,
        language_model="packaged",
        text_map=MAPS[0],
        config={"iterations": 15, "units": 16},
        candidates=lambda i: [{"text": text, "score": 0.3} for text in _words(world, i + 1)],
        seconds=2.0,
        unit_kind="latent",
        judge=f"text map {MAPS[1]}",
        judge_score=0.5,
        judge_floor=0.4,
        seed=0,
        details=lambda i: {"words": _words(world, i)[0], "retrieved": _words(world, i + 2) * 5},
        ledger=_ledger(),
    )


def _words(world: World, number: int) -> list[str]:
    return [world.concepts[(number * 17 + i * 5) % len(world.concepts)] for i in range(_CLAIMS)]


def _ledger() -> dict[str, Any]:
    steps = list(range(_STEPS))
    falling, level = [0.9 / (1 + s) for s in steps], [0.9 - s / 100 for s in steps]
    masked = [
        {"units": units, "count": 3, "logit_drop": 1.5, "probability_drop": 0.2}
        for units in _AGAINST
    ]
    return {
        "probability": 0.9,
        "logit": 8.0,
        "share": 0.4,
        "masked": masked,
        "deletion": {"steps": steps, "cited": falling, "random": level},
        "insertion": {"steps": steps, "cited": level, "random": falling},
        "deletion_area": {"cited": 0.3, "random": 0.8},
        "insertion_area": {"cited": 0.8, "random": 0.3},
    }


def _claims(world: World) -> Records:
    explanation, place = crossed(explained(world), _CLAIMS)
    n = len(place)
    words = [_words(world, i) for i in range(explained(world))]
    start = [
        len("".join(f"{word}, " for word in words[e][:p]))
        for e, p in zip(explanation, place, strict=True)
    ]
    text = [words[e][p] for e, p in zip(explanation, place, strict=True)]
    holds = world.rng("claims").random(n) < 0.5
    measured = dict.fromkeys(
        (
            "presence",
            "slope",
            "projection",
            "logit_drop",
            "logit_random",
            "logit_random_high",
            "logit_mass",
            "logit_mass_high",
            "probability_drop",
            "probability_random",
            "probability_mass",
        ),
        0.5,
    )
    return Records(
        n,
        explanation_id=explanation,
        number=place + 1,
        text=text,
        start=start,
        end=[s + len(t) for s, t in zip(start, text, strict=True)],
        meaning=text,
        supported=holds,
        reason=np.where(holds, "", "masking its units takes no more than masking others"),
        **measured,
    )


def _units(world: World) -> Records:
    explanation, claim, place = crossed(explained(world), _CLAIMS, _UNITS)
    alive = np.flatnonzero(world.latents_alive)
    return Records(
        len(place),
        explanation_id=explanation,
        number=claim + 1,
        rank=place + 1,
        unit_id=alive[(explanation * 101 + claim * 11 + place) % len(alive)],
        activation=2.0,
        contribution=0.5,
    )
