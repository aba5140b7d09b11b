"""Texts whose directions fit a unit's direction: candidates, by one matrix product."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

# Rows and columns of the product that are made at once: such a tile stays in a core's cache.
_ROWS = 256
_COLUMNS = 512


@dataclass(frozen=True)
class UnitLabels:
    """The best concepts of each unit, best first."""

    concepts: Int[np.ndarray, "units top"]
    cosines: Float[np.ndarray, "units top"]
    z: Float[np.ndarray, "units top"]  # the cosine among the concept's cosines with all units


def label_units(
    directions: Float[np.ndarray, "units features"],
    concept_directions: Float[np.ndarray, "concepts features"],
    *,
    top: int = 5,
) -> UnitLabels:
    """The concepts with the largest cosine to each unit's direction.

    ``z`` says how far the cosine stands out among the cosines of *that concept* with all units,
    in standard deviations: a hub, a concept close to every unit, has large cosines and small z.
    Directions of length zero have cosine 0 with everything. The product is never held whole.
    """
    units = _unit_rows(directions)
    concepts = _unit_rows(concept_directions)
    top = min(top, len(concepts))
    chosen = np.empty((len(units), top), dtype=np.int64)
    cosines = np.empty((len(units), top), dtype=np.float32)
    # Columns beyond the concepts stay at -inf, so that no group of columns is cut short.
    padded = -(-len(concepts) // _COLUMNS) * _COLUMNS
    product = np.full((min(_ROWS, len(units)), padded), -np.inf, dtype=np.float32)
    for start in range(0, len(units), _ROWS):
        block = units[start : start + _ROWS]
        rows = slice(start, start + len(block))
        maxima = _product(block, concepts, product[: len(block)])
        chosen[rows], cosines[rows] = _largest(product[: len(block)], maxima, top)
    mean, deviation = _moments(units, concepts)
    z = (cosines - mean[chosen]) / deviation[chosen]
    return UnitLabels(chosen, cosines, z.astype(np.float32))


def _product(block: np.ndarray, concepts: np.ndarray, out: np.ndarray) -> np.ndarray:
    """block · conceptsᵀ into ``out``; returns the largest value of each group of columns.

    Column j belongs to group j modulo ``_COLUMNS``. The maxima are taken tile by tile, while the
    tile is in the cache; a second pass over the product would cost a fifth of it.
    """
    maxima = np.full((len(block), _COLUMNS), -np.inf, dtype=np.float32)
    for start in range(0, len(concepts), _COLUMNS):
        some = concepts[start : start + _COLUMNS]
        tile = out[:, start : start + len(some)]
        np.matmul(block, some.T, out=tile)
        head = maxima[:, : len(some)]
        np.maximum(head, tile, out=head)
    return maxima


def _largest(block: np.ndarray, maxima: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns and values of each row's ``top`` largest entries.

    Each of them lies in one of the ``top`` groups with the largest maxima: look only there.
    """
    rows, columns = block.shape
    half = _COLUMNS // 2  # groups in pairs: fewer maxima to choose from
    groups = np.broadcast_to(np.arange(half), (rows, half))
    if top < half:
        pairs = np.maximum(maxima[:, :half], maxima[:, half:])
        groups = np.argpartition(pairs, half - top, axis=1)[:, half - top :]
    members = (groups[:, :, None] + np.arange(0, columns, half)).reshape(rows, -1)
    values = np.take(block.ravel(), members + np.arange(rows)[:, None] * columns)
    part = np.argpartition(values, values.shape[1] - top, axis=1)[:, values.shape[1] - top :]
    values, members = (np.take_along_axis(a, part, axis=1) for a in (values, members))
    order = np.lexsort((members, -values), axis=1)  # equal cosines: the first concept first
    return np.take_along_axis(members, order, axis=1), np.take_along_axis(values, order, axis=1)


def _moments(units: np.ndarray, concepts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation over all units of each concept's cosine, without the product.

    With U the unit directions, mean = ū · c and variance = cᵀ (UᵀU / m) c - mean².
    """
    mean = units.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = units - mean
    covariance = centred.T @ centred / np.float32(len(units))
    variance = np.einsum("ij,ij->i", concepts @ covariance, concepts)
    return concepts @ mean, np.sqrt(np.maximum(variance, 1e-12))


def _unit_rows(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)
