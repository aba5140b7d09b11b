"""Neighbours across kinds: what lies near a class, be it an image, a latent or a word.

Plain cosines do not compare across kinds: two texts mapped by the same text map are always more
alike than a text and an image, and a joint map of all puts every kind on an island of its own
(the modality gap). So each kind is centred, and a cosine counts by how far it lies above what
pairs of these two kinds usually have, in their own standard deviations.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.concepts import best_columns
from analysis.textmap.base import unit_rows

SAMPLED = 1000
"""Rows of each kind from which the usual cosine of a pair of kinds is taken."""
BLOCK_VALUES = 2**24
"""Cosines held at once."""
Kinds = Sequence[Float[np.ndarray, "_ features"]]


@dataclass(frozen=True)
class Neighbours:
    """The nearest points of each point, itself first."""

    indices: Int[np.ndarray, "points neighbours"]
    distances: Float[np.ndarray, "points neighbours"]
    """Standard deviations below the closest pair of all; 0 to itself."""


def centred(rows: Float[np.ndarray, "rows features"]) -> Float[np.ndarray, "rows features"]:
    """Directions from the mean of their kind, of unit length."""
    return unit_rows(rows - rows.mean(0)) if len(rows) else rows


def neighbours(
    kinds: Kinds, *, count: int, seed: int, advance: Callable[[int], None] = lambda _: None
) -> Neighbours:
    """The ``count`` nearest of each point among all kinds, in blocks.

    Args:
        kinds: for each kind its rows as ``centred`` gives them; points are numbered through.
        count: neighbours besides the point itself; fewer than there are points.
        advance: told how many points are done.
    """
    everything = np.concatenate(list(kinds))
    scales = _scales(kinds, seed)
    of_kind = np.repeat(np.arange(len(kinds)), [len(rows) for rows in kinds])
    indices, strengths = [], []
    for block in _blocks(len(everything)):
        cosines = everything[block] @ everything.T
        mean, deviation = (part[of_kind[block]][:, of_kind] for part in scales)
        cosines -= mean
        cosines /= deviation
        own = np.arange(block.start, block.start + len(cosines))
        cosines[np.arange(len(own)), own] = -np.inf
        nearest = best_columns(cosines, count)
        indices.append(np.concatenate([own[:, None], nearest], axis=1))
        strengths.append(np.take_along_axis(cosines, nearest, 1))
        advance(len(own))
    strength = np.concatenate(strengths)
    distances = np.pad(strength.max() - strength, ((0, 0), (1, 0)))
    return Neighbours(np.concatenate(indices).astype(np.int32), distances.astype(np.float32))


def _scales(kinds: Kinds, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the cosines of each pair of kinds, (kinds, kinds) each."""
    generator = np.random.default_rng(seed)
    drawn = [rows[generator.permutation(len(rows))[:SAMPLED]] for rows in kinds]
    mean, deviation = np.zeros((2, len(kinds), len(kinds)), np.float32)
    deviation += 1
    for i, a in enumerate(drawn):
        for j, b in enumerate(drawn):
            cosines = a @ b.T
            pairs = cosines[~np.eye(len(a), dtype=bool)] if i == j else cosines
            if pairs.size and pairs.std() > 0:
                mean[i, j], deviation[i, j] = pairs.mean(), pairs.std()
    return mean, deviation


def _blocks(points: int) -> Iterator[slice]:
    rows = max(1, BLOCK_VALUES // max(points, 1))
    for start in range(0, points, rows):
        yield slice(start, min(start + rows, points))
