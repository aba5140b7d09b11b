"""The classifier and its images: stages ``model`` and ``images``."""

import numpy as np

from analysis.bench.desk.made_up.records import Records, crossed
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import World
from db.schema import Class, Image, Measure, Model, Prediction, Thumbnail

PREPROCESSING = {"input_size": 224, "resize_size": 256, "crop_mode": "center"}


def model(world: World) -> Filled:
    """The classifier, its classes and its head."""
    sizes = world.sizes
    described = {
        "id": 1,
        "name": "made_up_classifier",
        "spec": {"name": "made_up_classifier"},
        "weights_sha256": "0" * 64,
        "feature_dim": sizes.features,
        "num_classes": sizes.classes,
        "preprocessing": PREPROCESSING,
        "split_method": "timm",
        "split_error": 0.0,
    }
    classes = Records(
        sizes.classes, id=np.arange(sizes.classes), name=world.class_names, folder=world.folder
    )
    bias = np.zeros(sizes.classes, np.float32)
    return Filled(
        {Model: Records(1, **described), Class: classes},
        {"class_embeddings": world.class_embeddings, "bias": bias},
    )


def images(world: World) -> Filled:
    """Images with thumbnails and their best five classes, and the features."""
    n = world.sizes.images
    rows = Records(
        n,
        id=np.arange(n),
        path=world.path,
        sha256=world.sha256,
        width=500,
        height=375,
        class_id=world.labels,
    )
    right = world.decisions[:, 0] == world.labels
    accuracy = Records(
        1,
        name="accuracy",
        value=float(right.mean()),
        floor=1 / world.sizes.classes,
        n=n,
        what="Share of the labelled images whose best class is their folder's class.",
    )
    return Filled(
        {
            Image: rows,
            Thumbnail: Records(n, image_id=np.arange(n), jpeg=world.thumbnail),
            Prediction: _predictions(world),
            Measure: accuracy,
        },
        {"features": world.features, "labels": world.labels.astype(np.int64)},
    )


def _predictions(world: World) -> Records:
    n, ranks = world.decisions.shape
    image, place = crossed(n, ranks)
    first = world.rng("probabilities").uniform(0.4, 1, n)
    return Records(
        n * ranks,
        image_id=image,
        rank=place + 1,
        class_id=world.decisions.ravel(),
        logit=12 * first[image] - place,
        probability=np.where(place == 0, first[image], (1 - first[image]) / 2.0**place),
    )
