"""Stage 4: the text maps, their scores on held-out classes, and which one is shown first."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import LABELLING_MAPS, features, labels
from analysis.textmap.base import FittedTextMap, TextMapEstimator
from analysis.textmap.choose import EPOCHS_TRIED, choose_epochs, favoured
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import (
    DEFAULT_FOLDS,
    CrossFit,
    HeldOutScores,
    cross_fit,
    generalized_accuracy,
    held_out_scores,
)
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.saved import pack, pack_cross_fit
from db.schema import TextMap


def _run(context: Context) -> Outcome:
    prompts = np.asarray(context.store.array("prompt_embeddings"))
    weights = np.asarray(context.store.array("class_embeddings"))
    mlp, note = _mlp(context, prompts, weights)
    rows: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    scores: dict[str, HeldOutScores] = {}
    for estimator in (mlp, KernelEstimator(), MeanEstimator(), RandomEstimator()):
        fit, fitted, seconds = _fit(context, estimator, prompts, weights)
        name, scores[estimator.name] = estimator.name, held_out_scores(fit, prompts, weights)
        images = _image_scores(context, fit, prompts)
        rows.append(
            {
                "name": name,
                "is_floor": estimator.is_floor,
                "config": estimator.describe(),
                "seconds": seconds,
                **_held_out_columns(scores[name]),
                **images,
            }
        )
        if name in LABELLING_MAPS:
            arrays |= _arrays(context, name, fitted, fit)
    first = _first(context, scores)
    for row in rows:
        row["shown_first"] = row["name"] == first
    return Outcome(rows={TextMap: rows}, arrays=arrays, notes=[note, _choice(context, first)])


def _mlp(context: Context, prompts: np.ndarray, weights: np.ndarray) -> tuple[MlpEstimator, str]:
    """The paper's MLP with the epochs asked for, or those that held-out classes favour."""
    config = context.config
    mlp = MlpEstimator(device=config.device)
    if config.mlp_epochs is not None:
        return replace(mlp, epochs=config.mlp_epochs), (
            f"The MLP text map was trained for {config.mlp_epochs} epochs, as asked."
        )
    with context.progress.task("Choosing the MLP's epochs", sum(EPOCHS_TRIED)) as advance:
        counting = replace(mlp, on_epoch=lambda: advance(1))
        chosen, mrr = choose_epochs(counting, prompts, weights, seed=config.seed)
    tried = ", ".join(f"{epochs}: {value:.3f}" for epochs, value in mrr.items())
    return replace(chosen, on_epoch=None), (
        f"The MLP text map was trained for {chosen.epochs} epochs instead of the paper's 2,500: "
        f"mean reciprocal rank on held-out classes by epochs, {tried}."
    )


def _fit(
    context: Context, estimator: TextMapEstimator, prompts: np.ndarray, weights: np.ndarray
) -> tuple[CrossFit, FittedTextMap, float]:
    """The map cross-fitted, the map of all classes, and the latter's seconds."""
    seed, centred = context.config.seed, weights - weights.mean(0)
    epochs = estimator.epochs if isinstance(estimator, MlpEstimator) else 1
    total = (min(DEFAULT_FOLDS, len(prompts)) + 1) * epochs
    with context.progress.task(f"Text map {estimator.name}", total) as advance:
        if isinstance(estimator, MlpEstimator):
            estimator = replace(estimator, on_epoch=lambda: advance(1))
        fit = cross_fit(estimator, prompts, weights, seed=seed)
        start = time.perf_counter()
        fitted = estimator.fit(prompts, centred, seed=seed)
        return fit, fitted, time.perf_counter() - start


def _held_out_columns(scores: HeldOutScores) -> dict[str, float]:
    return {
        "held_out_cosine": scores.cosine,
        "held_out_top1": scores.top1,
        "held_out_top5": scores.top5,
        "held_out_mrr": scores.mrr,
    }


def _image_scores(context: Context, fit: CrossFit, prompts: np.ndarray) -> dict[str, float | None]:
    """Generalized accuracy on images of held-out classes; None without labelled images."""
    images = features(context)
    if images is None or not (labels(context) >= 0).any():
        return {"image_top1": None, "image_top5": None}
    known = labels(context) >= 0
    top1, top5 = generalized_accuracy(fit, prompts, images[known], labels(context)[known])
    return {"image_top1": top1, "image_top5": top5}


def _arrays(
    context: Context, name: str, fitted: FittedTextMap, fit: CrossFit
) -> dict[str, np.ndarray]:
    """The maps themselves, so that any text can be asked later, and the concepts' directions."""
    concepts = np.asarray(context.store.array("concept_embeddings"))
    folds = {f"text_map.{name}.{fold}": value for fold, value in pack_cross_fit(fit).items()}
    return {
        f"text_map.{name}": pack(fitted),
        f"concept_directions.{name}": fitted(concepts),
        **folds,
    }


def _first(context: Context, scores: Mapping[str, HeldOutScores]) -> str:
    asked = context.config.text_map
    return favoured({name: scores[name] for name in LABELLING_MAPS}) if asked == "auto" else asked


def _choice(context: Context, first: str) -> str:
    if context.config.text_map == "auto":
        return (
            f"The {first} text map is shown first: it ranks held-out classes best by mean "
            "reciprocal rank."
        )
    return f"The {first} text map is shown first, as asked."


TEXT_MAPS = Stage(
    name="text_maps",
    title="Text maps",
    needs=("model", "images", "text"),
    inputs=lambda context: {
        "shown_first": context.config.text_map,
        "mlp_epochs": context.config.mlp_epochs or EPOCHS_TRIED,
        "folds": DEFAULT_FOLDS,
    },
    run=_run,
)
