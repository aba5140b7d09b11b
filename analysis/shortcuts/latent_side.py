"""The third side: latents that carry a class's logit, and what they are called elsewhere.

A latent carries class c when it is more active on the class's images than on others and its
decoder direction raises the class's logit; its share is its part of what all latents so carry. What
it responds to is judged **on the images of all other classes**: by the correlation of its
activation with the concept's score. So a word cannot name a direction that only class c has, which
is where the text map is least certain; a cue that is read elsewhere too keeps its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array

from analysis.shortcuts.inputs import Head, Seen
from analysis.shortcuts.told import Told
from analysis.textmap.base import unit_rows

CARRIERS = 16
"""Latents that are kept of each class, by the share they carry."""
LEAST_CORRELATION = 0.25
"""A label whose correlation is below this names nothing."""


@dataclass(frozen=True)
class Carriers:
    """The latents that carry each class, the largest share first; -1 and 0 where there are fewer.

    ``label`` is the concept whose score goes best with the latent over the images of other
    classes, ``correlation`` how well.
    """

    latent: Int[np.ndarray, "classes carriers"]
    share: Float[np.ndarray, "classes carriers"]
    label: Int[np.ndarray, "classes carriers"]
    correlation: Float[np.ndarray, "classes carriers"]

    def named(self, concept_ids: Int[np.ndarray, " some"]) -> Bool[np.ndarray, "classes carriers"]:
        """Which of them are called by one of these concepts."""
        strong = (self.correlation >= LEAST_CORRELATION) & (self.latent >= 0)
        return strong & np.isin(self.label, concept_ids)


@dataclass(frozen=True)
class LatentSide:
    """Score of every pair, max over the class's carriers of √share · correlation (NaN rows for
    classes without images), and the carriers."""

    score: Float[np.ndarray, "classes concepts"]
    carriers: Carriers


def latent_side(told: Sequence[Told], head: Head, seen: Seen) -> LatentSide | None:
    """All pairs judged by the latents; None without an autoencoder.

    Costs a product images × features × concepts for each fold, and for each class one of
    ``CARRIERS`` × features × concepts.
    """
    if seen.autoencoder is None:
        return None
    classes, concepts = len(head.weight), len(told[0].concepts)
    moments = _Moments.of(seen)
    latent, share = _carriers(moments, head, seen)
    label = np.full(latent.shape, -1)
    correlation = np.zeros(latent.shape)
    score = np.full((classes, concepts), np.nan, np.float32)
    gram = moments.images.T @ moments.images
    for fold in told:
        squares = np.einsum("ud,ud->u", fold.concepts @ gram, fold.concepts)
        for c in fold.held_out.tolist():
            if not (seen.labels == c).any():
                continue
            there = latent[c] >= 0
            r = moments.correlations(c, latent[c, there], fold.concepts, squares)
            label[c, there], correlation[c, there] = r.argmax(axis=1), r.max(axis=1)
            weighted = np.sqrt(share[c, there])[:, None] * np.maximum(r, 0)
            score[c] = weighted.max(axis=0, initial=0)
    return LatentSide(score, Carriers(latent, share, label, correlation))


@dataclass(frozen=True)
class _Moments:
    """Sums over all images, from which one class's are taken off again."""

    images: Float[np.ndarray, "images features"]  # centred, of unit length
    activations: csr_array  # (images, latents)
    labels: Int[np.ndarray, " images"]
    cross: Float[np.ndarray, "latents features"]  # Σ a f̂
    total: Float[np.ndarray, " latents"]  # Σ a
    squares: Float[np.ndarray, " latents"]  # Σ a²

    @classmethod
    def of(cls, seen: Seen) -> "_Moments":
        assert seen.autoencoder is not None
        images = unit_rows(seen.centred.astype(np.float32))
        a = seen.autoencoder.encode_sparse(seen.features)
        return cls(
            images=images,
            activations=a,
            labels=seen.labels,
            cross=a.T @ images,
            total=np.asarray(a.sum(axis=0)).ravel(),
            squares=np.asarray(a.power(2).sum(axis=0)).ravel(),
        )

    def correlations(
        self, class_id: int, latents: np.ndarray, concepts: np.ndarray, squares: np.ndarray
    ) -> np.ndarray:
        """Pearson of activation and concept score f̂·û over the images of other classes,
        (latents, concepts). ``squares``: Σ (f̂·û)² over all images."""
        own = self.labels == class_id
        n = int((~own).sum())
        if n == 0:
            return np.zeros((len(latents), len(concepts)))
        f, a = self.images[own], self.activations[own][:, latents].toarray()
        scores = concepts @ f.T
        mean_f = (self.images.sum(axis=0) - f.sum(axis=0)) / n
        mean_s = concepts @ mean_f
        var_s = (squares - np.square(scores).sum(axis=1)) / n - mean_s**2
        mean_a = (self.total[latents] - a.sum(axis=0)) / n
        var_a = (self.squares[latents] - np.square(a).sum(axis=0)) / n - mean_a**2
        both = (self.cross[latents] - a.T @ f) / n
        covariance = both @ concepts.T - np.outer(mean_a, mean_s)
        spread = np.sqrt(np.outer(np.maximum(var_a, 0), np.maximum(var_s, 0)))
        return covariance / np.where(spread > 1e-9, spread, np.inf)


def _carriers(moments: _Moments, head: Head, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Latents of each class and the share of its logit that each carries."""
    assert seen.autoencoder is not None
    n, classes = len(seen.labels), len(head.weight)
    effects = head.centred @ seen.autoencoder.decoder_directions.T
    mean = moments.total / n
    count = min(CARRIERS, effects.shape[1])
    latent, share = np.full((classes, count), -1), np.zeros((classes, count))
    for c in np.unique(seen.labels[seen.labels >= 0]).tolist():
        of_class = moments.activations[seen.labels == c]
        above = np.asarray(of_class.mean(axis=0)).ravel() - mean
        carried = np.maximum(above, 0) * np.maximum(effects[c], 0)
        best = np.argsort(-carried, kind="stable")[:count]
        there = carried[best] > 0
        latent[c, there] = best[there]
        share[c, there] = carried[best[there]] / carried.sum()
    return latent, share
