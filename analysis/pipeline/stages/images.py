"""Stage 2: features, predictions, thumbnails of the images; channels where they are no neurons."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.classifier.positions import Positions, find_positions
from analysis.images.extract import extract
from analysis.images.extraction import Extraction
from analysis.images.folder import stamp
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import classifier, image_files, images_root
from db.schema import Image, Measure, Prediction, SkippedImage, Thumbnail

WORK = "images.partial"
"""Directory in the audit's own where a stopped extraction finds its finished shards again."""
NEAR_CHANCE = 3.0
"""Accuracy below this many times chance (and below half) means that something is mixed up."""


def _run(context: Context) -> Outcome:
    config, listing = context.config, image_files(context)
    work = config.out / WORK
    where = positions(context)
    read = extract(
        classifier(context),
        images_root(context),
        listing.files,
        work_dir=work,
        batch_size=config.batch_size,
        workers=config.workers,
        stage=where if where is not None and where.kind == "stage" else None,
        progress=context.progress,
    )
    classes = [row.class_id for row in read.rows]
    return Outcome(
        rows={
            Image: (
                {
                    "id": i,
                    "path": row.path,
                    "sha256": row.sha256,
                    "width": row.width,
                    "height": row.height,
                    "class_id": row.class_id,
                }
                for i, row in enumerate(read.rows)
            ),
            Thumbnail: ({"image_id": i, "jpeg": jpeg} for i, jpeg in enumerate(read.thumbnails())),
            Prediction: _predictions(read),
            SkippedImage: ({"path": skip.path, "reason": skip.reason} for skip in read.skipped),
            Measure: _accuracy(context, read),
        },
        arrays={
            "features": read.features,
            "labels": np.array([-1 if c is None else c for c in classes], np.int64),
            **({} if read.channels is None else {"channels": read.channels}),
        },
        notes=[*listing.notes, *_skipped_note(read), *_chance_warning(context, read)],
        scratch=(work,),
    )


def positions(context: Context) -> Positions | None:
    """Where in an image the classifier's features come from, looked for once a run."""
    return context.once("positions", lambda: find_positions(classifier(context)))


def _predictions(read: Extraction) -> Iterator[dict[str, Any]]:
    tops = (read.top_classes, read.top_logits, read.top_probabilities)
    for i, best in enumerate(zip(*(top.tolist() for top in tops), strict=True)):
        for rank, (class_id, logit, probability) in enumerate(zip(*best, strict=True), start=1):
            yield {
                "image_id": i,
                "rank": rank,
                "class_id": class_id,
                "logit": logit,
                "probability": probability,
            }


def _accuracy(context: Context, read: Extraction) -> list[dict[str, Any]]:
    if read.accuracy is None:
        return []
    return [
        {
            "name": "accuracy",
            "value": read.accuracy,
            "floor": 1 / classifier(context).num_classes,
            "n": sum(row.class_id is not None for row in read.rows),
            "what": "Share of the labelled images whose best class is their folder's class; "
            "the floor is chance.",
        }
    ]


def _skipped_note(read: Extraction) -> list[str]:
    if not read.skipped:
        return []
    first = read.skipped[0]
    return [
        f"{len(read.skipped)} of {len(read.skipped) + len(read.rows)} files could not be read and "
        f"were skipped (first: {first.path}: {first.reason}); the store lists them all."
    ]


def _chance_warning(context: Context, read: Extraction) -> list[str]:
    """Loud, because everything that follows rests on it."""
    accuracy, chance = read.accuracy, 1 / classifier(context).num_classes
    if accuracy is None or accuracy >= min(NEAR_CHANCE * chance, (1 + chance) / 2):
        return []
    return [
        f"WARNING: accuracy on the labelled images is {accuracy:.1%}, near chance ({chance:.1%}): "
        "preprocessing (--mean --std --input-size --interpolation) or the order of the class "
        "names looks wrong. Nothing below can be trusted before this is mended."
    ]


IMAGES = Stage(
    name="images",
    title="Images",
    needs=("model",),
    inputs=lambda context: stamp(
        images_root(context), (file.path for file in image_files(context).files)
    ),
    run=_run,
    skip=lambda context: "this audit has none" if context.config.images is None else None,
)
