"""Paper Table 5: zero-shot transfer to another data set's classes (Appendix C).

The map is fitted on all of the classifier's classes, then regresses an embedding for each class
name of another data set, and its pictures are classified among these alone. Beside the maps stands
what needs none: ConSE (Norouzi et al. 2014), which reads a picture as the mean of the texts of the
classes that the head sees in it.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import softmax

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures
from analysis.bench.intervals import Tally, bootstrap
from analysis.bench.zero_shot import Method
from analysis.concepts import best_columns
from analysis.progress import Progress
from analysis.shortcuts.candidates import IS_A_NAME, is_a_name
from analysis.text.prompts import class_prompts
from analysis.textmap.base import cosine
from analysis.textmap.choose import auto
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import rank_of
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import PAPER_EPOCHS, MlpEstimator
from analysis.textmap.stacked import StackedEstimator

CONSE = "ConSE (no map)"
CONSE_CLASSES = 10
"""T of ConSE: the head's classes that a picture is read as, as many as in its paper."""
CHANCE = "chance"
NEAREST_NEW = 10
"""New names listed behind the known ones: those nearest to the line."""
COLUMNS = {
    "method": "method",
    "top1": "Top-1",
    "top5": "Top-5",
    "new1": "Top-1, new names",
    "new5": "Top-5, new names",
}


def transfer_methods(epochs: int = PAPER_EPOCHS) -> list[Method]:
    """Everything compared: the paper's MLP with and without soft dropout, ours, floors."""
    return [
        Method("mlp, soft dropout", MlpEstimator(epochs=epochs), centred=False),
        Method(
            "mlp, no soft dropout", MlpEstimator(epochs=epochs, soft_dropout=False), centred=False
        ),
        Method("kernel", KernelEstimator()),
        Method("stacked", StackedEstimator()),
        Method("mean (floor)", MeanEstimator()),
        Method("random (floor)", RandomEstimator()),
    ]


def bench_transfer(
    data: BenchData,
    names: Sequence[str],
    features: Float[np.ndarray, "images features"],
    labels: Int[np.ndarray, " images"],
    *,
    compared: Sequence[Method],
    seed: int,
    progress: Progress,
) -> list[Figures]:
    """Accuracy of every method, and which names the classifier knew.

    Args:
        names: classes of the other data set.
        features: of its pictures, by the same classifier.
        labels: their rows in ``names``.
    """
    prompts = data.encoder.encode(class_prompts(names))
    bare = data.encoder.encode(class_prompts(names, "{}"))
    own = data.encoder.encode(class_prompts(data.class_names, "{}"))
    known = is_a_name(own, bare)
    rows = []
    with progress.task("Transfer", len(compared)) as advance:
        for method in compared:
            cosines = transfer_cosines(method, data, prompts, features, seed=seed)
            rows.append(_row(method.name, cosines, labels, known, seed=seed))
            advance(1)
    rows.append(_row(CONSE, conse_cosines(data, prompts, features), labels, known, seed=seed))
    rows.append(_chance(len(names), bool(known[labels].all())))
    settings: dict[str, object] = {
        "model": data.model,
        "text encoder": data.encoder.name,
        "classes": f"{len(data.class_names)} to fit on, {len(names)} to find",
        "known names": f"{known.sum()}, by a cosine of {IS_A_NAME} or more",
        "images": f"{len(labels)}, {(~known[labels]).sum()} of them of new names",
        "seed": seed,
        "intervals": "95 %, bootstrap over the classes to find; percent",
    }
    if epochs := _epochs(compared):
        settings["epochs"] = epochs
    return [
        Figures("Zero-shot transfer (paper Table 5)", COLUMNS, rows, settings, NOTES),
        _known_names(data, names, labels, cosine(bare, own), known, settings),
    ]


def transfer_cosines(
    method: Method,
    data: BenchData,
    prompts: Float[np.ndarray, "names embedding"],
    features: Float[np.ndarray, "images features"],
    *,
    seed: int,
) -> Float[np.ndarray, "images names"]:
    """Cosines of each picture with the embeddings regressed from the other data set's names.

    Where the method is centred, features are centred on the classifier's own pictures, so that a
    picture is judged by itself and not by the others of its data set.
    """
    weights = data.weights
    if method.centred:
        weights = weights - weights.mean(0)
        features = features - data.features.mean(0)
    estimator = method.estimator or auto(data.prompts, data.weights, seed=seed).estimator
    return cosine(features, estimator.fit(data.prompts, weights, seed=seed)(prompts))


def conse_cosines(
    data: BenchData,
    prompts: Float[np.ndarray, "names embedding"],
    features: Float[np.ndarray, "images features"],
) -> Float[np.ndarray, "images names"]:
    """Cosines, among texts, of the names with the mean of each picture's best classes' prompts.

    Classes weigh by the head's probability.
    """
    logits = features @ data.weights.T + data.bias
    best = best_columns(logits, CONSE_CLASSES)
    weights = np.zeros_like(logits)
    np.put_along_axis(weights, best, softmax(np.take_along_axis(logits, best, 1), axis=1), 1)
    return cosine(weights @ data.prompts, prompts)


NOTES = (
    "New names: pictures of classes that are not (nearly) one of the classifier's own by name, "
    "still classified among all names. The map was fitted on the known ones, so these columns are "
    "the zero-shot ones; the next table shows where the line fell.",
    "That a name is new does not make the class so: the classifier may know the thing by another "
    "name, and its training set may hold such pictures or these very ones.",
    "ConSE uses the head's ten best classes and how near their texts lie to the names: what a map "
    "finds beyond it is not owed to these alone. The mean says the same of every name, and ties "
    "count against the right one.",
)


def _epochs(compared: Sequence[Method]) -> str:
    tried = [one.estimator.epochs for one in compared if isinstance(one.estimator, MlpEstimator)]
    return ", ".join(str(epochs) for epochs in dict.fromkeys(tried))


def _row(
    method: str,
    cosines: Float[np.ndarray, "images names"],
    labels: Int[np.ndarray, " images"],
    known: Bool[np.ndarray, " names"],
    *,
    seed: int,
) -> dict[str, object]:
    """Top-1 and Top-5 on all pictures, and on those of new names where there are any."""
    ranks = rank_of(cosines, labels)
    row: dict[str, object] = {"method": method}
    for key, pictures in (("top", np.full(len(labels), True)), ("new", ~known[labels])):
        for best in (1, 5) if pictures.any() else ():
            tally = Tally.of(ranks[pictures] <= best, labels[pictures], len(known))
            row[f"{key}{best}"] = bootstrap(tally.percent, len(known), seed=seed)
    return row


def _chance(names: int, all_known: bool) -> dict[str, object]:
    top1, top5 = 100 / names, 100 * min(5 / names, 1)
    new = {} if all_known else {"new1": top1, "new5": top5}
    return {"method": CHANCE, "top1": top1, "top5": top5, **new}


def _known_names(
    data: BenchData,
    names: Sequence[str],
    labels: Int[np.ndarray, " images"],
    cosines: Float[np.ndarray, "names classes"],
    known: Bool[np.ndarray, " names"],
    settings: dict[str, object],
) -> Figures:
    """Each known name, and the nearest new ones, beside the nearest of the classifier's own."""
    nearest = cosines.argmax(1)
    shown = np.argsort(-cosines.max(1), kind="stable")[: known.sum() + NEAREST_NEW]
    pictures = np.bincount(labels, minlength=len(names))
    rows = [
        {
            "name": names[i],
            "nearest": data.class_names[nearest[i]],
            "cosine": float(cosines[i, nearest[i]]),
            "counted": "known" if known[i] else "new",
            "pictures": int(pictures[i]),
        }
        for i in shown
    ]
    columns = {
        "name": "name",
        "nearest": "nearest of the classifier's own",
        "cosine": "cosine",
        "counted": "counted as",
        "pictures": "pictures",
    }
    read_with = {key: settings[key] for key in ("model", "text encoder", "known names")}
    notes = (f"Names beyond the {NEAREST_NEW} nearest new ones are not listed.",)
    return Figures("Names the classifier knows", columns, rows, read_with, notes)
