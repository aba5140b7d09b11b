"""Do repairs hold? The head edited from an audit's own pictures, judged on fresh ones.

What ``glowworm repair`` does for a finding is done for every planted pair of audited reefs: latents
named so, the concept's direction by a map that never saw the class, images divided, edits fitted
on one half and chosen on the other. Then fresh pictures are rendered with the cue shown and
withheld, and fresh ones of all classes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.figures import Figures, Interval
from analysis.bench.intervals import bootstrap
from analysis.bench.reefs import AuditedReef
from analysis.bench.rendered import Request, kept_features
from analysis.classifier.load import load_classifier
from analysis.pipeline.stages.repair import RepairCase, repair_case
from analysis.progress import Progress
from analysis.reef.folder import image_seed
from analysis.reef.prepared import IMAGE_SEED
from analysis.reef.truth import class_names
from analysis.reef.world import WorldConfig, sample_attributes
from analysis.shortcuts.inputs import Head
from analysis.shortcuts.repair import (
    METHODS,
    choose,
    gap_closed,
    split_pictures,
    trials,
    without_span,
)
from db.queries.findings import finding
from db.queries.overview import sae
from db.queries.repairs import finding_called
from db.reader import AuditReader
from sae.autoencoder import SparseAutoencoder

FRESH_PER_CLASS, PER_CUE = 10, 60
FRESH_SEED, CUE_SEED = IMAGE_SEED + 8, IMAGE_SEED + 9
SEED = 0
HALF = 0.5
"""Of the gap, that a repair is to close."""
CHOSEN = "chosen by glowworm repair"
FLOORS = ("random direction", "random latents", "intercept alone")


@dataclass(frozen=True)
class Fresh:
    """Fresh pictures of a world as its classifier's features."""

    world: WorldConfig
    features: Float[np.ndarray, "fresh features"]
    labels: Int[np.ndarray, " fresh"]
    concepts: tuple[tuple[str, ...], ...]
    cued: Float[np.ndarray, "shown pairs pictures features"]  # the cue shown, then withheld


@dataclass(frozen=True)
class Judged:
    """One head on fresh pictures."""

    shown: float
    withheld: float
    overall: float
    drawn: float
    """Share of other classes' pictures that show the cue and are taken for the class."""


@dataclass(frozen=True)
class Edited:
    """One edit against one planted pair, before and after."""

    reef: str
    pair: tuple[str, str]
    method: str
    before: Judged
    after: Judged

    @property
    def gap(self) -> float:
        """Accuracy with the cue less accuracy without."""
        return self.before.shown - self.before.withheld

    @property
    def closed(self) -> float:
        """Share of the gap that is closed; 0 where there is none."""
        before, after = self.before, self.after
        return gap_closed((before.shown, before.withheld), (after.shown, after.withheld)) or 0.0

    @property
    def lost(self) -> float:
        """Accuracy lost over all classes, in points."""
        return round(100 * (self.before.overall - self.after.overall), 6)


def bench_repair(reefs: Iterable[AuditedReef], *, progress: Progress) -> list[Figures]:
    """Tables of edits and floors, the first reef apart from the others, and of the first reef's
    pairs one by one.
    """
    edited = [one for reef in reefs for one in _of_reef(reef, progress)]
    first = edited[0].reef
    groups = {first: [one for one in edited if one.reef == first]}
    if others := [one for one in edited if one.reef != first]:
        groups["the others"] = others
    settings = {
        "edits made from": "half of the audit's own pictures, chosen on the other half",
        "judged on": f"{PER_CUE} fresh pictures with and {PER_CUE} without each cue, "
        f"{FRESH_PER_CLASS} of each class",
        "brackets": "95 % bootstrap over the planted pairs",
    }
    return [
        Figures("Repairs of planted shortcuts", _COLUMNS, list(_rows(groups)), settings, _NOTES),
        Figures(f"Reef {first}, pair by pair", _PAIR_COLUMNS, list(_pair_rows(groups[first]))),
    ]


_COLUMNS = {
    "reefs": "reefs",
    "edit": "edit",
    "n": "pairs",
    "shown": "with cue",
    "withheld": "without",
    "closed": "gap closed, %",
    "half": f"pairs with {100 * HALF:.0f} % or more",
    "lost": "points lost over all classes",
    "most": "most",
    "drawn": "others with the cue taken for the class, %",
}
_PAIR_COLUMNS = {
    "class": "class",
    "cue": "cue",
    "edit": "edit",
    "shown": "with cue",
    "withheld": "without",
    "closed": "gap closed, %",
    "lost": "points lost",
    "drawn": "drawn, %",
}
_NOTES = [
    "Gap closed: what accuracy without the cue gains, at most what the gap shrinks by, over the "
    "gap. Where an edit cannot be made (no latents named so, or the pair is not found at all) the "
    "head stays as it was, and counts.",
    "Intercept alone: b_c raised by what the best edit gives the class's mean picture over the "
    "mean of all, w_c untouched. It shows that a gap can be closed by calling more pictures the "
    "class: see what it draws from the others.",
    "Random direction: drawn with the features' covariance. Random latents: as many living ones "
    "as are named so. Both with the intercept re-set as in the edits.",
]


def _of_reef(reef: AuditedReef, progress: Progress) -> Iterator[Edited]:
    """Every edit of every planted pair of one reef."""
    fresh = fresh_pictures(reef, progress)
    rng = np.random.default_rng(SEED)
    with AuditReader(reef.audit) as audit:
        head = Head(*(np.asarray(audit.array(name)) for name in ("class_embeddings", "bias")))
        for pair in reef.world.planted:
            case = _found(audit, pair)
            before = judge(fresh, head, pair)
            edited = {} if case is None else heads(audit, head, case, rng)
            for method in (CHOSEN, *METHODS, *FLOORS):
                after = judge(fresh, edited.get(method, head), pair)
                yield Edited(reef.name, pair, method, before, after)


def _found(audit: AuditReader, pair: tuple[str, str]) -> RepairCase | None:
    """What the audit knows of a planted pair; None where it is not among its findings."""
    number = finding_called(audit.engine, "/".join(pair))
    told = None if number is None else finding(audit.engine, number)
    return None if told is None else repair_case(audit, told)


def heads(
    audit: AuditReader, head: Head, case: RepairCase, rng: np.random.Generator
) -> dict[str, Head]:
    """Edited heads by name: the methods that can be made, the chosen one, the floors."""
    fault, pictures = case.fault, case.pictures
    fitting, measuring = split_pictures(pictures, seed=SEED)
    tried = trials(head, fault, pictures.only(fitting), pictures.only(measuring))
    best = choose(tried)
    own = pictures.features[fitting][pictures.labels[fitting] == fault.class_id]
    centred = pictures.features - pictures.features.mean(axis=0)
    direction = rng.standard_normal((1, len(centred))).astype(np.float32) @ centred
    latents = _living(audit, pictures.features)
    drawn = rng.choice(len(latents), max(1, len(fault.latents)), replace=False)
    floors = (
        without_span(head, fault.class_id, direction, own),
        without_span(head, fault.class_id, latents[drawn], own),
        _intercept_alone(head, tried[0].head, fault.class_id, own, pictures.features),
    )
    made = {one.method: one.head for one in tried} | dict(zip(FLOORS, floors, strict=True))
    return made if best is None else made | {CHOSEN: best.head}


def _living(audit: AuditReader, features: np.ndarray) -> Float[np.ndarray, "living features"]:
    """Decoder directions of the latents that are active on any picture."""
    row = sae(audit.engine)
    assert row is not None
    latents = SparseAutoencoder.from_directory(audit.directory / row.directory)
    counts = np.diff(latents.encode_sparse(features).tocsc().indptr)
    return latents.decoder_directions[counts > 0]


def _intercept_alone(
    head: Head, edited: Head, class_id: int, own: np.ndarray, everything: np.ndarray
) -> Head:
    """b_c raised by what the edit gives the class's mean picture over the mean of all."""
    removed = head.weight[class_id] - edited.weight[class_id]
    bias = head.bias.copy()
    bias[class_id] += (own.mean(axis=0) - everything.mean(axis=0)) @ removed
    return Head(head.weight, bias)


def judge(fresh: Fresh, head: Head, pair: tuple[str, str]) -> Judged:
    """A head on the fresh pictures of a reef."""
    name, cue = pair
    class_id, at = class_names().index(name), fresh.world.planted.index(pair)
    shown, withheld = (
        float((head.logits(pictures[at]).argmax(axis=1) == class_id).mean())
        for pictures in fresh.cued
    )
    decided = head.logits(fresh.features).argmax(axis=1)
    others = (fresh.labels != class_id) & np.array([cue in one for one in fresh.concepts])
    return Judged(
        shown,
        withheld,
        overall=float((decided == fresh.labels).mean()),
        drawn=float((decided[others] == class_id).mean()),
    )


def fresh_pictures(reef: AuditedReef, progress: Progress) -> Fresh:
    """Pictures that neither training nor audit has seen; their features are kept between runs."""
    classifier, names, world = load_classifier(reef.model), class_names(), reef.world
    plain: list[Request] = [
        (name, image_seed(FRESH_SEED, i), None) for name in names for i in range(FRESH_PER_CLASS)
    ]
    cued: list[Request] = [
        (name, image_seed(CUE_SEED, i), shown)
        for shown in (True, False)
        for name, _ in world.planted
        for i in range(PER_CUE)
    ]

    concepts = (sample_attributes(world, name, seed).concepts() for name, seed, _ in plain)
    return Fresh(
        world=world,
        features=kept_features(classifier, world, plain, progress),
        labels=np.repeat(np.arange(len(names)), FRESH_PER_CLASS),
        concepts=tuple(concepts),
        cued=kept_features(classifier, world, cued, progress).reshape(
            2, len(world.planted), PER_CUE, -1
        ),
    )


def _rows(groups: dict[str, list[Edited]]) -> Iterator[dict[str, Any]]:
    for reefs, edited in groups.items():
        for method in (CHOSEN, *METHODS, *FLOORS):
            of = [one for one in edited if one.method == method]
            yield {"reefs": reefs, "edit": method, "n": len(of), **_summary(of)}


def _summary(of: list[Edited]) -> dict[str, Any]:
    return {
        "shown": _arrow(of, "shown"),
        "withheld": _arrow(of, "withheld"),
        "closed": _mean_closed(of),
        "half": f"{sum(one.closed >= HALF for one in of)} of {len(of)}",
        "lost": round(float(np.mean([one.lost for one in of])), 3),
        "most": max(one.lost for one in of),
        "drawn": _arrow(of, "drawn", scale=100),
    }


def _mean_closed(of: list[Edited]) -> Interval:
    """Share of the pairs' gaps that is closed, over all pairs together, in percent."""
    gaps = np.array([one.gap for one in of])
    closed = gaps * np.array([one.closed for one in of])

    def percent(draws: np.ndarray) -> np.ndarray:
        whole = draws @ gaps
        return 100 * (draws @ closed) / np.where(whole > 0, whole, np.nan)

    return bootstrap(percent, len(of), seed=SEED)


def _pair_rows(edited: list[Edited]) -> Iterator[dict[str, Any]]:
    for one in edited:
        if one.method in (CHOSEN, "project"):
            yield {
                "class": one.pair[0],
                "cue": one.pair[1],
                "edit": one.method,
                "shown": _arrow([one], "shown"),
                "withheld": _arrow([one], "withheld"),
                "closed": 100 * one.closed,
                "lost": one.lost,
                "drawn": _arrow([one], "drawn", scale=100),
            }


def _arrow(of: list[Edited], field: str, *, scale: int = 1) -> str:
    """Means before and after."""
    before = scale * np.mean([getattr(one.before, field) for one in of])
    after = scale * np.mean([getattr(one.after, field) for one in of])
    digits = 1 if scale > 1 else 3
    return f"{before:.{digits}f} → {after:.{digits}f}"
