"""What an audit could not see, with its denominators."""

from typing import Any

from analysis.report.values import records
from analysis.wording import LIMITS
from db.engine import Engine
from db.queries import classes, concepts, export, overview, units
from db.queries.units import UnitFilter

MOST_NAMED = 24
"""Of a long list, how many are named."""


def blind_spots(engine: Engine) -> dict[str, Any]:
    """Keys: classes_without_images, words_without_units (of the vocabulary: those that are the
    first label of no latent and no neuron), each {"count", "of", "first"}; below_floor (units whose
    first label does not clear its floor, by kind), dead (by kind), unlabelled_images, skipped
    (files that were no images), stages (those not done, with the reason), limits.
    """
    counts = overview.counts(engine)
    stages = records(overview.stages(engine))
    return {
        "classes_without_images": _named(_without_images(engine), counts.classes),
        "words_without_units": _words(engine, counts.labels),
        "below_floor": _of_kinds(engine, UnitFilter(alive=True, abstained=True)),
        "dead": _of_kinds(engine, UnitFilter(alive=False)),
        "unlabelled_images": {
            "count": counts.images - counts.labelled_images,
            "of": counts.images,
        },
        "skipped": {
            "count": counts.skipped_images,
            "first": records(overview.skipped_images(engine, limit=MOST_NAMED)),
        },
        "stages": [
            {"name": stage["name"], "status": stage["status"], "reason": stage["reason"]}
            for stage in stages
            if stage["status"] != "done"
        ],
        "limits": list(LIMITS),
    }


def _without_images(engine: Engine) -> list[str]:
    frame = classes.classes(engine, limit=None)
    return list(frame.loc[frame["images"] == 0, "class_name"])


def _words(engine: Engine, labels: int) -> dict[str, Any] | None:
    """None where no unit was given a label at all."""
    if not labels:
        return None
    words = concepts.concept_texts(engine)
    carried = {row["label"] for row in export.labels_records(engine) if not row["abstained"]}
    return _named([word for word in words if word not in carried], len(words))


def _named(names: list[str], of: int) -> dict[str, Any]:
    return {"count": len(names), "of": of, "first": names[:MOST_NAMED]}


def _of_kinds(engine: Engine, chosen: UnitFilter) -> list[dict[str, Any]]:
    kinds = ("latent", "neuron", "channel")
    rows = [(k, units.count_units(engine, k, chosen), units.count_units(engine, k)) for k in kinds]
    return [{"kind": kind, "count": count, "of": of} for kind, count, of in rows if of]
