"""Would this audit have found it? Cues planted, the head refitted, the very same search run."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from analysis.canary.cues import CUES
from analysis.canary.planting import CORRELATIONS, NO_CUE, Plan
from analysis.canary.refit import refit
from analysis.canary.words import Vocabulary
from analysis.progress import Progress
from analysis.shortcuts.inputs import Head, Seen
from analysis.shortcuts.survey import Found, survey
from analysis.textmap.base import FittedTextMap, TextMapEstimator
from analysis.textmap.choose import auto
from analysis.textmap.held_out import DEFAULT_FOLDS, CrossFit, Fold, cross_fit
from sae.autoencoder import SparseAutoencoder
from sae.backend_saelens import train
from sae.config import SaeConfig

OWN, BACKBONE = "own", "backbone"
"""A text map fitted on the refitted head, and the one of the audited model's own head."""
MISSED = "missed"
"""The verdict on a planted cue that is not among the class's unexpected concepts."""
RELIED_ON = 0.1
"""Least loss of accuracy by withholding a cue for the head to count as relying on it."""


@dataclass(frozen=True)
class Planted:
    """The chosen images' features, as they are and altered."""

    plan: Plan
    clean: Float[np.ndarray, "images features"]
    altered: Float[np.ndarray, "altered features"]
    """In the order of ``plan.wanted()``."""

    def features(self, carried: Int[np.ndarray, " images"]) -> Float[np.ndarray, "images features"]:
        """Of the images with the cues that they carry."""
        rows, cues = self.plan.wanted().T
        taken = carried[rows] == cues
        features = self.clean.copy()
        features[rows[taken]] = self.altered[taken]
        return features


@dataclass(frozen=True)
class Trial:
    """A planted class, or a clean twin, searched by one text map at one correlation."""

    correlation: float
    text_map: str
    row: int
    """Of the class among those chosen."""
    cue: int
    """``NO_CUE`` for a clean twin."""
    found: Found | None
    """The cue's finding; of a clean twin its supported or else its strongest unexpected one."""
    top: int | None
    """The first unexpected concept."""
    accuracy_with: float | None
    """Of the class's held-out images, all with the cue; None for a clean twin …"""
    accuracy_without: float | None
    """… and all without."""
    by_chance: tuple[float, float]
    """Share of the other cues whose words would have been found at rank 1, and at 5 or better."""

    @property
    def rank(self) -> int | None:
        """Of the cue among unexpected concepts."""
        return self.found.rank if self.found is not None and self.cue != NO_CUE else None

    @property
    def verdict(self) -> str:
        """Of what was found."""
        return MISSED if self.found is None else self.found.verdict

    @property
    def relied_on(self) -> bool:
        """Whether withholding the cue costs accuracy: what is not used is no shortcut."""
        if self.accuracy_with is None or self.accuracy_without is None:
            return False
        return self.accuracy_with - self.accuracy_without >= RELIED_ON


def run_trials(
    planted: Planted,
    vocabulary: Vocabulary,
    backbone: CrossFit,
    *,
    correlations: Sequence[float] = CORRELATIONS,
    seed: int,
    device: str,
    progress: Progress,
) -> Iterator[Trial]:
    """Every class at every correlation by both text maps.

    Args:
        backbone: the map of the audited head, each chosen class in the fold that never saw it.
    """
    for correlation in correlations:
        audited = audit_refitted(planted, correlation, seed=seed, device=device, progress=progress)
        estimator = own_estimator(vocabulary, audited.head, seed=seed)
        own = cross_fit(estimator, vocabulary.prompt_embeddings, audited.head.weight, seed=seed)
        maps = {OWN: own, BACKBONE: backbone}
        yield from search(planted, vocabulary, audited, maps, seed=seed, progress=progress)


@dataclass(frozen=True)
class Refitted:
    """A head refitted on planted images, and what an audit of it sees."""

    correlation: float
    head: Head
    seen: Seen


def audit_refitted(
    planted: Planted, correlation: float, *, seed: int, device: str, progress: Progress
) -> Refitted:
    """Refit the head on images that are not held out; train the latents on all."""
    plan = planted.plan
    features = planted.features(plan.carried(correlation))
    kept = ~plan.held_out
    with progress.task(f"Refitting the head at {correlation:.0%}", None):
        head = refit(features[kept], plan.labels[kept])
    latents = _latents(features, correlation, seed=seed, device=device, progress=progress)
    return Refitted(correlation, head, Seen(features, plan.labels, latents))


def own_estimator(vocabulary: Vocabulary, head: Head, *, seed: int) -> TextMapEstimator:
    """What held-out classes of the refitted head favour."""
    return auto(vocabulary.prompt_embeddings, head.weight, seed=seed).estimator


def as_never_seen(fit: CrossFit, classes: Int[np.ndarray, " classes"]) -> CrossFit:
    """A map's folds for some of its classes, numbered by their row."""
    rows = ((fold, np.flatnonzero(np.isin(classes, fold.held_out))) for fold in fit.folds)
    kept = (Fold(held_out, fold.center, fold.text_map) for fold, held_out in rows if len(held_out))
    return CrossFit(fit.estimator, tuple(kept))


def never_seen(estimator: str, text_map: FittedTextMap, classes: int) -> CrossFit:
    """A map that was fitted on other classes, as folds over these."""
    dealt = np.array_split(np.arange(classes), DEFAULT_FOLDS)
    nowhere = np.zeros(0, np.float32)
    return CrossFit(estimator, tuple(Fold(part, nowhere, text_map) for part in dealt))


def search(
    planted: Planted,
    vocabulary: Vocabulary,
    audited: Refitted,
    maps: Mapping[str, CrossFit],
    *,
    seed: int,
    progress: Progress,
) -> Iterator[Trial]:
    """The trials of one refitted head."""
    classes, texts = len(planted.plan.classes), vocabulary.texts
    accuracies = [_accuracies(planted, audited.head, row) for row in range(classes)]
    title = f"Searching at {audited.correlation:.0%}"
    with progress.task(title, len(maps) * classes) as advance:
        for name, fit in maps.items():
            found = survey(fit, texts, audited.head, audited.seen, seed=seed, progress=advance)
            of_class = _by_class(found.findings, classes)
            for row, findings in enumerate(of_class):
                yield _trial(planted, vocabulary, audited, name, row, findings, accuracies[row])


def _trial(
    planted: Planted,
    vocabulary: Vocabulary,
    audited: Refitted,
    text_map: str,
    row: int,
    findings: Sequence[Found],
    accuracies: tuple[float, float] | tuple[None, None],
) -> Trial:
    cue = int(planted.plan.cues[row])
    found = _strongest(findings)
    if cue != NO_CUE:
        found = first_named(findings, vocabulary.accepted(cue))
    top = next((one.concept_id for one in findings if one.rank == 1), None)
    return Trial(
        correlation=audited.correlation,
        text_map=text_map,
        row=row,
        cue=cue,
        found=found,
        top=top,
        accuracy_with=accuracies[0],
        accuracy_without=accuracies[1],
        by_chance=_by_chance(findings, vocabulary, cue),
    )


def first_named(findings: Sequence[Found], accepted: Sequence[int]) -> Found | None:
    """The best unexpected finding of a class that is one of the accepted concepts, or with which
    one of them was merged because it says the same."""
    leaders = {one.concept_id: one for one in findings if one.rank is not None}
    named = [
        leaders[one.concept_id if one.duplicate_of is None else one.duplicate_of]
        for one in findings
        if one.concept_id in accepted and not one.name_implied
    ]
    return min(named, key=lambda one: one.rank or 0, default=None)


def _strongest(findings: Sequence[Found]) -> Found | None:
    """The unexpected finding that accuses a class most."""
    unexpected = [one for one in findings if one.rank is not None]
    return min(unexpected, key=lambda one: (one.verdict != "supported", one.q), default=None)


def _by_chance(findings: Sequence[Found], vocabulary: Vocabulary, cue: int) -> tuple[float, float]:
    """How often words of cues that this class does not have come as high."""
    others = [number for number in range(len(CUES)) if number != cue]
    named = [first_named(findings, vocabulary.accepted(number)) for number in others]
    ranks = np.array([np.inf if one is None else one.rank for one in named])
    return float((ranks <= 1).mean()), float((ranks <= 5).mean())


def _by_class(findings: Sequence[Found], classes: int) -> list[list[Found]]:
    parts: list[list[Found]] = [[] for _ in range(classes)]
    for found in findings:
        parts[found.class_id].append(found)
    return parts


def _accuracies(planted: Planted, head: Head, row: int) -> tuple[float, float] | tuple[None, None]:
    """Of a class's held-out images with its cue and without; None for a clean twin."""
    plan = planted.plan
    if plan.cues[row] == NO_CUE:
        return None, None
    rows, _ = plan.wanted().T
    of_class = (plan.labels == row) & plan.held_out
    parts = planted.altered[of_class[rows]], planted.clean[of_class]
    shown, withheld = (float((head.logits(f).argmax(axis=1) == row).mean()) for f in parts)
    return shown, withheld


def _latents(
    features: np.ndarray, correlation: float, *, seed: int, device: str, progress: Progress
) -> SparseAutoencoder:
    """A small autoencoder on the altered features, its files thrown away."""
    config = SaeConfig.default(*features.shape, seed=seed)
    title = f"Training latents at {correlation:.0%}"
    with (
        tempfile.TemporaryDirectory() as directory,
        progress.task(title, config.steps) as advance,
    ):
        return train(
            features,
            config,
            directory=Path(directory) / "sae",
            device=device,
            progress=lambda *_: advance(1),
        ).autoencoder
