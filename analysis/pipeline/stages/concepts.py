"""Stage 5: which concepts the classes and the images hold (§4.3)."""

from typing import Any

import numpy as np

from analysis.concepts import TopConcepts, class_means, top_concepts
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import centred_features, labelling_maps, labels
from analysis.textmap.base import cosine
from db.schema import ClassConcept, ImageConcept

BEST_OF_CLASS = 20
BEST_OF_IMAGE = 10


def _run(context: Context) -> Outcome:
    class_rows: list[dict[str, Any]] = []
    image_rows: list[dict[str, Any]] = []
    arrays: dict[str, np.ndarray] = {}
    images = centred_features(context)
    for name in labelling_maps(context):
        directions = np.asarray(context.store.array(f"concept_directions.{name}"))
        for source, rows in _class_sources(context).items():
            present = np.flatnonzero(~np.isnan(rows[:, 0]))
            scores = np.full((len(rows), len(directions)), np.nan, np.float32)
            scores[present] = cosine(rows[present], directions)
            arrays[f"class_concepts.{source}.{name}"] = scores
            if len(present):
                best = top_concepts(rows[present], directions, best=BEST_OF_CLASS)
                class_rows += _rows(best, present, "class_id", text_map=name, source=source)
        if images is not None:
            best = top_concepts(images, directions, best=BEST_OF_IMAGE)
            image_rows += _rows(best, np.arange(len(images)), "image_id", text_map=name)
    return Outcome(rows={ClassConcept: class_rows, ImageConcept: image_rows}, arrays=arrays)


def _class_sources(context: Context) -> dict[str, np.ndarray]:
    """A centred row for each class by source; NaN rows where a class has no images."""
    weights = np.asarray(context.store.array("class_embeddings"))
    images = centred_features(context)
    means = np.full_like(weights, np.nan)
    if images is not None:
        means, _ = class_means(images, labels(context), len(weights))
    return {"weights": weights - weights.mean(0), "features": means}


def _rows(best: TopConcepts, ids: np.ndarray, key: str, **constant: str) -> list[dict[str, Any]]:
    """A row of the store for each pair kept."""
    figures = {
        "concept_id": best.concepts,
        "score": best.scores,
        "corrected": best.corrected,
        "z": best.z,
        "standout": best.standout,
    }
    columns = {name: values.tolist() for name, values in figures.items()}
    return [
        {key: int(row_id), "rank": rank + 1}
        | {name: values[i][rank] for name, values in columns.items()}
        | constant
        for i, row_id in enumerate(ids)
        for rank in range(best.concepts.shape[1])
    ]


CONCEPTS = Stage(
    name="concepts",
    title="Concepts of classes and images",
    needs=("model", "images", "text", "text_maps"),
    inputs=lambda _: {"class": BEST_OF_CLASS, "image": BEST_OF_IMAGE},
    run=_run,
)
