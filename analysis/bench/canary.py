"""Are cues found that were planted into real photographs? Ours and other searches, side by side.

A linear head is fitted on frozen features of another data set's pictures, into some of whose
classes cues are planted, and searched by its own text map and by the backbone's. The classes
without a cue are photographs too: what is found in them may be true.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.bench.figures import Figures
from analysis.bench.shortcut_baselines import BASELINES, Audited
from analysis.bench.subject import load_subject
from analysis.cache import cache_dir
from analysis.canary.altered import altered_features
from analysis.canary.certificate import (
    BACKBONE,
    OWN,
    Planted,
    Refitted,
    Trial,
    audit_refitted,
    never_seen,
    own_estimator,
    search,
)
from analysis.canary.cues import CUES
from analysis.canary.planting import ELSEWHERE, NO_CUE, make_plan
from analysis.canary.summary import STATED
from analysis.canary.words import Vocabulary
from analysis.classifier.class_names import ClassNames, folder_ids
from analysis.classifier.split import Classifier
from analysis.images.extract import extract
from analysis.images.folder import list_images
from analysis.progress import Progress
from analysis.shortcuts.verdict import LARGEST_Q
from analysis.text.cache import encode_cached
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts
from analysis.textmap.base import FittedTextMap, unit_rows
from analysis.textmap.choose import auto
from analysis.textmap.held_out import CrossFit, cross_fit

OURS = "glowworm"
WORKERS = 2
BATCH = 32


@dataclass(frozen=True)
class _Pictures:
    """Another data set as the classifier sees it; labels are rows of ``names``."""

    names: tuple[str, ...]
    paths: list[str]
    features: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class _Map:
    """A text map as the search takes it, and whole."""

    folds: CrossFit
    whole: FittedTextMap


@dataclass(frozen=True)
class _Score:
    """What one search made of one planting; None: not among the unexpected concepts."""

    ranks: list[int | None]
    relied: list[bool]
    supported: int
    twins: int
    false: int
    accused: int


def bench_canary(
    root: Path,
    encoder: TextEncoder,
    concepts: Sequence[str],
    *,
    model: str | None,
    checkpoint: Path | None,
    class_names: Path | None,
    draws: int,
    seed: int,
    progress: Progress,
) -> list[Figures]:
    """Plant cues into the pictures below ``root`` and search.

    Args:
        root: pictures in folders, whose names are the classes.
        class_names: of the model's own classes, as in an audit.
        draws: plantings into other classes, each with a head of its own.

    Raises:
        InputError: too few folders hold enough pictures.
    """
    classifier, own_names = load_subject(model, checkpoint, class_names)
    pictures = _pictures(classifier, root, progress)
    vocabulary = _vocabulary(pictures.names, concepts, encoder)
    backbone = _backbone(classifier, own_names, encoder, seed=seed)
    scores: dict[tuple[str, str], list[_Score]] = {}
    plants: list[dict[str, Any]] = []
    for draw in range(seed, seed + draws):
        planted = _planted(classifier, root, pictures, vocabulary, draw, progress)
        chosen = vocabulary.of_classes(planted.plan.classes)
        audited = audit_refitted(planted, STATED, seed=draw, device="cpu", progress=progress)
        maps = {
            OWN: _own(chosen, audited, seed=draw),
            BACKBONE: _Map(never_seen("backbone", backbone, len(chosen.names)), backbone),
        }
        folds = {name: one.folds for name, one in maps.items()}
        trials = list(search(planted, chosen, audited, folds, seed=draw, progress=progress))
        plants += _plants(trials, chosen, draw)
        for text_map, one in maps.items():
            of_map = [trial for trial in trials if trial.text_map == text_map]
            scores.setdefault((text_map, OURS), []).append(_ours(of_map))
            for name, score in _baselines(of_map, chosen, audited, one, progress):
                scores.setdefault((text_map, name), []).append(score)
    settings = {
        "model": classifier.spec.name,
        "pictures": f"{len(pictures.labels)} in {len(pictures.names)} classes",
        "planted at": STATED,
        "elsewhere": ELSEWHERE,
        "plantings": draws,
        "concepts": len(vocabulary.concepts),
        "seed": seed,
    }
    return [
        Figures("Cues planted into photographs", _COLUMNS, _rows(scores), settings, _NOTES),
        Figures("Each plant", _PLANT_COLUMNS, plants, settings),
    ]


_COLUMNS = {
    "map": "text map",
    "search": "search",
    "first": "rank 1",
    "late": "rank <= 5",
    "relied": "rank 1, of those relied on",
    "relied_late": "rank <= 5, of those relied on",
    "supported": "found and supported",
    "false": "clean classes with a supported finding",
    "accused": f"clean classes with any at q <= {LARGEST_Q}",
}
_PLANT_COLUMNS = {
    "draw": "planting",
    "class": "class",
    "cue": "cue",
    "with": "accuracy with",
    "without": "without",
    "map": "text map",
    "rank": "rank",
    "concept": "found as",
    "verdict": "verdict",
    "first": "comes first",
}
_NOTES = (
    "Relied on: the class loses a tenth of its accuracy or more when the cue is withheld. On a "
    "strong backbone many classes are told apart without it, and what is not used is no shortcut.",
    "A search without tests (plain, neurons) puts something first everywhere: it has no way to "
    "stay silent, and no q.",
    "The clean classes are real photographs, on which unexpected findings may be true.",
    "How the cues are drawn was chosen on three of each class's caltech101 photographs, so that "
    "an ImageNet head's text map has words for them: there the figures are on the kind side.",
)


def _pictures(classifier: Classifier, root: Path, progress: Progress) -> _Pictures:
    folders = tuple(list_images(root, {}).unmatched_folders)
    listing = list_images(root, folder_ids(ClassNames(folders, folders)))
    read = extract(
        classifier, root, listing.files, work_dir=cache_dir("features"), progress=progress
    )
    labels = np.array([-1 if row.class_id is None else row.class_id for row in read.rows])
    paths = [row.path for row in read.rows]
    return _Pictures(folders, paths, np.asarray(read.features), labels)


def _vocabulary(
    names: tuple[str, ...], concepts: Sequence[str], encoder: TextEncoder
) -> Vocabulary:
    def encode(texts: Sequence[str]) -> np.ndarray:
        return encode_cached(encoder, texts)

    prompts, bare = encode(class_prompts(names)), encode(class_prompts(names, "{}"))
    return Vocabulary(names, tuple(concepts), prompts, bare, encode(concepts)).with_cues(encode)


def _backbone(
    classifier: Classifier, names: ClassNames, encoder: TextEncoder, *, seed: int
) -> FittedTextMap:
    """The map that held-out classes of the model's own head favour, fitted on all of them."""
    weight = classifier.head.weight.cpu().numpy()
    prompts = encode_cached(encoder, class_prompts(names.names))
    estimator = auto(prompts, weight, seed=seed).estimator
    return estimator.fit(prompts, weight - weight.mean(axis=0), seed=seed)


def _own(vocabulary: Vocabulary, audited: Refitted, *, seed: int) -> _Map:
    prompts, head = vocabulary.prompt_embeddings, audited.head
    estimator = own_estimator(vocabulary, head, seed=seed)
    folds = cross_fit(estimator, prompts, head.weight, seed=seed)
    return _Map(folds, estimator.fit(prompts, head.centred, seed=seed))


def _planted(
    classifier: Classifier,
    root: Path,
    pictures: _Pictures,
    vocabulary: Vocabulary,
    draw: int,
    progress: Progress,
) -> Planted:
    plan = make_plan(pictures.labels, vocabulary.says_so(), seed=draw)
    altered = altered_features(
        classifier,
        root,
        [pictures.paths[i] for i in plan.images.tolist()],
        plan.wanted(),
        batch_size=BATCH,
        workers=WORKERS,
        progress=progress,
    )
    return Planted(plan, pictures.features[plan.images], altered)


def _ours(trials: Sequence[Trial]) -> _Score:
    plants = [one for one in trials if one.cue != NO_CUE]
    found = [one.found for one in trials if one.cue == NO_CUE and one.found is not None]
    return _Score(
        ranks=[one.rank for one in plants],
        relied=[one.relied_on for one in plants],
        supported=sum(one.verdict == "supported" for one in plants),
        twins=len(trials) - len(plants),
        false=sum(one.verdict == "supported" for one in found),
        accused=sum(one.q <= LARGEST_Q for one in found),
    )


def _baselines(
    trials: Sequence[Trial],
    vocabulary: Vocabulary,
    audited: Refitted,
    text_map: _Map,
    progress: Progress,
) -> Iterator[tuple[str, _Score]]:
    """The same plants by other searches."""
    given = Audited(
        names=list(vocabulary.names),
        concepts=list(vocabulary.concepts),
        texts=vocabulary.texts,
        head=audited.head,
        seen=audited.seen,
        fit=text_map.folds,
        directions=unit_rows(text_map.whole(vocabulary.concept_embeddings)),
    )
    with progress.task("Other searches", len(BASELINES)) as advance:
        for name, other in BASELINES.items():
            yield name, _other(other(given), trials, vocabulary)
            advance(1)


def _other(
    findings: Sequence[Mapping[str, Any]], trials: Sequence[Trial], vocabulary: Vocabulary
) -> _Score:
    of_class: dict[str, list[Mapping[str, Any]]] = {}
    for one in findings:
        if one["rank"] is not None:
            of_class.setdefault(one["class"], []).append(one)
    plants = [one for one in trials if one.cue != NO_CUE]
    named = [
        [
            one
            for one in of_class.get(vocabulary.names[plant.row], [])
            if one["concept"] in CUES[plant.cue].words
        ]
        for plant in plants
    ]
    found = [min(ones, key=lambda one: one["rank"], default=None) for ones in named]
    twins = [of_class.get(vocabulary.names[t.row], []) for t in trials if t.cue == NO_CUE]
    return _Score(
        ranks=[None if one is None else one["rank"] for one in found],
        relied=[one.relied_on for one in plants],
        supported=sum(one is not None and one["verdict"] == "supported" for one in found),
        twins=len(twins),
        false=sum(any(one["verdict"] == "supported" for one in ones) for ones in twins),
        accused=sum(
            any(one["q"] is not None and one["q"] <= LARGEST_Q for one in ones) for ones in twins
        ),
    )


def _rows(scores: Mapping[tuple[str, str], Sequence[_Score]]) -> list[dict[str, Any]]:
    return [
        {"map": text_map, "search": name, **_row(of_search)}
        for (text_map, name), of_search in scores.items()
    ]


def _row(scores: Sequence[_Score]) -> dict[str, str]:
    ranks = [rank for score in scores for rank in score.ranks]
    relied = [
        rank
        for score in scores
        for rank, used in zip(score.ranks, score.relied, strict=True)
        if used
    ]
    twins = sum(score.twins for score in scores)
    return {
        "first": _within(ranks, 1),
        "late": _within(ranks, 5),
        "relied": _within(relied, 1),
        "relied_late": _within(relied, 5),
        "supported": f"{sum(score.supported for score in scores)} of {len(ranks)}",
        "false": f"{sum(score.false for score in scores)} of {twins}",
        "accused": f"{sum(score.accused for score in scores)} of {twins}",
    }


def _within(ranks: Sequence[int | None], best: int) -> str:
    return f"{sum(rank is not None and rank <= best for rank in ranks)} of {len(ranks)}"


def _plants(trials: Sequence[Trial], vocabulary: Vocabulary, draw: int) -> Iterator[dict[str, Any]]:
    for one in sorted(trials, key=lambda one: (one.cue, one.row, one.text_map)):
        if one.cue == NO_CUE:
            continue
        yield {
            "draw": draw,
            "class": vocabulary.names[one.row],
            "cue": CUES[one.cue].name,
            "with": one.accuracy_with,
            "without": one.accuracy_without,
            "map": one.text_map,
            "rank": one.rank,
            "concept": None if one.found is None else vocabulary.concepts[one.found.concept_id],
            "verdict": one.verdict,
            "first": None if one.top is None else vocabulary.concepts[one.top],
        }
