"""Stage 6: shortcut candidates of every class."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from analysis.concepts import class_means
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features, labelling_maps, labels
from analysis.shortcuts import NAME_IMPLIED_Z, Candidates, shortcut_candidates
from analysis.textmap.saved import stored_cross_fit
from db.schema import Finding

KEPT_PER_CLASS = 20


def _run(context: Context) -> Outcome:
    weights = np.asarray(context.store.array("class_embeddings"))
    rows: list[dict[str, Any]] = []
    implied: dict[str, np.ndarray] = {}
    names = labelling_maps(context)
    means = _means(context, len(weights))
    with ThreadPoolExecutor(len(names)) as pool:  # most of the work is numpy's, outside the lock
        found_by = list(pool.map(lambda name: _found(context, name, weights, means), names))
    for name, found in zip(names, found_by, strict=True):
        rows += _rows(found, name, first_id=len(rows))
        implied[f"name_implied.{name}"] = found.name_implied
    return Outcome(rows={Finding: rows}, arrays=implied)


def _found(
    context: Context, name: str, weights: np.ndarray, means: np.ndarray | None
) -> Candidates:
    """All pairs judged by one text map."""
    store = context.store
    return shortcut_candidates(
        stored_cross_fit(name, store.array, len(weights)),
        prompt_embeddings=np.asarray(store.array("prompt_embeddings")),
        name_embeddings=np.asarray(store.array("name_embeddings")),
        concept_embeddings=np.asarray(store.array("concept_embeddings")),
        class_embeddings=weights,
        class_means=means,
    )


def _means(context: Context, num_classes: int) -> np.ndarray | None:
    """Mean feature of each class's images; None where no image has a class."""
    images = features(context)
    if images is None:
        return None
    means, counts = class_means(images, labels(context), num_classes)
    return means if counts.sum() else None


def _rows(found: Candidates, text_map: str, *, first_id: int) -> list[dict[str, Any]]:
    """The strongest concepts of each class, expected or not; rank counts unexpected ones only."""
    rows = []
    for c, order in enumerate(found.order):
        unexpected = 0
        for position, u in enumerate(order[:KEPT_PER_CLASS], start=1):
            implied = bool(found.name_implied[c, u])
            unexpected += not implied
            rows.append(
                {
                    "id": first_id + len(rows),
                    "class_id": c,
                    "concept_id": int(u),
                    "text_map": text_map,
                    "position": position,
                    "rank": None if implied else unexpected,
                    "name_implied": implied,
                    "verdict": "candidate",
                    **_scores(found, c, int(u)),
                }
            )
    return rows


def _scores(found: Candidates, c: int, u: int) -> dict[str, float | None]:
    features = found.features
    seen = features is not None and bool(np.isfinite(features.score[c, u]))
    return {
        "score": float(found.strength[c, u]),
        "p": float(found.p[c, u]),
        "q": float(found.q[c, u]),
        "score_weights": float(found.weights.score[c, u]),
        "z_weights": float(found.weights.z_score[c, u]),
        "score_features": float(features.score[c, u]) if features and seen else None,
        "z_features": float(features.z_score[c, u]) if features and seen else None,
        "z_name": float(found.z_name[c, u]),
    }


SHORTCUTS = Stage(
    name="shortcuts",
    title="Shortcut candidates",
    needs=("model", "images", "text", "text_maps"),
    inputs=lambda _: {"kept": KEPT_PER_CLASS, "name_implied_z": NAME_IMPLIED_Z},
    run=_run,
)
