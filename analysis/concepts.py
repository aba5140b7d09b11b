"""Concept discovery (paper §4.3): which concepts a class or an image holds.

A concept's score is cos(w_c, û(u)) for a class, which needs no image at all, and cos(f, û(u)) for
an image, with W centred over the classes and f over the images. Some concepts are near everything
(hubs); so next to each score stands its z among the same concept's scores over all classes or all
images, and concepts are ranked by that z. The paper ranks by the raw cosine (``rank_by="score"``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from analysis.textmap.base import cosine

BLOCK = 4096
"""Rows scored at once; memory stays flat in the number of images."""


@dataclass(frozen=True)
class TopConcepts:
    """The B best concepts of each row (class or image), best first."""

    concepts: Int[np.ndarray, "rows best"]
    scores: Float[np.ndarray, "rows best"]
    z: Float[np.ndarray, "rows best"]


@dataclass(frozen=True)
class ConceptMoments:
    """Mean and standard deviation of each concept's scores over a set of rows."""

    mean: Float[np.ndarray, " concepts"]
    std: Float[np.ndarray, " concepts"]

    def z(self, scores: Float[np.ndarray, "rows concepts"]) -> Float[np.ndarray, "rows concepts"]:
        """Scores standardised per concept; a concept that never varies has z = 0."""
        return (scores - self.mean) / np.where(self.std > 0, self.std, np.inf)


def moments(
    rows: Float[np.ndarray, "rows features"], directions: Float[np.ndarray, "concepts features"]
) -> ConceptMoments:
    """Moments of each concept's cosine over all rows, in two passes over blocks."""
    mean = sum(block.sum(0, dtype=np.float64) for block in _blocks(rows, directions)) / len(rows)
    squares = sum(((block - mean) ** 2).sum(0) for block in _blocks(rows, directions))
    return ConceptMoments(
        np.asarray(mean, np.float32), np.sqrt(np.asarray(squares) / len(rows)).astype(np.float32)
    )


def top_concepts(
    rows: Float[np.ndarray, "rows features"],
    directions: Float[np.ndarray, "concepts features"],
    *,
    best: int,
    rank_by: Literal["z", "score"] = "z",
) -> TopConcepts:
    """The ``best`` concepts of each row, ranked within the row.

    Args:
        rows: centred class embeddings or centred features.
        directions: û(u) of each concept.
        best: B of the paper; at most the number of concepts are returned.
        rank_by: ``z`` corrects for hubs, ``score`` is the paper's raw cosine.
    """
    of_concept = moments(rows, directions)
    parts = []
    for scores in _blocks(rows, directions):
        z = of_concept.z(scores)
        chosen = best_columns(z if rank_by == "z" else scores, best)
        parts.append([chosen, *(np.take_along_axis(a, chosen, 1) for a in (scores, z))])
    return TopConcepts(*(np.concatenate(column) for column in zip(*parts, strict=True)))


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
