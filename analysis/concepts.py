"""Concept discovery (paper §4.3): which concepts a class or an image holds.

A concept's score is cos(w_c, û(u)) for a class, which needs no image at all, and cos(f, û(u)) for
an image, with W centred over the classes and f over the images. A bare cosine says little: some
concepts are near everything (hubs), and directions known only roughly are near nothing. So three
figures stand beside it, each against another null:

- ``corrected``  the cosine less half of the concept's mean cosine with the rows nearest to it
  (CSLS: Conneau et al. 2018), against **hubs**; concepts are ranked by it. On real ViT-tiny it
  ranks a class's own descriptors above others' better than the cosine does, and far better than
  the text encoder alone (``glowworm bench descriptors`` prints it).
- ``z``          against **random directions**: standard deviations above what a direction drawn
  at random with the rows' own mean and covariance would score with this concept.
- ``standout``   against the **vocabulary**: how far ``corrected`` lies above the row's median over
  all concepts, in robust standard deviations (1.4826 times the median absolute deviation).

The paper ranks by the raw cosine (``rank_by="score"``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from analysis.textmap.base import cosine

BLOCK = 4096
"""Rows scored at once; memory stays flat in the number of images."""
NEIGHBOURS = 10
"""Rows nearest to a concept, whose mean cosine is its hubness."""
MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation, for normal scores."""


@dataclass(frozen=True)
class TopConcepts:
    """The B best concepts of each row (class or image), best first."""

    concepts: Int[np.ndarray, "rows best"]
    scores: Float[np.ndarray, "rows best"]
    corrected: Float[np.ndarray, "rows best"]
    z: Float[np.ndarray, "rows best"]
    standout: Float[np.ndarray, "rows best"]


@dataclass(frozen=True)
class ConceptNulls:
    """What each concept scores with rows in general."""

    mean: Float[np.ndarray, " concepts"]
    std: Float[np.ndarray, " concepts"]
    hubness: Float[np.ndarray, " concepts"]  # mean over the NEIGHBOURS rows nearest to it

    def z(self, scores: Float[np.ndarray, "rows concepts"]) -> Float[np.ndarray, "rows concepts"]:
        """Against random directions; a concept that never varies has z = 0."""
        return (scores - self.mean) / np.where(self.std > 0, self.std, np.inf)

    def corrected(
        self, scores: Float[np.ndarray, "rows concepts"]
    ) -> Float[np.ndarray, "rows concepts"]:
        """Less half of each concept's hubness."""
        return scores - self.hubness / 2


def concept_nulls(
    rows: Float[np.ndarray, "rows features"], directions: Float[np.ndarray, "concepts features"]
) -> ConceptNulls:
    """Moments and hubness of each concept's cosine over all rows, in two passes over blocks."""
    total = np.zeros(len(directions))
    nearest = np.empty((0, len(directions)), np.float32)
    for block in _blocks(rows, directions):
        total += block.sum(0, dtype=np.float64)
        nearest = largest(np.concatenate([nearest, block]), NEIGHBOURS)
    mean = total / len(rows)
    squares = sum(((block - mean) ** 2).sum(0) for block in _blocks(rows, directions))
    std = np.sqrt(np.asarray(squares) / len(rows))
    return ConceptNulls(mean.astype(np.float32), std.astype(np.float32), nearest.mean(0))


def hub_corrected(
    scores: Float[np.ndarray, "rows concepts"],
) -> Float[np.ndarray, "rows concepts"]:
    """Less half of each concept's hubness among these very rows."""
    return scores - largest(scores, NEIGHBOURS).mean(0) / 2


def standout(
    corrected: Float[np.ndarray, "rows concepts"],
) -> Float[np.ndarray, "rows concepts"]:
    """Against the vocabulary: robust standard deviations above the row's median concept."""
    above = corrected - np.median(corrected, axis=1, keepdims=True)
    spread = MAD_TO_SD * np.median(np.abs(above), axis=1, keepdims=True)
    return above / np.where(spread > 0, spread, np.inf)


def top_concepts(
    rows: Float[np.ndarray, "rows features"],
    directions: Float[np.ndarray, "concepts features"],
    *,
    best: int,
    rank_by: Literal["corrected", "score"] = "corrected",
) -> TopConcepts:
    """The ``best`` concepts of each row, ranked within the row.

    Args:
        rows: centred class embeddings or centred features.
        directions: û(u) of each concept.
        best: B of the paper; at most the number of concepts are returned.
        rank_by: ``corrected`` for hubs, or the paper's raw ``score``.
    """
    nulls = concept_nulls(rows, directions)
    parts = []
    for scores in _blocks(rows, directions):
        corrected = nulls.corrected(scores)
        chosen = best_columns(corrected if rank_by == "corrected" else scores, best)
        figures = (scores, corrected, nulls.z(scores), standout(corrected))
        parts.append([chosen, *(np.take_along_axis(a, chosen, 1) for a in figures)])
    return TopConcepts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def largest(
    values: Float[np.ndarray, "rows columns"], count: int
) -> Float[np.ndarray, "most columns"]:
    """The ``count`` largest values of each column, in no order."""
    return values if len(values) <= count else np.partition(values, -count, axis=0)[-count:]


def best_columns(values: Float[np.ndarray, "rows columns"], best: int) -> Int[np.ndarray, "rows b"]:
    """Columns of the largest values of each row, largest first, without sorting the rest."""
    best = min(best, values.shape[1])
    chosen = np.argpartition(-values, best - 1, axis=1)[:, :best]
    order = np.argsort(-np.take_along_axis(values, chosen, 1), axis=1, kind="stable")
    return np.take_along_axis(chosen, order, 1)


def class_means(
    features: Float[np.ndarray, "images features"],
    labels: Int[np.ndarray, " images"],
    num_classes: int,
) -> tuple[Float[np.ndarray, "classes features"], Int[np.ndarray, " classes"]]:
    """Mean feature of each class and its number of images; NaN where a class has none.

    Images with a negative label belong to no class.
    """
    known = labels >= 0
    counts = np.bincount(labels[known], minlength=num_classes)
    sums = np.zeros((num_classes, features.shape[1]), np.float64)
    np.add.at(sums, labels[known], features[known])
    with np.errstate(invalid="ignore"):
        means = sums / counts[:, None]
    return means.astype(np.float32), counts


def _blocks(rows: np.ndarray, directions: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), BLOCK):
        yield cosine(rows[start : start + BLOCK], directions)
