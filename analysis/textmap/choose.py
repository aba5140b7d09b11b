"""What held-out classes favour: the number of epochs of the MLP, and the map shown first."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from analysis.textmap.held_out import HeldOutScores, cross_fit, held_out_scores
from analysis.textmap.mlp import MlpEstimator

EPOCHS_TRIED = (50, 150)
"""The paper's 2,500 are an option: on real ViT-tiny and MobileNetV2 classes held out they score no
better than 250 and take ten times as long (``glowworm bench text-maps`` prints it)."""


def choose_epochs(
    estimator: MlpEstimator,
    embeddings: Float[np.ndarray, "classes embedding"],
    class_embeddings: Float[np.ndarray, "classes features"],
    *,
    seed: int,
) -> tuple[MlpEstimator, dict[int, float]]:
    """The estimator with the epochs whose map ranks the first fold's unseen classes best.

    Returns it with each number's mean reciprocal rank.
    """
    scores = {}
    for epochs in EPOCHS_TRIED:
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
