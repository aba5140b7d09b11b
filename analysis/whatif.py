"""What if a unit had been otherwise? One image's decision once units are set to other values.

Setting latent i from a_i to a'_i moves the feature by (a'_i - a_i)·d_i, with d_i the decoder's
direction in the classifier's own units; setting neuron j to v makes its value v above its mean
over the audit's images, whatever the latents did to it. All else stays, the part that the
autoencoder does not explain included, and no latent is read anew. So the logits f'·W + b are exact
without another pass through the classifier; that an image with such a feature exists is not said.

Numpy alone: the desk asks this at every move of a slider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from analysis.concepts import NEIGHBOURS, best_columns, largest
from analysis.explain.grounds import UnitKind
from analysis.shortcuts.inputs import Head
from sae.autoencoder import SparseAutoencoder

KINDS: tuple[UnitKind, ...] = ("latent", "neuron")
DRAWS = 64
"""Random changes that a change is held against."""
SAMPLE = 512
"""Images by which a concept's hubness is bounded from below before it is measured."""
_BLOCK = 8192  # images whose features are held at once


@dataclass(frozen=True)
class Edit:
    """A unit set to a value."""

    kind: UnitKind
    number: int
    value: float
    """A latent's activation; of a neuron how far it is from its mean. 0 is off."""


@dataclass(frozen=True)
class Subject:
    """One image, as the classifier holds it."""

    feature: Float[np.ndarray, " features"]
    mean: Float[np.ndarray, " features"]
    """Over the audit's images."""
    head: Head
    autoencoder: SparseAutoencoder | None
    """None where there are only neurons to change."""

    @cached_property
    def latents(self) -> Float[np.ndarray, " latents"]:
        """Activations on the image; none without an autoencoder."""
        if self.autoencoder is None:
            return np.empty(0, np.float32)
        return self.autoencoder.encode(self.feature[None])[0]

    def activations(self, kind: UnitKind) -> Float[np.ndarray, " units"]:
        """Of all units of a kind; of neurons less their means, of either sign."""
        return self.latents if kind == "latent" else self.feature - self.mean

    def moved_by(
        self, kind: UnitKind, numbers: Int[np.ndarray, " some"], far: Float[np.ndarray, "rows some"]
    ) -> Float[np.ndarray, "rows features"]:
        """What is added to the feature when units change so far."""
        if kind == "latent":
            return far @ self.directions(kind, numbers)
        added = np.zeros((len(far), len(self.feature)), np.float32)
        added[:, numbers] = far
        return added

    def directions(
        self, kind: UnitKind, numbers: Int[np.ndarray, " some"]
    ) -> Float[np.ndarray, "some features"]:
        """What one unit of activation of each adds to the feature; only the rows asked for."""
        if kind == "neuron":
            return np.eye(len(self.feature), dtype=np.float32)[numbers]
        assert self.autoencoder is not None
        return self.autoencoder.decoder_weight[numbers] * np.float32(
            self.autoencoder.centring.scale
        )

    def contributions(
        self, kind: UnitKind, numbers: Int[np.ndarray, " some"], class_id: int
    ) -> Float[np.ndarray, " some"]:
        """What units add to the logit of a class, against the mean of all classes' logits."""
        return self.activations(kind)[numbers] * self.pushes(kind, numbers, class_id)

    def pushes(
        self, kind: UnitKind, numbers: Int[np.ndarray, " some"], class_id: int
    ) -> Float[np.ndarray, " some"]:
        """What one unit of activation of each adds to it."""
        towards = self.head.centred[class_id]
        if kind == "neuron":
            return towards[numbers]
        return self.directions(kind, numbers) @ towards

    def strongest(self, kind: UnitKind, class_id: int, count: int) -> Int[np.ndarray, " some"]:
        """The active units that contribute most to a class's logit, for it or against it."""
        active = np.flatnonzero(self.activations(kind))
        parts = np.abs(self.contributions(kind, active, class_id))
        return active[np.argsort(-parts, kind="stable")[:count]]

    def edited(self, edits: Sequence[Edit]) -> Float[np.ndarray, " features"]:
        """The feature with units set to other values; of two edits of one unit the last holds."""
        values = {(edit.kind, edit.number): edit.value for edit in edits}
        feature = self.feature.copy()
        latents = np.array([n for kind, n in values if kind == "latent"], int)
        if len(latents):
            wanted = np.array([values["latent", n] for n in latents.tolist()], np.float32)
            feature += self.moved_by("latent", latents, (wanted - self.latents[latents])[None])[0]
        for kind, number in values:
            if kind == "neuron":
                feature[number] = self.mean[number] + np.float32(values[kind, number])
        return feature

    def others(self, kind: UnitKind, edits: Sequence[Edit]) -> Int[np.ndarray, " others"]:
        """The active units of a kind that no edit is about."""
        active = np.flatnonzero(self.activations(kind))
        return active[~np.isin(active, [edit.number for edit in edits if edit.kind == kind])]

    def can_match(self, edits: Sequence[Edit]) -> bool:
        """Whether the others hold as much activation as the edits take away, kind by kind."""
        for kind in KINDS:
            held = self.activations(kind)
            removed, _ = _shares(held, [edit for edit in edits if edit.kind == kind])
            if removed.sum() > np.abs(held[self.others(kind, edits)]).sum():
                return False
        return True

    def random(self, edits: Sequence[Edit], *, seed: int) -> Float[np.ndarray, "draws features"]:
        """Features after as large a change of other units, drawn at random.

        As much activation as the edits take away is taken from active units of the same kind that
        were not edited, one after another, of the last only what is missing (less where there is
        not as much); each activation that the edits add is added to one of them.
        """
        rng = np.random.default_rng(seed)
        features = np.repeat(self.feature[None], DRAWS, axis=0)
        for kind in KINDS:
            chosen = [edit for edit in edits if edit.kind == kind]
            others = self.others(kind, edits)
            if chosen and len(others):
                held = self.activations(kind)
                moved = _moved(*_shares(held, chosen), held[others], rng)
                features += self.moved_by(kind, others, moved)
        return features


@dataclass(frozen=True)
class Audited:
    """What all images of an audit share; features may be memory-mapped."""

    features: Float[np.ndarray, "images features"]
    mean: Float[np.ndarray, " features"]
    head: Head
    autoencoder: SparseAutoencoder | None

    @classmethod
    def of(
        cls, features: Float[np.ndarray, "images features"], head: Head, directory: Path | None
    ) -> "Audited":
        """Measure the mean and read the autoencoder in ``directory``, where there is one that can
        be read and fits the features."""
        sums = [features[rows].sum(axis=0, dtype=np.float64) for rows in _slices(len(features))]
        mean = (np.sum(sums, axis=0) / len(features)).astype(np.float32)
        read = None if directory is None else _autoencoder(directory)
        fits = read is not None and len(read.decoder_bias) == features.shape[1]
        return cls(features, mean, head, read if fits else None)

    def subject(self, image: int) -> Subject:
        """One of its images."""
        feature = np.array(self.features[image], np.float32)
        return Subject(feature, self.mean, self.head, self.autoencoder)


def _autoencoder(directory: Path) -> SparseAutoencoder | None:
    try:
        return SparseAutoencoder.from_directory(directory)
    except (OSError, ValueError, KeyError):
        return None


def _shares(
    held: np.ndarray, edits: Sequence[Edit]
) -> tuple[Float[np.ndarray, " edits"], Float[np.ndarray, " edits"]]:
    """How much activation each edit takes away, and how much it adds; neither is below 0."""
    before = np.array([held[edit.number] for edit in edits], np.float64)
    towards = np.array([edit.value for edit in edits], np.float64) - before
    removed = np.clip(-np.where(before < 0, -1, 1) * towards, 0, np.abs(before))
    return removed, np.abs(towards) - removed


def _moved(
    removed: np.ndarray, added: np.ndarray, others: np.ndarray, rng: np.random.Generator
) -> Float[np.ndarray, "draws others"]:
    """How far each of the other units moves in each draw; ``others`` are their activations."""
    order = rng.random((DRAWS, len(others))).argsort(axis=1)
    mass = np.abs(others)[order]
    spent = np.cumsum(mass, axis=1) - mass
    less = np.empty_like(mass)
    np.put_along_axis(less, order, np.clip(removed.sum() - spent, 0, mass), axis=1)
    more = np.zeros_like(mass)
    for place, amount in enumerate(added[added > 0]):
        # In the order drawn, from its other end: what is raised is not what was masked first
        more[np.arange(DRAWS), order[:, -1 - place % len(others)]] += amount
    return (np.where(others < 0, -1, 1) * (more - less)).astype(np.float32)


class Words:
    """The vocabulary, ranked for a feature as the store ranks the concepts of its images.

    That is by the cosine of the centred feature with û(u), less half of the concept's hubness: its
    mean cosine with the ``NEIGHBOURS`` images nearest to it (see ``analysis.concepts``). Hubness
    is known from the store for concepts that it names for some image. Of the others it is
    measured, over all images, as soon as one could be among the best: a lower bound of the
    hubness, from some images, tells which could.

    Args:
        directions: û(u), may be memory-mapped.
        features: of the audit's images, as the classifier gives them; may be memory-mapped.
        hubness: NaN where it is not known.
    """

    def __init__(
        self,
        directions: Float[np.ndarray, "concepts features"],
        features: Float[np.ndarray, "images features"],
        mean: Float[np.ndarray, " features"],
        hubness: Float[np.ndarray, " concepts"],
    ) -> None:
        self._directions, self._features, self._mean = directions, features, mean
        self._lengths = _lengths(directions).astype(np.float32)
        self._hubness = np.array(hubness, np.float64)
        self._known = ~np.isnan(self._hubness)
        unknown = np.flatnonzero(~self._known)
        if len(unknown):
            some = np.linspace(0, len(features) - 1, min(SAMPLE, len(features))).astype(int)
            sample = np.asarray(features[some])
            cosines = self._cosines(unknown, sample, _lengths(sample - mean))
            self._hubness[unknown] = largest(cosines, NEIGHBOURS).mean(axis=0)

    def best(
        self, feature: Float[np.ndarray, " features"], count: int
    ) -> tuple[Int[np.ndarray, " best"], Float[np.ndarray, " best"]]:
        """Concepts by their numbers, best first, and their corrected cosines."""
        moved = np.asarray(feature, np.float32) - self._mean
        length = float(np.linalg.norm(moved)) or 1.0
        scores = np.asarray(self._directions @ moved, np.float64) / (self._lengths * length)
        while True:
            corrected = scores - self._hubness / 2
            chosen = best_columns(corrected[None], count)[0]
            bounded = chosen[~self._known[chosen]]
            if not len(bounded):
                return chosen, corrected[chosen]
            self._measure(bounded)

    def _measure(self, concepts: Int[np.ndarray, " some"]) -> None:
        nearest = [
            largest(self._cosines(concepts, self._features[rows], self._reach[rows]), NEIGHBOURS)
            for rows in _slices(len(self._features))
        ]
        self._hubness[concepts] = largest(np.concatenate(nearest), NEIGHBOURS).mean(axis=0)
        self._known[concepts] = True

    @cached_property
    def _reach(self) -> Float[np.ndarray, " images"]:
        """How far each feature lies from the mean."""
        blocks = (self._features[rows] - self._mean for rows in _slices(len(self._features)))
        return np.concatenate([_lengths(block) for block in blocks])

    def _cosines(
        self, concepts: np.ndarray, features: np.ndarray, reach: np.ndarray
    ) -> Float[np.ndarray, "some concepts"]:
        """Of the centred features with û(u): centred after the product, which saves a copy."""
        towards = (self._directions[concepts] / self._lengths[concepts, None]).T
        return (features @ towards - self._mean @ towards) / reach[:, None]


def _slices(count: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, count, _BLOCK)]


def _lengths(rows: np.ndarray) -> np.ndarray:
    """Lengths of rows; 1 for a row of zeros, whose cosine with anything is then 0."""
    found = np.concatenate([np.linalg.norm(rows[some], axis=1) for some in _slices(len(rows))])
    return np.where(found > 0, found, 1)
