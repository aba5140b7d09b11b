"""Stage 4: the text maps, their scores on held-out classes, and which one is shown first."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import ModelError
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features, labels
from analysis.textmap.base import FittedTextMap, TextMapEstimator
from analysis.textmap.choose import choose_epochs, closed_forms, epochs_tried, favoured
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import (
    DEFAULT_FOLDS,
    CrossFit,
    HeldOutScores,
    cross_fit,
    generalized_accuracy,
    held_out_scores,
)
from analysis.textmap.icis import IcisEstimator
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.saved import pack, pack_cross_fit
from db.schema import TextMap

LEAST_CLASSES = 3
"""With one left out there must be two to tell apart."""


def _run(context: Context) -> Outcome:
    prompts = np.asarray(context.store.array("prompt_embeddings"))
    weights = np.asarray(context.store.array("class_embeddings"))
    if len(weights) < LEAST_CLASSES:
        raise ModelError(
            f"the classifier has {len(weights)} classes: a text map is learned from class names, "
            f"needs at least {LEAST_CLASSES}, and dozens to say anything"
        )
    mlp, note = _mlp(context, prompts, weights)
    fits = {
        estimator.name: _fit(context, estimator, prompts, weights)
        for estimator in _estimators(context, mlp)
    }
    scores = {name: held_out_scores(fit.folds, prompts, weights) for name, fit in fits.items()}
    kept = _kept(context, scores)
    first = _first(context, {name: scores[name] for name in kept})
    arrays: dict[str, np.ndarray] = {}
    for name in kept:
        arrays |= _arrays(context, name, fits[name])
    rows = [
        {
            "name": name,
            "is_floor": fit.estimator.is_floor,
            "shown_first": name == first,
            "kept": name in kept,
            "config": fit.estimator.describe(),
            "seconds": fit.seconds,
            **_held_out_columns(scores[name]),
            **_image_scores(context, fit.folds, prompts),
        }
        for name, fit in fits.items()
    ]
    return Outcome(
        rows={TextMap: rows}, arrays=arrays, notes=[note, *_choice(context, first, fits)]
    )


@dataclass(frozen=True)
class _Fit:
    """One estimator's maps."""

    estimator: TextMapEstimator
    folds: CrossFit
    whole: FittedTextMap
    """Fitted on all classes."""
    seconds: float
    """To fit it on all classes."""
    cross_fitting: float
    """Seconds to fit the folds."""


def _estimators(context: Context, mlp: MlpEstimator) -> list[TextMapEstimator]:
    """The paper's map, the closed forms and the floors; the baseline only where it is asked for."""
    asked: list[TextMapEstimator] = []
    if context.config.text_map == "icis":
        asked.append(IcisEstimator(device=context.config.device))
    return [mlp, *closed_forms(), *asked, MeanEstimator(), RandomEstimator()]


def _kept(context: Context, scores: Mapping[str, HeldOutScores]) -> list[str]:
    """The mlp, and beside it the map asked for, or the closed form held-out classes favour."""
    asked = context.config.text_map
    if asked in ("auto", "mlp"):
        asked = favoured({form.name: scores[form.name] for form in closed_forms()})
    return ["mlp", asked]


def _mlp(context: Context, prompts: np.ndarray, weights: np.ndarray) -> tuple[MlpEstimator, str]:
    """The paper's MLP with the epochs asked for, or those that held-out classes favour."""
    config = context.config
    mlp = MlpEstimator(device=config.device)
    if config.mlp_epochs is not None:
        return replace(mlp, epochs=config.mlp_epochs), (
            f"The MLP text map was trained for {config.mlp_epochs} epochs, as asked."
        )
    with context.progress.task(
        "Choosing the MLP's epochs", sum(epochs_tried(len(prompts)))
    ) as advance:
        counting = replace(mlp, on_epoch=lambda: advance(1))
        chosen, mrr = choose_epochs(counting, prompts, weights, seed=config.seed)
    why = "so many classes are fitted better by a short training"
    if mrr:
        tried = ", ".join(f"{epochs}: {value:.3f}" for epochs, value in mrr.items())
        why = f"mean reciprocal rank on held-out classes by epochs, {tried}"
    return replace(chosen, on_epoch=None), (
        f"The MLP text map was trained for {chosen.epochs} epochs instead of the paper's 2,500: "
        f"{why}."
    )


def _fit(
    context: Context, estimator: TextMapEstimator, prompts: np.ndarray, weights: np.ndarray
) -> _Fit:
    """The map cross-fitted, and fitted on all classes."""
    seed, centred = context.config.seed, weights - weights.mean(0)
    epochs = estimator.epochs if isinstance(estimator, MlpEstimator) else 1
    total = (min(DEFAULT_FOLDS, len(prompts)) + 1) * epochs
    with context.progress.task(f"Text map {estimator.name}", total) as advance:
        if isinstance(estimator, MlpEstimator):
            estimator = replace(estimator, on_epoch=lambda: advance(1))
        start = time.perf_counter()
        folds = cross_fit(estimator, prompts, weights, seed=seed)
        between = time.perf_counter()
        whole = estimator.fit(prompts, centred, seed=seed)
        end = time.perf_counter()
    return _Fit(estimator, folds, whole, end - between, between - start)


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


def _arrays(context: Context, name: str, fit: _Fit) -> dict[str, np.ndarray]:
    """The maps themselves, so that any text can be asked later, and the concepts' directions."""
    concepts = np.asarray(context.store.array("concept_embeddings"))
    folds = {f"text_map.{name}.{fold}": value for fold, value in pack_cross_fit(fit.folds).items()}
    return {
        f"text_map.{name}": pack(fit.whole),
        f"concept_directions.{name}": fit.whole(concepts),
        **folds,
    }


def _first(context: Context, kept: Mapping[str, HeldOutScores]) -> str:
    asked = context.config.text_map
    return favoured(kept) if asked == "auto" else asked


def _choice(context: Context, first: str, fits: Mapping[str, _Fit]) -> list[str]:
    """What was chosen, by what, and what the choosing cost."""
    if context.config.text_map != "auto":
        return [f"The {first} text map is shown first, as asked."]
    cost = sum(fit.cross_fitting for fit in fits.values())
    return [
        f"The {first} text map is shown first: it ranks held-out classes best by mean reciprocal "
        f"rank. Fitting it took {fits[first].seconds:.1f} s, cross-validating all maps "
        f"{cost:.1f} s."
    ]


TEXT_MAPS = Stage(
    name="text_maps",
    title="Text maps",
    needs=("model", "images", "text"),
    inputs=lambda context: {
        "shown_first": context.config.text_map,
        "mlp_epochs": context.config.mlp_epochs,
        "folds": DEFAULT_FOLDS,
    },
    run=_run,
)
