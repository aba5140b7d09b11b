"""Cross-fitting over classes: what a text map makes of classes it never saw.

Classes are dealt into folds; for each fold a map is fitted on all other classes, whose mean it is
centred on. Three things come of it: honest scores, the choice between estimators, and, for
shortcut candidates, maps that can say what the *name* of a class implies because they never saw
the class.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.textmap.base import FittedTextMap, TextMapEstimator, cosine, unit_rows

DEFAULT_FOLDS = 5


@dataclass(frozen=True)
class Fold:
    """One map and the classes it never saw."""

    held_out: Int[np.ndarray, " held_out"]
    center: Float[np.ndarray, " features"]  # mean class embedding of the classes it saw
    text_map: FittedTextMap


@dataclass(frozen=True)
class CrossFit:
    """The folds of one estimator."""

    estimator: str
    folds: tuple[Fold, ...]

    def fold_of(self, num_classes: int) -> Int[np.ndarray, " classes"]:
        """For each class, the fold that never saw it."""
        assignment = np.empty(num_classes, int)
        for number, fold in enumerate(self.folds):
            assignment[fold.held_out] = number
        return assignment


@dataclass(frozen=True)
class HeldOutScores:
    """Scores over classes that the map never saw; every class is held out once."""

    cosine: float  # mean cos(w_c, û_{-c}(c)), both centred
    top1: float  # w_c is nearest to its own regressed embedding among those of all classes
    top5: float
    mrr: float  # mean reciprocal rank of the same
    n: int


def cross_fit(
    estimator: TextMapEstimator,
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    *,
    folds: int = DEFAULT_FOLDS,
    seed: int,
    only_first: bool = False,
) -> CrossFit:
    """Fit one map per fold. With fewer classes than folds, each class is its own fold.

    ``only_first`` fits the first fold alone, for a choice that need not cost all folds.
    """
    order = np.random.default_rng(seed).permutation(len(embeddings))
    held_out_folds = np.array_split(order, min(folds, len(embeddings)))
    fitted = []
    for held_out in held_out_folds[:1] if only_first else held_out_folds:
        seen = np.setdiff1d(order, held_out)
        center = class_embeddings[seen].mean(0)
        text_map = estimator.fit(embeddings[seen], class_embeddings[seen] - center, seed=seed)
        fitted.append(Fold(np.sort(held_out), center, text_map))
    return CrossFit(estimator.name, tuple(fitted))


def held_out_scores(
    fit: CrossFit,
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
) -> HeldOutScores:
    """Weights-only scores, in the generalized setting of paper §4.1 with w_c in place of f.

    The query w_c is compared with the regressed embeddings of all C classes, of which the map saw
    all but its own fold's, so that a map which merely remembers its classes scores badly.
    """
    cosines, ranks = [], []
    for fold in fit.folds:
        regressed = fold.text_map(embeddings)
        similarity = cosine(class_embeddings[fold.held_out] - fold.center, regressed)
        cosines.append(similarity[np.arange(len(fold.held_out)), fold.held_out])
        ranks.append(rank_of(similarity, fold.held_out))
    rank = np.concatenate(ranks)
    return HeldOutScores(
        cosine=float(np.concatenate(cosines).mean()),
        top1=float((rank <= 1).mean()),
        top5=float((rank <= 5).mean()),
        mrr=float((1 / rank).mean()),
        n=len(rank),
    )


def held_out_cosines(
    fit: CrossFit,
    class_embeddings: Float[np.ndarray, "classes features"],
    texts: Float[np.ndarray, "texts embedding"],
) -> Float[np.ndarray, "classes texts"]:
    """cos(w_c, û(t)) by the map that never saw c, w_c centred on what that map saw."""
    cosines = np.empty((len(class_embeddings), len(texts)), np.float32)
    for fold in fit.folds:
        held_out = class_embeddings[fold.held_out] - fold.center
        cosines[fold.held_out] = cosine(held_out, fold.text_map(texts))
    return cosines


def generalized_accuracy(
    fit: CrossFit,
    embeddings: Float[np.ndarray, "classes embedding"],
    features: Float[np.ndarray, "images features"],
    labels: Int[np.ndarray, " images"],
) -> tuple[float, float]:
    """Top-1 and top-5 over images of held-out classes, against all classes (paper §4.1).

    Every class is held out once, so every labelled image counts once. Features are centred on the
    mean image. NaN where there is no image.
    """
    centred = features - features.mean(0) if len(features) else features
    ranks = []
    for fold in fit.folds:
        of_fold = np.isin(labels, fold.held_out)
        regressed = unit_rows(fold.text_map(embeddings))
        ranks.append(rank_of(centred[of_fold] @ regressed.T, labels[of_fold]))
    rank = np.concatenate(ranks)
    if not len(rank):
        return float("nan"), float("nan")
    return float((rank <= 1).mean()), float((rank <= 5).mean())


def rank_of(
    similarity: Float[np.ndarray, "queries candidates"], wanted: Int[np.ndarray, " queries"]
) -> Int[np.ndarray, " queries"]:
    """Rank of the wanted candidate, from 1; ties count against it (a constant map ranks last)."""
    own = np.take_along_axis(similarity, wanted[:, None], axis=1)
    return (similarity >= own).sum(1)
