"""Words and what the classifier makes of them: stages ``text``, ``text_maps`` and ``concepts``."""

import numpy as np

from analysis.bench.desk.made_up.records import Records, crossed, distinct
from analysis.bench.desk.made_up.stages.filled import Filled
from analysis.bench.desk.made_up.world import MAPS, World
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.saved import pack
from analysis.textmap.stacked import StackedEstimator
from db.schema import ClassConcept, Concept, ImageConcept, TextMap

SOURCES = ("weights", "features")
_BEST_OF_CLASS, _BEST_OF_IMAGE = 20, 10


def text(world: World) -> Filled:
    """The vocabulary, a quarter of it far from every class name."""
    rng, n = world.rng("text"), world.sizes.concepts
    rows = Records(
        n,
        id=np.arange(n),
        text=world.concepts,
        nearest_class_id=rng.integers(0, world.sizes.classes, n),
        nearest_name=rng.uniform(0.2, 0.7, n),
        out_of_hull=rng.random(n) < 0.25,
    )
    return Filled(
        {Concept: rows},
        {
            "prompt_embeddings": world.name_embeddings,
            "name_embeddings": world.name_embeddings,
            "concept_embeddings": world.concept_embeddings,
        },
        notes=(f"{n // 4} concepts lie far from every class name: they are marked.",),
    )


def text_maps(world: World) -> Filled:
    """Two maps that are kept, each really fitted, and three that only have scores."""
    rng, names = world.rng("text maps"), world.name_embeddings
    estimators = {"stacked": StackedEstimator(), "mlp": MlpEstimator(epochs=1)}
    arrays = {}
    for name in MAPS:
        fitted = estimators[name].fit(names, world.class_embeddings, seed=world.sizes.seed)
        arrays[f"text_map.{name}"] = pack(fitted)
        arrays[f"concept_directions.{name}"] = fitted(world.concept_embeddings)
    every = [*MAPS, "kernel", "mean", "random"]
    scores = {
        score: rng.uniform(0.05, 0.4, len(every))
        for score in (
            "held_out_cosine",
            "held_out_top1",
            "held_out_top5",
            "held_out_mrr",
            "image_top1",
            "image_top5",
        )
    }
    rows = Records(
        len(every),
        name=every,
        shown_first=[name == MAPS[0] for name in every],
        is_floor=[name in ("mean", "random") for name in every],
        config={},
        seconds=1.0,
        kept=[name in MAPS for name in every],
        **scores,
    )
    return Filled(
        {TextMap: rows},
        arrays,
        notes=(f"The {MAPS[0]} text map is shown first: it ranks held-out classes best.",),
    )


def concepts(world: World) -> Filled:
    """The best concepts of classes, from weights and images, and of images; all of the weights'
    scores by the first map, as the page that compares audits reads them.
    """
    sizes, rng = world.sizes, world.rng("scores")
    class_id, source, text_map, place = crossed(
        sizes.classes, len(SOURCES), len(MAPS), _BEST_OF_CLASS
    )
    of_classes = Records(
        len(place),
        class_id=class_id,
        source=[SOURCES[i] for i in source],
        text_map=[MAPS[i] for i in text_map],
        rank=place + 1,
        **_best(rng, sizes.concepts, place),
    )
    image, text_map, place = crossed(sizes.images, len(MAPS), _BEST_OF_IMAGE)
    of_images = Records(
        len(place),
        image_id=image,
        text_map=[MAPS[i] for i in text_map],
        rank=place + 1,
        **_best(rng, sizes.concepts, place),
    )
    scores = rng.standard_normal((sizes.classes, sizes.concepts), dtype=np.float32)
    return Filled(
        {ClassConcept: of_classes, ImageConcept: of_images},
        {f"class_concepts.weights.{MAPS[0]}": scores},
    )


def _best(rng: np.random.Generator, concepts: int, place: np.ndarray) -> dict[str, np.ndarray]:
    """Concepts in the order of their places, and scores that fall with the place."""
    count = int(place.max()) + 1
    fall = 0.97**place
    return {
        "concept_id": distinct(rng, len(place) // count, count, concepts).ravel(),
        "score": 0.5 * fall,
        "z": 4 * fall,
        "corrected": 0.2 * fall,
        "standout": 4 * fall,
    }
