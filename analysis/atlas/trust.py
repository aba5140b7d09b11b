"""How far a map is to be trusted: what it should show, against the same map shuffled."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

BESIDE = 5
"""Class points nearest to a point on the map that count as beside it."""
AROUND = 10
"""Neighbours on the map by which mixing and trustworthiness are judged."""
MOST = 2000
"""Points of a kind, drawn at random, on which trustworthiness is judged: it takes all pairs."""


@dataclass(frozen=True)
class Share:
    """A number between 0 and 1, with what the same positions give when shuffled."""

    value: float
    floor: float
    n: int


def beside_class(
    points: Float[np.ndarray, "points 2"],
    classes: Float[np.ndarray, "classes 2"],
    own: Int[np.ndarray, " points"],
    *,
    seed: int,
) -> Share:
    """Points whose own class is among the nearest class points; floor: points shuffled.

    Args:
        own: the class that each point should lie beside.
    """
    shuffled = points[np.random.default_rng(seed).permutation(len(points))]
    value, floor = (_beside(p, classes, own) for p in (points, shuffled))
    return Share(value, floor, len(points))


def _beside(points: np.ndarray, classes: np.ndarray, own: np.ndarray) -> float:
    nearest = _nearest(classes, points, BESIDE)
    return float((nearest == own[:, None]).any(1).mean())


def mixing(
    positions: Float[np.ndarray, "points 2"], kind: Int[np.ndarray, " points"], *, seed: int
) -> Share:
    """How often a map neighbour is of another kind, against what blind chance would give.

    1: as often as if kinds did not matter; 0, the floor: every kind on an island of its own.
    """
    drawn = np.random.default_rng(seed).permutation(len(positions))[:MOST]
    nearest = _nearest(positions, positions[drawn], AROUND + 1)[:, 1:]
    other = (kind[nearest] != kind[drawn, None]).mean(1)
    sizes = np.bincount(kind)
    chance = 1 - (sizes[kind[drawn]] - 1) / (len(kind) - 1)
    known = chance > 0
    value = float((other[known] / chance[known]).mean()) if known.any() else 0.0
    return Share(value, 0.0, len(drawn))


def trustworthiness(
    directions: Float[np.ndarray, "points features"],
    positions: Float[np.ndarray, "points 2"],
    *,
    seed: int,
) -> Share:
    """Whether neighbours on the map are neighbours in the classifier's space (Venna and Kaski
    2001): 1 where all are; floor: positions shuffled, about .5.
    """
    from sklearn.manifold import trustworthiness as trust

    generator = np.random.default_rng(seed)
    drawn = generator.permutation(len(positions))[:MOST]
    around = min(AROUND, (len(drawn) - 1) // 2)
    there, here = directions[drawn], positions[drawn]
    value, floor = (
        float(trust(there, p, n_neighbors=around, metric="cosine"))
        for p in (here, here[generator.permutation(len(here))])
    )
    return Share(value, floor, len(drawn))


def _nearest(among: np.ndarray, points: np.ndarray, count: int) -> np.ndarray:
    """Rows of ``among`` nearest to each point, nearest first."""
    from scipy.spatial import KDTree

    count = min(count, len(among))
    return np.asarray(KDTree(among).query(points, k=count)[1]).reshape(len(points), count)
