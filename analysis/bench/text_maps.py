"""Text maps on classes they never saw, with floors and seconds."""

import time
from collections.abc import Sequence
from typing import Any

from analysis.classifier.class_names import ClassNames
from analysis.classifier.split import Classifier
from analysis.progress import Progress
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts
from analysis.textmap.base import TextMapEstimator
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import cross_fit, held_out_scores
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import PAPER_EPOCHS, MlpEstimator

EPOCHS = (60, 250, PAPER_EPOCHS)


def bench_text_maps(
    classifier: Classifier,
    classes: ClassNames,
    encoder: TextEncoder,
    *,
    seed: int,
    progress: Progress,
    epochs: Sequence[int] = EPOCHS,
) -> list[dict[str, Any]]:
    """A row per map: held-out scores over all classes (five folds) and seconds of one fit."""
    prompts = encoder.encode(class_prompts(classes.names))
    weights = classifier.head.weight.cpu().numpy()
    estimators: list[TextMapEstimator] = [MeanEstimator(), RandomEstimator(), KernelEstimator()]
    estimators += [MlpEstimator(epochs=n) for n in epochs]
    estimators += [MlpEstimator(epochs=n, soft_dropout=False) for n in epochs]
    rows = []
    with progress.task("Text maps", len(estimators)) as advance:
        for estimator in estimators:
            fit = cross_fit(estimator, prompts, weights, seed=seed)
            start = time.perf_counter()
            estimator.fit(prompts, weights - weights.mean(0), seed=seed)
            seconds = time.perf_counter() - start
            scores = held_out_scores(fit, prompts, weights)
            rows.append(
                {
                    "map": _title(estimator),
                    "cosine": scores.cosine,
                    "top1": scores.top1,
                    "top5": scores.top5,
                    "mrr": scores.mrr,
                    "classes": scores.n,
                    "seconds": seconds,
                }
            )
            advance(1)
    return rows


def _title(estimator: TextMapEstimator) -> str:
    if isinstance(estimator, MlpEstimator):
        soft = "soft dropout" if estimator.soft_dropout else "no soft dropout"
        return f"mlp, {estimator.epochs} epochs, {soft}"
    return f"{estimator.name} (floor)" if estimator.is_floor else estimator.name
