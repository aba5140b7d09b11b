"""A suspected pair with all that its tests look at."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csc_array, csr_array

from analysis.shortcuts.inputs import Head, Seen
from analysis.textmap.base import unit_rows

DRAWS = 200
"""Random controls of a test."""


@dataclass(frozen=True)
class Ground:
    """Images and units, once for all pairs."""

    head: Head
    seen: Seen
    activations: csr_array | None
    """Of the latents, (images, latents)."""
    seed: int

    @classmethod
    def of(cls, head: Head, seen: Seen, *, seed: int) -> "Ground":
        """Encode all images once."""
        sae = seen.autoencoder
        return cls(head, seen, None if sae is None else sae.encode_sparse(seen.features), seed)

    @cached_property
    def directions(self) -> Float[np.ndarray, "latents features"]:
        """What one unit of each latent adds to the feature."""
        assert self.seen.autoencoder is not None
        return self.seen.autoencoder.decoder_directions

    @cached_property
    def columns(self) -> csc_array:
        """The activations again, for reading some latents on all images."""
        assert self.activations is not None
        return self.activations.tocsc()

    @cached_property
    def density(self) -> Float[np.ndarray, " latents"]:
        """Share of the images on which each latent is active."""
        return np.diff(self.columns.indptr) / max(1, len(self.seen.features))

    @cached_property
    def random_directions(self) -> Float[np.ndarray, "draws features"]:
        """Unit directions drawn at random with the covariance of the features."""
        centred = self.seen.centred
        rng = np.random.default_rng(self.seed)
        drawn = rng.standard_normal((DRAWS, len(centred)), dtype=np.float32)
        return unit_rows(drawn @ centred)

    def latents(self, numbers: Int[np.ndarray, " some"]) -> Float[np.ndarray, "images some"]:
        """Activations of some latents on all images."""
        return self.columns[:, numbers].toarray()

    def class_logit(self, class_id: int) -> Float[np.ndarray, " images"]:
        """The class's logit on every image, less the mean over the classes."""
        bias = self.head.bias[class_id] - self.head.bias.mean()
        return self.seen.features @ self.head.centred[class_id] + bias


@dataclass(frozen=True)
class Case:
    """A class, a concept's direction, and the latents that are called by it."""

    ground: Ground
    class_id: int
    direction: Float[np.ndarray, " features"]
    """û(u) of unit length, by the map that never saw the class."""
    named: Int[np.ndarray, " named"]
    """Latents that carry the class and are called by the concept on other classes' images."""

    @cached_property
    def own(self) -> Int[np.ndarray, " own"]:
        """Images of the class."""
        return np.flatnonzero(self.ground.seen.labels == self.class_id)

    @cached_property
    def others(self) -> Int[np.ndarray, " others"]:
        """Images of all other classes."""
        labels = self.ground.seen.labels
        return np.flatnonzero((labels >= 0) & (labels != self.class_id))

    @cached_property
    def shows(self) -> Float[np.ndarray, " images"]:
        """How much of the concept the classifier sees in every image: the activation of the
        named latents, else the concept's part in the feature less its mean over the images."""
        if len(self.named):
            return self.ground.latents(self.named).sum(axis=1)
        return self.ground.seen.centred @ self.direction

    @cached_property
    def showing(self) -> Bool[np.ndarray, " images"]:
        """Images that show the concept: a named latent is active."""
        return self.shows > 0
