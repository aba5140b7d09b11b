"""Texts that may name a unit: candidates by activation pattern and by direction."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sae.directions import unit_rows
from sae.units import Units

# Rows and columns of the product that are made at once: such a tile stays in a core's cache.
_ROWS = 256
_COLUMNS = 1024


@dataclass(frozen=True)
class BestConcepts:
    """The concepts with the largest scores of each unit, best first."""

    concepts: Int[np.ndarray, "units top"]
    scores: Float[np.ndarray, "units top"]


@dataclass(frozen=True)
class Candidates:
    """Texts that may name each unit, the one that goes best with its activation first.

    A concept found both ways stands once; the places left over at the end have concept -1.
    """

    concepts: Int[np.ndarray, "units candidates"]
    correlation: Float[np.ndarray, "units candidates"]  # of activation and concept score
    cosine: Float[np.ndarray, "units candidates"]  # of direction and concept; NaN without one
    z: Float[np.ndarray, "units candidates"]  # the cosine among the concept's with all units
    by_pattern: Bool[np.ndarray, "units candidates"]
    by_direction: Bool[np.ndarray, "units candidates"]


def find_candidates(
    units: Units,
    features: Float[np.ndarray, "images features"],
    concept_directions: Float[np.ndarray, "concepts features"],
    *,
    top: int = 5,
) -> Candidates:
    """The best concepts by activation pattern and by direction, of every unit.

    ``features`` are those the units were read from, centred: the training images, so that scores
    on held-out images are no choice's own reward. All are ranked by the correlation of activation
    and concept score over these images. Where every unit that holds a known attribute was
    checked, on the reef, this named it as often as the direction did or more often, and for
    units that hold none, and for neurons, much more often what they respond to best.
    """
    concepts = unit_rows(np.asarray(concept_directions, dtype=np.float32))
    patterns, scaled = _correlating(units, features, concepts)
    found = best_concepts(patterns, scaled, top=top).concepts
    by_pattern = np.ones(found.shape, dtype=bool)
    if units.directions is None:
        cosine = z = np.full(found.shape, np.nan, dtype=np.float32)
        return _ranked(found, patterns, scaled, cosine, z, by_pattern, ~by_pattern)
    directions = unit_rows(np.asarray(units.directions, dtype=np.float32))
    other = best_concepts(directions, concepts, top=top).concepts
    twice = (found[:, :, None] == other[:, None, :]).any(axis=1)
    by_direction = (other[:, :, None] == found[:, None, :]).any(axis=1)
    found = np.concatenate([found, np.where(twice, -1, other)], axis=1)
    by_pattern = np.concatenate([by_pattern, np.zeros(twice.shape, dtype=bool)], axis=1)
    by_direction = np.concatenate([by_direction, ~twice], axis=1)
    cosine = _of_pairs(directions, concepts, found)
    mean, deviation = _moments(directions, concepts)
    z = (cosine - mean[found]) / deviation[found]
    return _ranked(found, patterns, scaled, cosine, z, by_pattern, by_direction)


def best_concepts(
    unit_rows: Float[np.ndarray, "units features"],
    concept_rows: Float[np.ndarray, "concepts features"],
    *,
    top: int = 5,
) -> BestConcepts:
    """The concepts with the largest product with each unit's row; it is never held whole.

    Give rows of unit length for cosines.
    """
    units = np.asarray(unit_rows, dtype=np.float32)
    concepts = np.asarray(concept_rows, dtype=np.float32)
    top = min(top, len(concepts))
    chosen = np.empty((len(units), top), dtype=np.int64)
    scores = np.empty((len(units), top), dtype=np.float32)
    # Columns beyond the concepts stay at -inf, so that no group of columns is cut short.
    padded = -(-len(concepts) // _COLUMNS) * _COLUMNS
    product = np.full((min(_ROWS, len(units)), padded), -np.inf, dtype=np.float32)
    for start in range(0, len(units), _ROWS):
        block = units[start : start + _ROWS]
        rows = slice(start, start + len(block))
        maxima = _product(block, concepts, product[: len(block)])
        chosen[rows], scores[rows] = _largest(product[: len(block)], maxima, top)
    return BestConcepts(chosen, scores)


def _correlating(
    units: Units, features: np.ndarray, concepts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Rows for units and for concepts whose product is the correlation over the images.

    With f̂ the images' features at unit length, less their mean, a concept's score on an image is
    f̂ · û: its covariance with an activation a is (aᵀ f̂ / n) · û and its variance ûᵀ (f̂ᵀ f̂ / n) û.
    So correlations of all units with all concepts cost one product over features, not images.
    """
    n = max(1, len(features))
    images = unit_rows(np.asarray(features, dtype=np.float32))
    images = images - images.mean(axis=0)
    spread = np.sqrt(np.einsum("ij,ij->i", concepts @ (images.T @ images / n), concepts))
    rows = [np.zeros((0, images.shape[1]), dtype=np.float32)]
    for block in units.blocks(columns=2):
        activations = block.activations - block.activations.mean(axis=0)
        deviation = activations.std(axis=0)
        covariance = activations.T @ images / n
        rows.append(covariance / np.where(deviation > 0, deviation, 1)[:, None])
    return np.concatenate(rows), concepts / np.where(spread > 0, spread, 1)[:, None]


def _of_pairs(rows: np.ndarray, concepts: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The product of each unit's row with the concepts found for it."""
    return np.stack([np.einsum("ij,ij->i", rows, concepts[c]) for c in found.T], axis=1)


def _ranked(
    found: np.ndarray, patterns: np.ndarray, scaled: np.ndarray, *more: np.ndarray
) -> Candidates:
    """Candidates in order of their correlation, the empty places last."""
    correlation = _of_pairs(patterns, scaled, found)
    order = np.argsort(np.where(found < 0, np.inf, -correlation), axis=1, kind="stable")
    columns = (np.take_along_axis(c, order, axis=1) for c in (found, correlation, *more))
    return Candidates(*columns)


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
