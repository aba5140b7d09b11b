"""The tables of ``glowworm bench concepts``: paper Tables 3 and 10, each reading of them a row."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from analysis.bench.concept_ranks import (
    NAMES,
    ConceptTexts,
    Design,
    Outcome,
    make_design,
    outcomes,
)
from analysis.bench.data import BenchData
from analysis.bench.figures import Figures
from analysis.bench.generalized import difference
from analysis.bench.intervals import Tally, bootstrap
from analysis.progress import Progress
from analysis.text.cache import encode_cached
from analysis.textmap.base import TextMapEstimator
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.stacked import StackedEstimator

BEST = 15
MOST_IMAGES = 60
CANDIDATES = 10
EPOCHS = 250
"""A tenth of the paper's, for a map that is fitted five times over."""
COLUMNS = {
    "concepts": "concepts beside the name",
    "fitted_on": "map fitted on",
    "pictures": "pictures",
    "top1": "Top-1",
    "top5": "Top-5",
    "gain1": "Top-1, gain on the name only",
    "gain5": "Top-5, gain",
    "distinct": "distinct concepts",
}


def bench_concepts(
    data: BenchData,
    concepts: Sequence[str],
    *,
    best: int = BEST,
    seed: int,
    progress: Progress,
    estimator: TextMapEstimator | None = None,
    epochs: int = EPOCHS,
    most_images: int = MOST_IMAGES,
    candidates: int = CANDIDATES,
) -> list[Figures]:
    """A table for each estimator.

    Args:
        concepts: the set U in which concepts are detected.
        best: B, concepts beside a name.
        estimator: shown alone; None shows the stacked map and the paper's MLP.
        epochs: of that MLP.
        most_images: pictures whose own concepts are tried in classes' texts, each of which costs
            ``best * candidates`` texts; ``candidates`` times as many where the label leaks.
        candidates: classes that a picture's own concepts are tried on.

    Raises:
        InputError: no class has two pictures.
    """
    shown = [estimator] if estimator else [StackedEstimator(), MlpEstimator(epochs=epochs)]
    design = make_design(
        data,
        len(concepts),
        best=best,
        most_images=most_images,
        candidates=candidates,
        seed=seed,
    )
    embeddings = encode_cached(data.encoder, concepts)
    texts = ConceptTexts(data, concepts, progress)
    tables = []
    for one in shown:
        found = list(outcomes(one, data, embeddings, texts, design, seed=seed))
        settings = _settings(one, data, len(concepts), design, seed=seed)
        rows = [_row(outcome, found, data, seed=seed) for outcome in found]
        title = f"Class names with concepts, {one.name} (paper Tables 3, 10)"
        tables.append(Figures(title, COLUMNS, rows, settings, NOTES))
    return tables


NOTES = (
    "The map is fitted on every class that it then names. Where it fits them well, the name only "
    "is already at the head's accuracy and no concept can add to it; a gain makes up for a misfit, "
    "and says nothing of classes that the map has not seen. The head decides by logits, with its "
    "bias, so cosines may pass it by a little.",
    "The paper detects concepts in f, an image's, and regresses embeddings, which serve every "
    "image; it does not say whose concepts stand beside whose name, nor whether its map is fitted "
    "anew. Rows are the readings.",
    "Concepts detected in w_c, or in pictures labelled with the class, carry the label: they are "
    "those whose û lies nearest to what the class is then scored by. A gain is no evidence that "
    "the concepts are true; a gain beyond both floors shows only that they are specific.",
    "A picture's own concepts in every class's text use no label; in its own class's text alone "
    "they tell the classifier the answer, and that row may pass the head.",
    "Fitted on these texts, a map can learn any texts that tell the classes apart: what random "
    "concepts gain there is owed to that and not to what they say.",
    "The mean encoding is scaled back to unit length. Concepts are detected by raw cosines, and "
    "classes found by centred ones; the paper's MLP is raw throughout. Ties count against the "
    "right class, so classes of one name are never found by it alone.",
    "Gains are paired, of the same pictures. Pictures may have been in the classifier's training "
    "set.",
)


def _settings(
    estimator: TextMapEstimator, data: BenchData, concepts: int, design: Design, *, seed: int
) -> dict[str, object]:
    shared = sum(times for times in Counter(data.class_names).values() if times > 1)
    settings: dict[str, object] = {
        "model": data.model,
        "text encoder": data.encoder.name,
        "text map": estimator.name,
        "classes": f"{len(data.class_names)}, {shared} of them sharing a name",
        "concepts": f"{concepts}, B = {design.best}",
        "pictures": (
            f"{len(design.detection)} of {len(design.pictured)} classes to detect concepts in, "
            f"{len(design.test)} of {len(np.unique(data.labels[design.test]))} classes to test on"
        ),
        "own concepts": (
            f"{len(design.sample)} of the test pictures, tried on the {design.candidates} best "
            "classes by name while the others keep their ranks; "
            f"{len(design.leaking)} with the label leaking"
        ),
        "seed": seed,
        "intervals": "95 %, bootstrap over classes; percent",
    }
    if isinstance(estimator, MlpEstimator):
        settings["epochs"] = estimator.epochs
    return settings


def _row(
    outcome: Outcome, found: Sequence[Outcome], data: BenchData, *, seed: int
) -> dict[str, object]:
    by_name = next(one for one in found if one.concepts == NAMES)
    same = np.isin(by_name.pictures, outcome.pictures)
    row: dict[str, object] = {
        "concepts": outcome.concepts,
        "fitted_on": outcome.fitted_on,
        "pictures": len(outcome.pictures),
        "distinct": outcome.distinct,
    }
    classes = len(data.class_names)
    labels = data.labels[outcome.pictures]
    for best in (1, 5):
        ours = Tally.of(outcome.ranks <= best, labels, classes)
        row[f"top{best}"] = bootstrap(ours.percent, classes, seed=seed)
        if outcome is not by_name:
            theirs = Tally.of(by_name.ranks[same] <= best, labels, classes)
            row[f"gain{best}"] = difference(ours, theirs, seed=seed)
    return row
