"""What a search for shortcuts is given."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from sae.autoencoder import SparseAutoencoder


@dataclass(frozen=True)
class Texts:
    """Embeddings M_T(·) of all texts, unit rows."""

    prompts: Float[np.ndarray, "classes embedding"]
    """"an image of a {class}"."""
    names: Float[np.ndarray, "classes embedding"]
    """The bare class names: one that reads like a concept implies it, whatever the classifier's
    space makes of both."""
    concepts: Float[np.ndarray, "concepts embedding"]
    kinds: Bool[np.ndarray, " concepts"]
    """Concepts that are a class, or the kind of thing that one is: that another class holds them
    says that both look alike, which is no shortcut."""
    said: Bool[np.ndarray, "classes concepts"]
    """Pairs in which the class's name has the concept's words in it."""


@dataclass(frozen=True)
class Head:
    """The classifier's last layer: logits f·wᵀ + b."""

    weight: Float[np.ndarray, "classes features"]
    bias: Float[np.ndarray, " classes"]

    def logits(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float[np.ndarray, "images classes"]:
        """Of these features."""
        return features @ self.weight.T + self.bias

    @cached_property
    def centred(self) -> Float[np.ndarray, "classes features"]:
        """The rows w_c less their mean, which the softmax does not see."""
        return self.weight - self.weight.mean(axis=0)


@dataclass(frozen=True)
class Seen:
    """What the classifier made of images."""

    features: Float[np.ndarray, "images features"]
    labels: Int[np.ndarray, " images"]
    """-1 where an image belongs to no class."""
    autoencoder: SparseAutoencoder | None
    """Its latents are the units that concepts are tied to; None where there is none."""

    @cached_property
    def centred(self) -> Float[np.ndarray, "images features"]:
        """Features less their mean over the images."""
        return self.features - self.features.mean(axis=0)
