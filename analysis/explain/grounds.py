"""What every explanation of an audit rests on, and one decision to be explained.

All methods, and the ledger that tests what they say, are given the same two things. Units are
latents of the autoencoder or neurons of the feature; unit j is active with a_j on an image, and
adds a_j · d_j to its feature, so that masking it takes just this away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from analysis.explain.scoring import TextDirection
from analysis.shortcuts.inputs import Head
from analysis.textmap.base import unit_rows

UnitKind = Literal["latent", "neuron"]
_BLOCK = 4096  # images whose logits are held at once


@dataclass(frozen=True)
class UnitSet:
    """The units of one kind over the images that the audit looked at."""

    kind: UnitKind
    directions: Float[np.ndarray, "units features"]
    activations: Float[np.ndarray, "images units"]
    """Zero where a unit is masked or off; a neuron's is its value less its mean, of either sign."""
    thresholds: Float[np.ndarray, " units"]
    """A unit counts as active above it."""
    labels: tuple[str | None, ...]
    """What a person or the audit calls each unit; None where its label abstains."""
    read: Callable[[np.ndarray], np.ndarray]
    """Features (images, features) to activations (images, units)."""


@dataclass(frozen=True)
class Grounds:
    """One audit: its classifier's head, its images, its texts, its units."""

    head: Head
    class_names: tuple[str, ...]
    features: Float[np.ndarray, "images features"]
    """f of the audit's images, as the classifier gives them."""
    concepts: tuple[str, ...]
    concept_directions: Float[np.ndarray, "concepts features"]
    """û of the vocabulary."""
    concept_embeddings: Float[np.ndarray, "concepts embedding"]
    """M_T of the vocabulary, unit rows."""
    text_direction: TextDirection
    """û of any texts."""
    units: UnitSet

    def decision_on(
        self, feature: Float[np.ndarray, " features"], class_id: int | None = None
    ) -> "Decision":
        """The decision on any feature; of the class that wins, or of another one asked for."""
        won = int(self.head.logits(feature[None])[0].argmax())
        activations = self.units.read(feature[None])[0]
        return Decision(feature, won if class_id is None else class_id, activations)

    def typical_of(self, class_id: int) -> "Decision":
        """What a class is to the classifier, no image in between: a feature that lies from the
        mean straight along the class's weights, as far as the features of images do."""
        row = self.head.centred[class_id]
        reach = float(np.linalg.norm(self.features - self.mean, axis=1).mean())
        feature = self.mean + row * np.float32(reach / np.linalg.norm(row))
        return self.decision_on(feature.astype(np.float32), class_id)

    @cached_property
    def mean(self) -> Float[np.ndarray, " features"]:
        """Mean of f over the audit's images."""
        return self.features.mean(axis=0)

    @cached_property
    def decided(self) -> Int[np.ndarray, " images"]:
        """The class that wins on each of the audit's images."""
        blocks = (
            self.head.logits(self.features[start : start + _BLOCK]).argmax(axis=1)
            for start in range(0, len(self.features), _BLOCK)
        )
        return np.concatenate([np.zeros(0, np.int64), *blocks])

    @cached_property
    def concept_units(self) -> Float[np.ndarray, "concepts features"]:
        """û of the vocabulary at unit length."""
        return unit_rows(self.concept_directions)


@dataclass(frozen=True)
class Decision:
    """One image's decision."""

    feature: Float[np.ndarray, " features"]
    """f, as the classifier gives it."""
    class_id: int
    """The class that is explained: the one that won, unless another was asked for."""
    activations: Float[np.ndarray, " units"]
    """Of the units of the grounds, on this image."""

    def logits(self, head: Head) -> Float[np.ndarray, " classes"]:
        """f·W + b."""
        return head.logits(self.feature[None])[0]

    def rival(self, head: Head) -> int:
        """The strongest other class."""
        logits = self.logits(head).copy()
        logits[self.class_id] = -np.inf
        return int(logits.argmax())
