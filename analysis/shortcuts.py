"""Shortcut candidates: concepts that a class holds and that its name does not imply (design §1).

Every pair (class c, concept u) is judged by a text map û that never saw c (cross-fitting), so that
the map cannot simply hand back w_c for words near the class's name:

- ``score``     cos(w_c, û(u)): the class holds the concept;
- ``name``      cos(û(c), û(u)): what the name alone implies;
- ``unexpected`` the partial cosine of w_c and û(u) given û(c): what is left of the first when the
  name's direction is taken out of both sides.

Each is standardised per concept over the classes, so that a concept near everything wins nowhere.
Where there are images the mean feature of the class's images takes the place of w_c for a second,
not independent, piece of evidence.

A text map knows least about texts that resemble no class name, and a direction that is mostly
noise can be large by chance. So tests are weighted by nearness before the false-discovery rate is
controlled (weighted Benjamini-Hochberg: Genovese, Roeder & Wasserman 2006), and concepts are
ranked by the weighted p. A candidate is a suspicion, not a proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import log_ndtr, ndtr
from statsmodels.stats.multitest import multipletests

from analysis.hull import hull
from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.held_out import CrossFit, Fold

NAME_IMPLIED_Z = 2.0
"""A concept whose name z is this high or higher is implied by the class's name."""
IS_A_NAME = 0.85
"""A concept whose embedding is this near to a class name's is taken for that class's name: the
pair then says that two classes look alike, which is no shortcut."""


@dataclass(frozen=True)
class Evidence:
    """One side's cosines and z-scores for all pairs; NaN rows where a class has no data."""

    score: Float[np.ndarray, "classes concepts"]
    z_score: Float[np.ndarray, "classes concepts"]
    z_unexpected: Float[np.ndarray, "classes concepts"]


@dataclass(frozen=True)
class Candidates:
    """All pairs judged. ``order`` lists each class's concepts, best first, by weighted p."""

    weights: Evidence
    features: Evidence | None
    z_name: Float[np.ndarray, "classes concepts"]
    name_implied: Bool[np.ndarray, "classes concepts"]
    strength: Float[np.ndarray, "classes concepts"]
    nearness: Float[np.ndarray, " concepts"]
    p: Float[np.ndarray, "classes concepts"]
    q: Float[np.ndarray, "classes concepts"]
    order: Int[np.ndarray, "classes concepts"]


def shortcut_candidates(
    fit: CrossFit,
    *,
    prompt_embeddings: Float[np.ndarray, "classes embedding"],
    name_embeddings: Float[np.ndarray, "classes embedding"],
    concept_embeddings: Float[np.ndarray, "concepts embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    class_means: Float[np.ndarray, "classes features"] | None,
) -> Candidates:
    """Judge all pairs of class and concept.

    Args:
        fit: the text map, cross-fitted over the classes.
        prompt_embeddings: M_T("an image of a {class}"), unit rows.
        name_embeddings: M_T(class name), unit rows; a name that reads like the concept implies it,
            whatever the classifier's space makes of both.
        concept_embeddings: M_T(concept), unit rows.
        class_embeddings: the rows w_c, not centred (each fold centres on what it saw).
        class_means: mean feature of each class's images, NaN rows where there are none; None
            where there are no images at all.
    """
    told = [_told(fold, prompt_embeddings, concept_embeddings) for fold in fit.folds]
    weights = _evidence(told, class_embeddings)
    features = None if class_means is None else _evidence(told, class_means)
    z_name = np.maximum(
        standardise(_name_scores(told)),
        standardise(cosine(name_embeddings, concept_embeddings)),
    )
    near = nearness(name_embeddings, concept_embeddings)
    strength = _combined(weights, features)
    log_p = log_ndtr(-strength) - np.log(near / near.mean())
    weighted = np.minimum(np.exp(log_p), 1)
    q = np.asarray(multipletests(weighted.ravel(), method="fdr_bh")[1])
    return Candidates(
        weights=weights,
        features=features,
        z_name=z_name,
        name_implied=(z_name >= NAME_IMPLIED_Z) | is_a_name(name_embeddings, concept_embeddings),
        strength=strength,
        nearness=near,
        p=ndtr(-strength),
        q=q.reshape(strength.shape),
        order=np.argsort(log_p, axis=1, kind="stable"),
    )


def nearness(
    names: Float[np.ndarray, "classes embedding"], concepts: Float[np.ndarray, "concepts embedding"]
) -> Float[np.ndarray, " concepts"]:
    """How well placed a text map is to judge each concept, in (0, 1].

    The share of class names that lie farther from their nearest other class name than the concept
    lies from its nearest class name, squared (plus 1/C, so that no concept is ruled out): 1 for a
    concept as near as names are to each other, about 0 for one farther off than any name.
    """
    share = hull(names, concepts).share
    return np.minimum(share**2 + 1 / len(names) ** 2, 1)


def is_a_name(
    names: Float[np.ndarray, "classes embedding"], concepts: Float[np.ndarray, "concepts embedding"]
) -> Bool[np.ndarray, " concepts"]:
    """Concepts that are (nearly) the name of a class."""
    return cosine(concepts, names).max(1) >= IS_A_NAME


def standardise(
    scores: Float[np.ndarray, "classes concepts"],
) -> Float[np.ndarray, "classes concepts"]:
    """z per concept over the classes that have data."""
    std = np.nanstd(scores, axis=0)
    return (scores - np.nanmean(scores, axis=0)) / np.where(std > 0, std, np.inf)


def partial_cosine(
    a: Float[np.ndarray, "rows features"],
    b: Float[np.ndarray, "concepts features"],
    given: Float[np.ndarray, "rows features"],
) -> Float[np.ndarray, "rows concepts"]:
    """Cosine of a and b after the direction ``given`` (one per row of a) is taken out of both.

    All rows have unit length. With r = a·b, s = a·g, t = b·g it is
    (r - s t) / √((1 - s²)(1 - t²)), as for partial correlations.
    """
    r, t = a @ b.T, given @ b.T
    s = (a * given).sum(1, keepdims=True)
    spread = (1 - s**2) * (1 - t**2)
    return (r - s * t) / np.sqrt(np.maximum(spread, 1e-6))


@dataclass(frozen=True)
class _Told:
    """What one fold's map says of the classes it never saw and of the concepts, unit rows."""

    held_out: Int[np.ndarray, " held_out"]
    names: Float[np.ndarray, "held_out features"]
    concepts: Float[np.ndarray, "concepts features"]


def _told(fold: Fold, prompts: np.ndarray, concepts: np.ndarray) -> _Told:
    return _Told(
        fold.held_out,
        unit_rows(fold.text_map(prompts[fold.held_out])),
        unit_rows(fold.text_map(concepts)),
    )


def _evidence(told: Sequence[_Told], rows: np.ndarray) -> Evidence:
    score = np.full((len(rows), len(told[0].concepts)), np.nan, np.float32)
    unexpected = score.copy()
    for fold in told:
        there = ~np.isnan(rows[fold.held_out, 0])
        c = fold.held_out[there]
        seen = np.delete(rows, fold.held_out, axis=0)
        held = unit_rows(rows[c] - np.nanmean(seen, axis=0))
        score[c] = held @ fold.concepts.T
        unexpected[c] = partial_cosine(held, fold.concepts, fold.names[there])
    return Evidence(score, standardise(score), standardise(unexpected))


def _name_scores(told: Sequence[_Told]) -> np.ndarray:
    scores = np.empty((sum(len(fold.held_out) for fold in told), len(told[0].concepts)), np.float32)
    for fold in told:
        scores[fold.held_out] = fold.names @ fold.concepts.T
    return scores


def _combined(weights: Evidence, features: Evidence | None) -> np.ndarray:
    """Mean of both sides' z where both are there, scaled to unit spread; else the weights' z.

    The sides share the features' space, so their correlation ρ over all pairs is measured and
    taken into account: the mean of two unit-variance scores has variance (1 + ρ) / 2.
    """
    if features is None:
        return weights.z_unexpected
    both = ~np.isnan(features.z_unexpected)
    correlation = np.corrcoef(weights.z_unexpected[both], features.z_unexpected[both])[0, 1]
    mean = (weights.z_unexpected + features.z_unexpected) / 2
    return np.where(both, mean / np.sqrt((1 + correlation) / 2), weights.z_unexpected)
