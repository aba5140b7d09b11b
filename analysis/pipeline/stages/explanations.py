"""Stage 11: some decisions explained in a sentence each (§3.2)."""

from dataclasses import asdict
from typing import Any

import numpy as np

from analysis.errors import TextError
from analysis.explain.config import NleConfig
from analysis.explain.language_model import LanguageModel, load_language_model
from analysis.explain.scoring import TextDirection, floor
from analysis.explain.zero_shot import Explanation, explain
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import (
    centred_features,
    decisions,
    encoder,
    features,
    labels,
    logits,
)
from analysis.textmap.saved import unpack
from analysis.threads import half_the_threads, torch_threads
from db import schema
from db.queries.frame import shown_first

METHOD = "zero-shot"


def _run(context: Context) -> Outcome:
    name = shown_first(context.store.engine) or ""
    direction = text_direction(context, name)
    images = centred_features(context)
    assert images is not None  # the stage is skipped without images
    chosen = _choose(context)
    predicted = decisions(context)
    settings = nle_config(context.config.full_explanations)
    lm = _language_model(context)
    with torch_threads(half_the_threads()):
        told = _explain_all(context, images[chosen], direction, lm, settings)
    return Outcome(
        rows={
            schema.Explanation: [
                {
                    "id": i,
                    "image_id": int(image),
                    "class_id": int(predicted[image]),
                    "method": METHOD,
                    "text_map": name,
                    "language_model": f"{lm.name} ({lm.sha256[:12]})",
                    "config": asdict(settings),
                    **_row(told, i, images[image], direction),
                }
                for i, image in enumerate(chosen)
            ]
        },
        notes=_notes(context.config.full_explanations),
    )


def nle_config(full: bool) -> NleConfig:
    """The paper's setting, or the reduced one."""
    return NleConfig() if full else NleConfig.reduced()


def text_direction(context: Context, name: str) -> TextDirection:
    """û: text encoder, then the text map of that name."""
    text_map = unpack(name, np.asarray(context.store.array(f"text_map.{name}")))
    text_encoder = encoder(context)
    return lambda texts: text_map(text_encoder.encode(texts))


def _explain_all(
    context: Context,
    images: np.ndarray,
    direction: TextDirection,
    lm: LanguageModel,
    settings: NleConfig,
) -> list[Explanation]:
    told = []
    total = len(images) * settings.iterations
    with context.progress.task("Explaining decisions", total) as advance:
        for i, feature in enumerate(images):
            told.append(
                explain(
                    feature,
                    direction,
                    lm,
                    settings,
                    seed=context.config.seed + i,
                    progress=lambda *_: advance(1),
                )
            )
    return told


def _row(
    told: list[Explanation], i: int, feature: np.ndarray, direction: TextDirection
) -> dict[str, Any]:
    others = [c.text for j, other in enumerate(told) if j != i for c in other.candidates]
    return {
        "text": told[i].text,
        "score": told[i].score,
        "floor": floor(feature, others, direction) if others else None,
        "fluency": told[i].fluency,
        "candidates": [
            {"text": c.text, "score": c.score, "fluency": c.fluency} for c in told[i].candidates
        ],
        "seconds": told[i].seconds,
    }


def _choose(context: Context) -> np.ndarray:
    """Images to explain: the most confident mistakes for one half, images drawn by seed for the
    rest, each of another class as far as there are enough."""
    count = context.config.explain
    scores, known = logits(context), labels(context)
    predicted = scores.argmax(1)
    wrong = np.flatnonzero((known >= 0) & (predicted != known))
    margin = np.sort(scores[wrong], axis=1)
    by_confidence = wrong[np.argsort(margin[:, -2] - margin[:, -1], kind="stable")]
    mistakes = _of_different_classes(by_confidence, predicted, count // 2)
    drawn = np.random.default_rng(context.config.seed).permutation(len(scores))
    right = drawn[~np.isin(drawn, wrong)]
    return np.concatenate(
        [mistakes, _of_different_classes(right, predicted, count - len(mistakes))]
    )


def _of_different_classes(order: np.ndarray, classes: np.ndarray, count: int) -> np.ndarray:
    _, first = np.unique(classes[order], return_index=True)
    varied = np.concatenate([order[np.sort(first)], np.delete(order, first)])
    return varied[:count]


def _notes(full: bool) -> list[str]:
    """The deviation from the paper, announced and recorded."""
    reduced, paper = NleConfig.reduced(), NleConfig()
    if full:
        return []
    return [
        f"Explanations were searched with {reduced.candidates} candidates and "
        f"{reduced.iterations} iterations instead of the paper's {paper.candidates} and "
        f"{paper.iterations} (--full-explanations uses the paper's)."
    ]


def _language_model(context: Context) -> LanguageModel:
    config = context.config
    return context.once(
        "language_model", lambda: load_language_model(config.language_model, device=config.device)
    )


def _skip(context: Context) -> str | None:
    if features(context) is None:
        return "explanations are about images, and this audit has none"
    if context.config.explain == 0:
        return "none was asked for (--explain 0)"
    try:
        _language_model(context)
    except TextError as error:
        return str(error)
    return None


EXPLANATIONS = Stage(
    name="explanations",
    title="Explanations",
    needs=("model", "images", "text", "text_maps"),
    inputs=lambda context: {
        "language_model": _language_model(context).sha256,
        "count": context.config.explain,
        "settings": asdict(nle_config(context.config.full_explanations)),
    },
    run=_run,
    skip=_skip,
)
