"""How well a text's concept score over images agrees with a unit's activation, and the floor.

The unit's activation is the truth and the concept's score cos(f, û(t)) the prediction: "does the
text foretell on which images the unit is active?" Pearson, AUPRC and F1 pass the sanity checks of
label metrics (2506.05774: a metric must fall when the label is too narrow or too broad); AUC does
not, and stands beside them only.

What these numbers cannot show: activation and concept score are both functions of the same
feature f, so a unit whose direction lies along û(t) correlates with t by construction, also on
held-out images, whether or not the picture shows what t says. Random texts share that advantage,
so the floor takes part of it away, not all. Only images with known content can do that.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sae.directions import unit_rows
from sae.units import UnitBlock, Units


@dataclass(frozen=True)
class LabelScores:
    """Scores of each unit's candidate concepts on images the unit was not made from.

    All are NaN where the unit is active on none of the images, or on all of them.
    """

    pearson: Float[np.ndarray, "units top"]  # activation with concept score
    pearson_low: Float[np.ndarray, "units top"]  # 95 % bootstrap interval over the images
    pearson_high: Float[np.ndarray, "units top"]
    auprc: Float[np.ndarray, "units top"]  # average precision; chance is the unit's density
    f1: Float[np.ndarray, "units top"]  # at as many images as the unit is active on
    auc: Float[np.ndarray, "units top"]
    floor_pearson: Float[np.ndarray, " units"]  # 95th percentile over random concepts
    abstained: Bool[np.ndarray, "units top"]  # the interval reaches down to the floor, or is NaN


def score_labels(
    units: Units,
    features: Float[np.ndarray, "images features"],
    concept_directions: Float[np.ndarray, "concepts features"],
    candidates: Int[np.ndarray, "units top"],
    *,
    random_concepts: int = 200,
    resamples: int = 200,
    seed: int,
) -> LabelScores:
    """Score candidate concepts (row numbers of ``concept_directions``) of every unit.

    ``features`` are those the units were read from, centred on the training images. F1 takes the
    p images with the highest concept score as predicted, p being the number of images the unit is
    active on: no threshold is tuned, and precision = recall = F1. Equal concept scores are ranked
    in the order of the images. The floor draws ``random_concepts`` concepts once, the same for
    all units, by ``seed``; the interval draws the images anew ``resamples`` times. A concept of
    -1, an empty place, has no scores.
    """
    images, concepts = (
        unit_rows(np.asarray(rows, dtype=np.float32)) for rows in (features, concept_directions)
    )
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(concepts), min(random_concepts, len(concepts)), replace=False)
    random_scores = _standard(images @ concepts[drawn].T)
    draws = rng.multinomial(len(images), np.full(len(images), 1 / len(images)), resamples)
    weights = draws.astype(np.float32) / len(images)
    parts = []
    held = 1 + 7 * candidates.shape[1]  # float32 scores, twice, products, int64 order and ranks
    for block in units.blocks(columns=held):
        chosen = candidates[block.start : block.stop]
        found, slots = np.unique(chosen, return_inverse=True)
        slots = slots.reshape(chosen.shape)
        scores = images @ concepts[found].T
        activations, standard = _standard(block.activations), _standard(scores)
        pearson = _pearson(activations, standard, slots)
        low, high = _interval(activations, standard, slots, weights)
        ranking = _ranking(block, scores, slots)
        floor = np.percentile(activations.T @ random_scores / len(images), 95, axis=1)
        undefined = undefined_units(block)
        nothing = (chosen < 0) | undefined[:, None]
        for score in (pearson, low, high, *ranking):
            score[nothing] = np.nan
        floor[undefined] = np.nan
        parts.append((pearson, low, high, *ranking, floor, ~(low > floor[:, None])))
    return LabelScores(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def undefined_units(block: UnitBlock) -> Bool[np.ndarray, " block"]:
    """Units active on none of the images or on all: no label can be scored on them."""
    counts = (block.activations > block.thresholds).sum(axis=0)
    return (counts == 0) | (counts == len(block.activations))


def label_metrics(
    block: UnitBlock,
    scores: Float[np.ndarray, "images concepts"],
    slots: Int[np.ndarray, "block top"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pearson, AUPRC, F1 and AUC of concepts for units; ``slots`` are columns of ``scores``."""
    pearson = _pearson(_standard(block.activations), _standard(scores), slots)
    return pearson, *_ranking(block, scores, slots)


def _pearson(activations: np.ndarray, scores: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """Of standardised columns, (units, top)."""
    products = [np.einsum("iu,iu->u", activations, scores[:, c]) for c in slots.T]
    return np.stack(products, axis=1) / len(scores)


def _interval(
    a: np.ndarray, s: np.ndarray, slots: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """2.5th and 97.5th percentile of Pearson over resamples of the images, (units, top) each.

    ``a`` and ``s`` are standardised activations and scores. Moments of a resample are products of
    its weights (resamples, images) with their columns.
    """
    mean_a, square_a = weights @ a, weights @ np.square(a)
    mean_s, square_s = weights @ s, weights @ np.square(s)
    spread_a = np.sqrt(np.maximum(square_a - mean_a**2, 0))
    spread_s = np.sqrt(np.maximum(square_s - mean_s**2, 0))
    low, high = np.empty(slots.shape), np.empty(slots.shape)
    for candidate, c in enumerate(slots.T):
        covariance = weights @ (a * s[:, c]) - mean_a * mean_s[:, c]
        scale = spread_a * spread_s[:, c]
        r = covariance / np.where(scale > 0, scale, 1)
        low[:, candidate], high[:, candidate] = np.percentile(r, (2.5, 97.5), axis=0)
    return low, high


def _ranking(
    block: UnitBlock, scores: np.ndarray, slots: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Average precision, F1 and AUC of each (unit, candidate); each concept is sorted once."""
    n = len(scores)
    order = np.argsort(-scores, axis=0, kind="stable")
    ranks = np.empty_like(order)  # from 1, the highest concept score first
    np.put_along_axis(ranks, order, np.arange(1, n + 1)[:, None], axis=0)
    active = block.active()
    counts = active.counts
    unit_of = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(unit_of)) - active.starts[unit_of] + 1  # 1, 2, .. p for each unit
    some = np.maximum(counts, 1)
    auprc, f1, auc = (np.empty(slots.shape) for _ in range(3))
    for candidate, columns in enumerate(slots.T):
        rank = ranks[active.images, columns[unit_of]]
        rank = rank[np.lexsort((rank, unit_of))]
        auprc[:, candidate] = np.bincount(unit_of, nth / rank, len(counts)) / some
        hits = np.bincount(unit_of, rank <= counts[unit_of], len(counts))
        f1[:, candidate] = hits / some
        # Mann-Whitney: of all (active, inactive) pairs, those in the wrong order.
        wrong = np.bincount(unit_of, rank - nth, len(counts))
        auc[:, candidate] = 1 - wrong / np.maximum(counts * (n - counts), 1)
    return auprc, f1, auc


def _standard(columns: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and standard deviation 1; constant columns become 0."""
    centred = columns - columns.mean(axis=0)
    deviation = centred.std(axis=0)
    return centred / np.where(deviation > 0, deviation, 1)
