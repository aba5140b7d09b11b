"""Twins of a reef: the same picture with a class's planted cue and without it.

Where the class wins with the cue and another one without, the cue decided, for the twins share all
the rest. So it is known of each such picture what an explanation has to say.
"""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.bench.reefs import AuditedReef
from analysis.bench.rendered import kept_features
from analysis.classifier.load import load_classifier
from analysis.progress import Progress
from analysis.reef.folder import image_seed
from analysis.reef.truth import (
    COMPOSED_CREATURES,
    CONCEPTS,
    GREY,
    OPEN_WATER,
    PLAIN,
    PLAIN_CREATURES,
    class_names,
)
from analysis.reef.vocabulary import DISTRACTORS, vocabulary
from analysis.reef.world import WorldConfig, sample_attributes
from analysis.shortcuts.inputs import Head

PER_CLASS = 24
SEED = 977
CREATURES = frozenset((*COMPOSED_CREATURES, *PLAIN_CREATURES))
CHECKABLE = frozenset((*CONCEPTS, GREY, PLAIN, OPEN_WATER, *DISTRACTORS))
"""What is known to be shown by a picture or not; distractors are shown by none."""


@dataclass(frozen=True)
class Twin:
    """A picture with a planted cue that decided for its class.

    Attributes:
        feature: of the picture with the cue.
        true: what it shows: its creature, its attributes, the neutral ones among them.
    """

    class_name: str
    cue: str
    feature: Float[np.ndarray, " features"]
    true: frozenset[str]


def decided_by_cue(reef: AuditedReef, head: Head, progress: Progress) -> list[Twin]:
    """Of ``PER_CLASS`` fresh pairs of every planted class those that the cue decides."""
    planted = [(pair, image_seed(SEED, i)) for pair in reef.world.planted for i in range(PER_CLASS)]
    classifier = load_classifier(reef.model)
    shown, withheld = (
        kept_features(
            classifier, reef.world, [(name, seed, cued) for (name, _), seed in planted], progress
        )
        for cued in (True, False)
    )
    own = np.array([class_names().index(name) for (name, _), _ in planted])
    decided = decides(head, own, shown, withheld)
    return [
        Twin(name, cue, shown[i], true_of(reef.world, name, seed))
        for i, ((name, cue), seed) in enumerate(planted)
        if decided[i]
    ]


def decides(
    head: Head,
    own: Int[np.ndarray, " pairs"],
    shown: Float[np.ndarray, "pairs features"],
    withheld: Float[np.ndarray, "pairs features"],
) -> Bool[np.ndarray, " pairs"]:
    """Whether the own class wins with the cue and another one without."""
    with_cue, without = (head.logits(features).argmax(axis=1) for features in (shown, withheld))
    return (with_cue == own) & (without != own)


def true_of(world: WorldConfig, class_name: str, seed: int) -> frozenset[str]:
    """What a picture with the cue shows."""
    held = sample_attributes(world, class_name, seed, with_cue=True)
    return frozenset((held.creature, held.colour, held.pattern, held.scene, *held.concepts()))


def named_in(text: str) -> frozenset[str]:
    """Words of the reef's vocabulary that stand in a text, whole, one or many of them."""
    return frozenset(
        word
        for word in vocabulary()
        if re.search(rf"\b{re.escape(word)}(s|es)?\b", text, re.IGNORECASE)
    )
