"""Do latents hold what is in the pictures, and do their labels say it? Measured on the reef.

Every picture of the reef is drawn from known attributes. An attribute is *held* when some unit's
activation ranks the fresh pictures that show it before the others with an AUPRC of ``HELD`` or
more; the label of that unit is right when it is the attribute's word. Attributes that several
classes share stand apart from creatures that are a class of their own.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from analysis.bench.figures import Figures
from analysis.bench.intervals import over_seeds
from analysis.bench.training import train_once
from analysis.cache import cache_dir
from analysis.classifier.load import load_classifier
from analysis.classifier.split import Classifier
from analysis.images.extract import extract
from analysis.images.folder import list_images
from analysis.progress import Progress
from analysis.reef.folder import attributes_of, write_image_folder
from analysis.reef.prepared import IMAGE_SEED, shipped_spec
from analysis.reef.truth import COMPOSED_CREATURES, CONCEPTS, PLAIN_CREATURES, PLANTED, class_names
from analysis.reef.vocabulary import vocabulary
from analysis.text.cache import encode_cached
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts
from analysis.textmap.base import unit_rows
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator
from sae.autoencoder import SparseAutoencoder
from sae.config import SaeConfig
from sae.labels import best_concepts, find_candidates
from sae.metrics import evaluate, random_autoencoder
from sae.units import Units, latent_units, neuron_units

HELD = 0.9
SHARED = (*CONCEPTS, *COMPOSED_CREATURES)
"""Attributes that several classes show."""
OWN = PLAIN_CREATURES
"""Creatures that are one class each."""
CUES = tuple(dict.fromkeys(concept for _, concept in PLANTED))
TRAIN_PER_CLASS, FRESH_PER_CLASS = 12, 20
FRESH_SEED = IMAGE_SEED + 7
MLP_EPOCHS = 150


@dataclass(frozen=True)
class Pictures:
    """Features and what is true of each picture."""

    features: Float[np.ndarray, "images features"]
    truth: Bool[np.ndarray, "images attributes"]  # columns as SHARED, then OWN


def bench_attributes(encoder: TextEncoder, *, seeds: int, progress: Progress) -> list[Figures]:
    """Tables of attributes held and of labels that are right, over ``seeds`` trainings."""
    classifier = load_classifier(shipped_spec())
    shown = _pictures(classifier, TRAIN_PER_CLASS, IMAGE_SEED, progress)
    fresh = _pictures(classifier, FRESH_PER_CLASS, FRESH_SEED, progress)
    weight, bias = classifier.head.weight.numpy(), classifier.head.bias.numpy()
    concepts = _concept_directions(encoder, weight)
    held, labelled = [], []
    for name, described in _kinds(shown.features.shape, seeds):
        made = list(_units(name, described, shown, fresh, progress))
        held.append({"units": name, **_held_row(made, fresh, weight, bias)})
        for text_map, directions in concepts.items():
            labelled.append(
                {"units": name, "map": text_map, **_label_row(made, shown, fresh, directions)}
            )
    held.append({"units": "linear probe (supervised ceiling)", **_probe_row(shown, fresh)})
    settings = {
        "classifier": "the reef's",
        "trained on": len(shown.features),
        "scored on": f"{len(fresh.features)} fresh pictures",
        "seeds": seeds,
        "brackets": "smallest and largest over the seeds",
    }
    return [
        Figures(
            f"Attributes held by some unit (AUPRC >= {HELD})", _HELD_COLUMNS, held, settings,
            [f"Shared: {', '.join(SHARED)}.", f"Planted cues: {', '.join(CUES)}."],
        ),
        Figures("Labels of units", _LABEL_COLUMNS, labelled, settings, _LABEL_NOTES),
    ]  # fmt: skip


_HELD_COLUMNS = {
    "units": "units",
    "shared": f"shared attributes, of {len(SHARED)}",
    "cues": f"planted cues, of {len(CUES)}",
    "own": f"creatures that are one class, of {len(OWN)}",
    "mean": "mean best AUPRC, shared",
    "ev": "explained variance",
    "kept": "decisions kept",
    "missed": "shared ones missed with the first seed (AUPRC)",
}
_LABEL_COLUMNS = {
    "units": "units",
    "map": "text map",
    "holding": "units that hold an attribute",
    "first": "their first label is right, %",
    "direction": "by direction alone, %",
    "shuffled": "texts shuffled, %",
    "alive": "living units",
    "any": "first label names what they detect best, %",
    "any_direction": "by direction alone, %",
}
_LABEL_NOTES = [
    "The first label is the one whose concept score correlates best with the activation on the "
    "training pictures. Shuffled texts: the same labels with the words dealt out at random.",
]

Described = SaeConfig | None
Made = list[tuple[Units, Units, SparseAutoencoder | None]]


def _kinds(shape: tuple[int, ...], seeds: int) -> Iterator[tuple[str, list[Described]]]:
    """Names of what is compared and its configuration for each seed; None: no training."""
    default = SaeConfig.default(shape[0], shape[1])
    others = {
        f"matryoshka {default.width}, k {default.k} (default)": default,
        "topk 32, k 4": replace(default, architecture="topk", width=32, k=4),
        "batchtopk 32, k 4": replace(default, architecture="batchtopk", width=32, k=4),
        f"topk {default.width}, k {default.k}": replace(default, architecture="topk"),
        f"batchtopk {default.width}, k {default.k}": replace(default, architecture="batchtopk"),
        f"jumprelu {default.width}, k {default.k}": replace(default, architecture="jumprelu"),
        f"{RANDOM} {default.width}, k {default.k}": default,
    }
    for name, config in others.items():
        yield name, [replace(config, seed=seed) for seed in range(seeds)]
    yield "neurons", [None]


RANDOM = "random directions"


def _units(
    name: str, described: list[Described], shown: Pictures, fresh: Pictures, progress: Progress
) -> Iterator[tuple[Units, Units, SparseAutoencoder | None]]:
    """Units over the pictures shown and the fresh ones, for each seed."""
    for config in described:
        if config is None:
            centre = shown.features.mean(axis=0)
            yield (
                neuron_units(shown.features, centre),
                neuron_units(fresh.features, centre),
                None,
            )
            continue
        if name.startswith(RANDOM):
            sae = random_autoencoder(
                shown.features, width=config.width, k=config.k, seed=config.seed
            )
        else:
            sae = train_once(shown.features, config, name, progress).autoencoder
        yield latent_units(sae, shown.features), latent_units(sae, fresh.features), sae


def _held_row(made: Made, fresh: Pictures, weight: np.ndarray, bias: np.ndarray) -> dict:
    best = np.stack(
        [average_precisions(_dense(unseen), fresh.truth).max(axis=0) for _, unseen, _ in made]
    )
    shared = best[:, : len(SHARED)]
    cues = shared[:, [SHARED.index(cue) for cue in CUES]]
    scores = [evaluate(sae, fresh.features, weight, bias) for *_, sae in made if sae is not None]
    return {
        "shared": over_seeds((shared >= HELD).sum(axis=1)),
        "cues": over_seeds((cues >= HELD).sum(axis=1)),
        "own": over_seeds((best[:, len(SHARED) :] >= HELD).sum(axis=1)),
        "mean": float(shared.mean()),
        "ev": float(np.mean([s.explained_variance for s in scores])) if scores else None,
        "kept": float(np.mean([s.top1_agreement for s in scores])) if scores else None,
        "missed": _missed(shared[0]),
    }


def _missed(best: np.ndarray) -> str:
    missed = [
        f"{name} {value:.2f}" for name, value in zip(SHARED, best, strict=True) if value < HELD
    ]
    return ", ".join(missed) if len(missed) <= 8 else f"{len(missed)} of them"


def _label_row(made: Made, shown: Pictures, fresh: Pictures, concepts: np.ndarray) -> dict:
    """Labels against the attribute that each unit detects best."""
    words, names = np.array(vocabulary()), np.array((*SHARED, *OWN))
    dealt = np.random.default_rng(0).permutation(len(words))
    holding, alive, found = 0, 0, np.zeros((2, 3))
    for units, unseen, _ in made:
        precision = average_precisions(_dense(unseen), fresh.truth)
        holds, best = precision.max(axis=1) >= HELD, names[precision.argmax(axis=1)]
        lives = (_dense(unseen) > unseen.thresholds).any(axis=0)
        centred = shown.features - shown.features.mean(axis=0)
        first = find_candidates(units, centred, concepts).concepts[:, 0]
        directions = units.directions if units.directions is not None else np.zeros((0, 0))
        direct = best_concepts(unit_rows(directions), unit_rows(concepts), top=1).concepts[:, 0]
        right = np.stack([words[c] == best for c in (first, direct, dealt[first])])
        holding, alive = holding + int(holds.sum()), alive + int(lives.sum())
        found += np.stack([right[:, holds].sum(axis=1), right[:, lives].sum(axis=1)])
    of_holding, of_alive = (
        100 * hits / n if n else [None] * 3 for hits, n in zip(found, (holding, alive), strict=True)
    )
    return {
        "holding": holding,
        "first": of_holding[0],
        "direction": of_holding[1],
        "shuffled": of_holding[2],
        "alive": alive,
        "any": of_alive[0],
        "any_direction": of_alive[1],
    }


def _probe_row(shown: Pictures, fresh: Pictures) -> dict:
    """What a classifier trained on the attribute itself finds in the same features."""
    from sklearn.linear_model import LogisticRegression

    centre, scale = shown.features.mean(axis=0), shown.features.std()
    train_x, test_x = ((p.features - centre) / scale for p in (shown, fresh))
    scores = np.stack(
        [
            LogisticRegression(C=0.1, max_iter=300, class_weight="balanced")
            .fit(train_x, truth)
            .decision_function(test_x)
            for truth in shown.truth.T
        ],
        axis=1,
    )
    best = np.array(
        [
            average_precisions(scores[:, [i]], fresh.truth[:, [i]])[0, 0]
            for i in range(scores.shape[1])
        ]
    )
    shared = best[: len(SHARED)]
    return {
        "shared": int((shared >= HELD).sum()),
        "cues": int(sum(shared[SHARED.index(cue)] >= HELD for cue in CUES)),
        "own": int((best[len(SHARED) :] >= HELD).sum()),
        "mean": float(shared.mean()),
        "ev": None,
        "kept": None,
        "missed": _missed(shared),
    }


def average_precisions(
    scores: Float[np.ndarray, "images units"], truth: Bool[np.ndarray, "images attributes"]
) -> Float[np.ndarray, "units attributes"]:
    """Average precision of every unit for every attribute; equal scores count as one threshold.

    NaN for an attribute that no image shows.
    """
    total = truth.sum(axis=0)
    found = np.empty((scores.shape[1], truth.shape[1]))
    for unit, column in enumerate(scores.T):
        order = np.argsort(-column, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(column[order]) != 0, True))
        hits = truth[order].cumsum(axis=0)[ends]
        precision = hits / (ends + 1)[:, None]
        gained = np.diff(hits, axis=0, prepend=0)
        found[unit] = (precision * gained).sum(axis=0) / np.where(total > 0, total, np.nan)
    return found


def _pictures(classifier: Classifier, per_class: int, seed: int, progress: Progress) -> Pictures:
    """Rendered, read and known; features are kept between runs."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        names = class_names()
        with progress.task("Rendering the reef", per_class * len(names)) as advance:
            write_image_folder(root, images_per_class=per_class, seed=seed, progress=advance)
        listing = list_images(root, {name: i for i, name in enumerate(names)})
        read = extract(
            classifier, root, listing.files, work_dir=cache_dir("features"), progress=progress
        )
        shown = [attributes_of(file.path, seed) for file in listing.files]
    words = [{*one.concepts(), one.creature} for one in shown]
    truth = np.array([[name in word for name in (*SHARED, *OWN)] for word in words])
    return Pictures(np.asarray(read.features), truth)


def _concept_directions(encoder: TextEncoder, weight: np.ndarray) -> dict[str, np.ndarray]:
    """û of the vocabulary by two text maps, fitted on the class names."""
    prompts = encode_cached(encoder, class_prompts(list(class_names())))
    texts = encode_cached(encoder, list(vocabulary()))
    maps = {
        one.name: one.fit(prompts, weight - weight.mean(axis=0), seed=0)
        for one in (MlpEstimator(epochs=MLP_EPOCHS), KernelEstimator())
    }
    return {name: text_map(texts) for name, text_map in maps.items()}


def _dense(units: Units) -> np.ndarray:
    return units.columns(0, units.n_units)
