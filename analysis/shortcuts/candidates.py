"""Shortcut candidates: concepts that a class holds and that its name does not imply (design §1).

Every pair (class c, concept u) is judged by a text map û that never saw c (cross-fitting), so that
the map cannot simply hand back w_c for words near the class's name, and from three sides:

- **weights**   cos(w_c, û(u)), which needs no image;
- **features**  the same with the mean feature of the class's images in place of w_c;
- **latents**   the latents that carry the class's logit, and what they are called on the images of
  other classes (``latent_side``).

On the first two sides it is the *partial* cosine that counts, given û(c): what is left when the
name's direction is taken out of both. Each side is standardised per concept over the classes whose
names do not imply the concept, so that a concept near everything wins nowhere; the sum of the
sides that are there is standardised by their measured correlations. The final strength asks how
far a class lies from all *other* such classes (an externally studentised deviation, as a normal
deviate), so that it can be extreme among few classes too.

A text map knows least about texts that resemble no class name, and a direction that is mostly
noise can be large by chance. So tests are weighted by nearness before the false-discovery rate is
controlled (weighted Benjamini-Hochberg: Genovese, Roeder & Wasserman 2006), and concepts are
ranked by the weighted p. A candidate is a suspicion, not a proof: ``survey`` puts it to tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import log_ndtr, ndtr, ndtri, stdtr
from statsmodels.stats.multitest import multipletests

from analysis.concepts import class_means
from analysis.hull import hull
from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.shortcuts.latent_side import Carriers, latent_side
from analysis.shortcuts.told import Told, told_by
from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.held_out import CrossFit

NAME_IMPLIED_Z = 2.0
"""A concept is implied by the class's name where the name has its words, where both read alike by
this z or more, or where the text map makes as much of the name …"""
NAME_IMPLIED_SHARE = 0.5
"""… and at least this share of the strength with which the class holds it beyond its name: what a
map that never saw the class makes of it by chance must not hide a concept that is held far more
firmly."""
IS_A_NAME = 0.85
"""A concept whose embedding is this near to a class name's is taken for that class's name."""
MIDDLE = 1.5
"""|z| below which no tail is computed."""
LARGEST = 37.0
"""Strengths are cut off here, where a normal tail is no number any more."""


@dataclass(frozen=True)
class Side:
    """One side's scores and z-scores for all pairs; NaN rows where a class has no data."""

    score: Float[np.ndarray, "classes concepts"]
    z: Float[np.ndarray, "classes concepts"]
    """Of what the name does not explain; the side's part in the strength."""


@dataclass(frozen=True)
class Candidates:
    """All pairs judged. ``order`` lists each class's concepts, best first, by weighted p."""

    told: tuple[Told, ...]
    weights: Side
    features: Side | None
    latents: Side | None
    carriers: Carriers | None
    z_name: Float[np.ndarray, "classes concepts"]
    name_implied: Bool[np.ndarray, "classes concepts"]
    strength: Float[np.ndarray, "classes concepts"]
    nearness: Float[np.ndarray, " concepts"]
    p: Float[np.ndarray, "classes concepts"]
    q: Float[np.ndarray, "classes concepts"]
    order: Int[np.ndarray, "classes concepts"]


def shortcut_candidates(fit: CrossFit, texts: Texts, head: Head, seen: Seen | None) -> Candidates:
    """Judge all pairs of class and concept.

    Args:
        fit: the text map, cross-fitted over the classes.
        texts: embeddings of prompts, names and concepts.
        head: the class embeddings, not centred (each fold centres on what it saw).
        seen: images; None judges by the weights alone.
    """
    told = told_by(fit, texts)
    z_map = standardise(_name_scores(told))
    z_text = standardise(cosine(texts.names, texts.concepts))
    z_name = np.maximum(z_map, z_text)
    kinds = texts.kinds | is_a_name(texts.names, texts.concepts)
    suspected = (z_name >= NAME_IMPLIED_Z) | kinds | texts.said
    weights = _side(*_cosines(told, head.weight), suspected)
    means = None if seen is None else _means(seen, len(head.weight))
    features = None if means is None else _side(*_cosines(told, means), suspected)
    carried = None if seen is None or means is None else latent_side(told, head, seen)
    latents = None if carried is None else _side(carried.score, carried.score, suspected)
    combined = _combined([side.z for side in (weights, features, latents) if side is not None])
    strength = against_others(combined, suspected)
    near = nearness(texts.names, texts.concepts)
    log_p = log_ndtr(-strength) - np.log(near / near.mean())
    weighted = np.minimum(np.exp(log_p), 1)
    q = np.asarray(multipletests(weighted.ravel(), method="fdr_bh")[1])
    by_map = (z_map >= NAME_IMPLIED_Z) & (z_map >= NAME_IMPLIED_SHARE * strength)
    implied = by_map | (z_text >= NAME_IMPLIED_Z)
    return Candidates(
        told=told,
        weights=weights,
        features=features,
        latents=latents,
        carriers=None if carried is None else carried.carriers,
        z_name=z_name,
        name_implied=implied | kinds | texts.said,
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
    among: Bool[np.ndarray, "classes concepts"] | None = None,
) -> Float[np.ndarray, "classes concepts"]:
    """z per concept over the classes that have data, or over those of them that are ``among``."""
    mean, std, _ = _moments(scores, among)
    return (scores - mean) / np.where(std > 0, std, np.inf)


def against_others(
    scores: Float[np.ndarray, "classes concepts"],
    suspected: Bool[np.ndarray, "classes concepts"],
) -> Float[np.ndarray, "classes concepts"]:
    """How far each class lies from all other classes that are not suspected, per concept.

    With z over the n unsuspected classes (population deviation), the deviation from the n - 1
    others is t = z √((n - 2) / (n - 1 - z²)) with n - 2 degrees of freedom for a class among them,
    and z √((n - 1) / (n + 1)) with n - 1 for a suspected one. Returned as the normal deviate of
    the same tail; 0 where fewer than four classes are left to compare with. Nearer than
    ``MIDDLE`` the two hardly differ, and z is returned as it is.
    """
    mean, std, n = _moments(scores, ~suspected)
    z = (scores - mean) / np.where(std > 0, std, np.inf)
    far = np.abs(z) > MIDDLE
    n_far, inside = np.broadcast_to(n, z.shape)[far], ~suspected[far]
    room = np.maximum(n_far - 1 - np.square(z[far]), 1e-6)
    factor = np.where(inside, np.maximum(n_far - 2, 0) / room, (n_far - 1) / (n_far + 1))
    freedom = np.maximum(np.where(inside, n_far - 2, n_far - 1), 1)
    tail = stdtr(freedom, -np.abs(z[far]) * np.sqrt(np.maximum(factor, 0)))
    deviate = z.astype(np.float64)
    deviate[far] = np.sign(z[far]) * np.minimum(-ndtri(np.maximum(tail, 1e-300)), LARGEST)
    return np.where(n >= 4, deviate, 0.0)


def _moments(
    scores: np.ndarray, among: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, deviation and number per concept; 0 where nothing is left."""
    used = np.isfinite(scores) if among is None else np.isfinite(scores) & among
    n = used.sum(axis=0)
    values = np.where(used, scores, 0)
    mean = values.sum(axis=0) / np.maximum(n, 1)
    spread = np.where(used, np.square(scores - mean), 0).sum(axis=0) / np.maximum(n, 1)
    return mean, np.sqrt(spread), n


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


def _cosines(told: Sequence[Told], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """cos(row, û(u)) and the partial cosine given û(c), rows centred on the classes that the
    fold's map saw; NaN where a row is."""
    score = np.full((len(rows), len(told[0].concepts)), np.nan, np.float32)
    unexpected = score.copy()
    for fold in told:
        there = ~np.isnan(rows[fold.held_out, 0])
        c = fold.held_out[there]
        seen = np.delete(rows, fold.held_out, axis=0)
        held = unit_rows(rows[c] - np.nanmean(seen, axis=0))
        score[c] = held @ fold.concepts.T
        unexpected[c] = partial_cosine(held, fold.concepts, fold.names[there])
    return score, unexpected


def _side(score: np.ndarray, unexpected: np.ndarray, suspected: np.ndarray) -> Side:
    return Side(score, standardise(unexpected, ~suspected))


def _means(seen: Seen, num_classes: int) -> np.ndarray | None:
    """Mean feature of each class's images; None where no image has a class."""
    means, counts = class_means(seen.features, seen.labels, num_classes)
    return means if counts.any() else None


def _name_scores(told: Sequence[Told]) -> np.ndarray:
    scores = np.empty((sum(len(fold.held_out) for fold in told), len(told[0].concepts)), np.float32)
    for fold in told:
        scores[fold.held_out] = fold.names @ fold.concepts.T
    return scores


def _combined(sides: Sequence[np.ndarray]) -> np.ndarray:
    """Sum of the sides that a class has, scaled to unit spread.

    The sides are not independent: they share the features' space. With R their correlations over
    all pairs that have every side, a sum has the variance 1ᵀ R 1.
    """
    stacked = np.stack(sides)
    there = np.isfinite(stacked)
    if len(sides) == 1 or not there.all(axis=0).any():
        return np.where(there[0], stacked[0], 0)
    correlations = np.corrcoef(stacked[:, there.all(axis=0)])
    variance = np.zeros(there.shape[1:])
    for s, t in np.ndindex(*correlations.shape):
        variance += correlations[s, t] * (there[s] & there[t])
    return np.where(there, stacked, 0).sum(axis=0) / np.sqrt(np.maximum(variance, 1e-6))
