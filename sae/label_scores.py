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

from sae.units import UnitBlock, Units


@dataclass(frozen=True)
class LabelScores:
    """Scores of each unit's candidate concepts on images the unit was not made from.

    All are NaN where the unit is active on none of the images, or on all of them.
    """

    pearson: Float[np.ndarray, "units top"]  # activation with concept score
    auprc: Float[np.ndarray, "units top"]  # average precision; chance is the unit's density
    f1: Float[np.ndarray, "units top"]  # at as many images as the unit is active on
    auc: Float[np.ndarray, "units top"]
    floor_pearson: Float[np.ndarray, " units"]  # 95th percentile over random concepts
    abstained: Bool[np.ndarray, "units top"]  # Pearson does not exceed the floor, or is NaN


def score_labels(
    units: Units,
    features: Float[np.ndarray, "images features"],
    concept_directions: Float[np.ndarray, "concepts features"],
    candidates: Int[np.ndarray, "units top"],
    *,
    random_concepts: int = 200,
    seed: int,
) -> LabelScores:
    """Score candidate concepts (row numbers of ``concept_directions``) of every unit.

    ``features`` are those the units were read from, centred on the training images. F1 takes the
    p images with the highest concept score as predicted, p being the number of images the unit is
    active on: no threshold is tuned, and precision = recall = F1. Equal concept scores are ranked
    in the order of the images. The floor draws ``random_concepts`` concepts once, the same for
    all units, by ``seed``.
    """
    images = _unit_rows(features)
    rng = np.random.default_rng(seed)
    drawn = rng.choice(
        len(concept_directions), min(random_concepts, len(concept_directions)), replace=False
    )
    random_scores = _standard(images @ _unit_rows(concept_directions[drawn]).T)
    parts = []
    held = 1 + 6 * candidates.shape[1]  # float32 scores, twice, and int64 order and ranks
    for block in units.blocks(columns=held):
        chosen = candidates[block.start : block.stop]
        concepts, slots = np.unique(chosen, return_inverse=True)
        scores = images @ _unit_rows(concept_directions[concepts]).T
        parts.append(_score_block(block, scores, slots.reshape(chosen.shape), random_scores))
    return LabelScores(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def _score_block(
    block: UnitBlock, scores: np.ndarray, slots: np.ndarray, random_scores: np.ndarray
) -> tuple[np.ndarray, ...]:
    """``scores`` (images, concepts); ``slots`` (units, top) are columns of it."""
    n = len(scores)
    counts = (block.activations > block.thresholds).sum(axis=0)
    undefined = (counts == 0) | (counts == n)
    activations = _standard(block.activations)
    floor = np.percentile(activations.T @ random_scores / n, 95, axis=1)
    standard = _standard(scores)
    pearson = np.stack(
        [np.einsum("iu,iu->u", activations, standard[:, column]) / n for column in slots.T], axis=1
    )
    auprc, f1, auc = _ranking(block, scores, slots)
    for score in (pearson, auprc, f1, auc, floor):
        score[undefined] = np.nan
    return pearson, auprc, f1, auc, floor, ~(pearson > floor[:, None])


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


def _unit_rows(rows: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)
