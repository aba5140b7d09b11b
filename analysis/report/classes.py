"""Classes in a report: what they hold, and how accurate the classifier is on them."""

from typing import Any

import numpy as np

from analysis.report.values import records
from db.engine import Engine
from db.queries import classes

MOST_CLASSES = 200
CONCEPTS_PER_CLASS = 8
BINS = 10


def told_classes(engine: Engine, text_map: str | None) -> list[dict[str, Any]]:
    """Classes with most unexpected findings first: the fields of ``ClassInfo`` and concepts, the
    best by the weights."""
    rows = records(classes.classes(engine, order="findings", limit=MOST_CLASSES))
    for row in rows:
        row["concepts"] = []
        if text_map is not None:
            best = classes.class_concepts(
                engine, row["class_id"], text_map, limit=CONCEPTS_PER_CLASS
            )
            row["concepts"] = [c for c in records(best) if c["source"] == "weights"]
    return rows


def accuracies(engine: Engine) -> dict[str, Any] | None:
    """How accurate the classifier is class by class: bins (how many classes in each tenth, the
    last one closed), classes (with images), median and least images of those; None without images.
    """
    known = classes.classes(engine, limit=None).dropna(subset=["accuracy"])
    if known.empty:
        return None
    counts, _ = np.histogram(known["accuracy"], bins=BINS, range=(0.0, 1.0))
    images = known["images"].to_numpy()
    return {
        "bins": counts.tolist(),
        "classes": len(known),
        "median_images": float(np.median(images)),
        "least_images": int(images.min()),
    }
