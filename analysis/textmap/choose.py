"""What held-out classes favour: the number of epochs of the MLP, and the estimator itself."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from analysis.textmap.base import TextMapEstimator
from analysis.textmap.held_out import HeldOutScores, cross_fit, held_out_scores
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.stacked import StackedEstimator

SHORT_EPOCHS = 20
"""For many classes. Of ImageNet's thousand names 20 to 50 epochs rank held-out classes and their
descriptors alike (ViT-tiny: reciprocal rank .27, AUC .86 falling to .85), 150 do worse."""
EPOCHS_TRIED = (50, 150)
"""For few classes held-out ones choose. The paper's 2,500 are an option (``--mlp-epochs 2500``);
``glowworm bench zero-shot`` shows what they cost and bring."""
FEW_CLASSES = 400
"""Beyond, trying several lengths would cost more than all else."""


def epochs_tried(classes: int) -> tuple[int, ...]:
    """Lengths of training that held-out classes choose from."""
    return EPOCHS_TRIED if classes <= FEW_CLASSES else (SHORT_EPOCHS,)


def closed_forms() -> tuple[TextMapEstimator, ...]:
    """Estimators that are solved, not trained."""
    return StackedEstimator(), KernelEstimator()


def candidates() -> tuple[TextMapEstimator, ...]:
    """What ``auto`` tries: the closed forms and a short MLP, seconds together."""
    return *closed_forms(), MlpEstimator(epochs=SHORT_EPOCHS)


@dataclass(frozen=True)
class Choice:
    """The estimator chosen, every candidate's score, and what the choosing cost."""

    estimator: TextMapEstimator
    mrr: Mapping[str, float]
    seconds: float


def auto(
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    *,
    seed: int,
    tried: Sequence[TextMapEstimator] | None = None,
) -> Choice:
    """The candidate whose maps rank held-out classes best, by cross-validation over the classes.

    Everything happens inside the classes given: who holds some back never shows them here.
    """
    start = time.perf_counter()
    scores = {}
    estimators = tried or candidates()
    for estimator in estimators:
        fit = cross_fit(estimator, embeddings, class_embeddings, seed=seed)
        scores[estimator.name] = held_out_scores(fit, embeddings, class_embeddings)
    best = favoured(scores)
    return Choice(
        estimator=next(one for one in estimators if one.name == best),
        mrr={name: score.mrr for name, score in scores.items()},
        seconds=time.perf_counter() - start,
    )


def choose_epochs(
    estimator: MlpEstimator,
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    *,
    seed: int,
) -> tuple[MlpEstimator, dict[int, float]]:
    """The estimator with the epochs whose map ranks the first fold's unseen classes best.

    Returns it with each number's mean reciprocal rank; none where there was nothing to choose.
    """
    tried = epochs_tried(len(embeddings))
    if len(tried) == 1:
        return replace(estimator, epochs=tried[0]), {}
    scores = {}
    for epochs in tried:
        fit = cross_fit(
            replace(estimator, epochs=epochs),
            embeddings,
            class_embeddings,
            seed=seed,
            only_first=True,
        )
        scores[epochs] = held_out_scores(fit, embeddings, class_embeddings).mrr
    best = max(scores, key=lambda epochs: (scores[epochs], -epochs))
    return replace(estimator, epochs=best), scores


def favoured(scores: Mapping[str, HeldOutScores]) -> str:
    """The map that ranks unseen classes best, by mean reciprocal rank."""
    return max(scores, key=lambda name: scores[name].mrr)
