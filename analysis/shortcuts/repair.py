"""Editing the head against a shortcut, and what each edit does to pictures it was not made on.

Only the row w_c and the intercept b_c of the finding's class change; everything else the
classifier computes stays as it was. With f a feature and m the mean feature of the class:

- ``project``  the part of w_c along û(u), the concept's direction by a text map that never saw the
  class, is taken out;
- ``mask``     the part of w_c in the span of the decoder directions of the latents that are named
  so is taken out;
- ``both``     the part in the span of all of these;
- ``refit``    w_c and b_c are fitted again as a logistic regression against the unchanged other
  logits, on images weighted so that those with and without the concept count alike (after deep
  feature reweighting, Kirichenko et al. 2023), drawn towards the old row.

Where a part r of w_c is taken out, b_c grows by r·m: the class keeps its mean logit on its own
images, as if the concept were shown to the same average degree everywhere. Without that an edit
only makes the class rarer. ``glowworm bench repair`` measures it, as it does the floors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from analysis.shortcuts.inputs import Head
from analysis.shortcuts.lines import FEWEST

METHODS = ("both", "mask", "project", "refit")
"""In the order in which they close the gap on the reef; where a person's images cannot tell the
better one, the first of them is taken."""
LARGEST_LOSS = 0.01
"""Of the accuracy over all classes, that an edit may cost."""
PENALTY = 5.0
"""How strongly a refitted row is held to the old one: against the weighted images' loss, half its
square distance times this times the features' mean variance. With few images it hardly moves."""
WORST = 5
"""Classes listed that lose most."""


@dataclass(frozen=True)
class Fault:
    """What is to be taken out of which class."""

    class_id: int
    direction: Float[np.ndarray, " features"]
    """û(u), of any length."""
    latents: Float[np.ndarray, "latents features"]
    """Decoder directions of the latents named so; none where there are none."""


@dataclass(frozen=True)
class Pictures:
    """Labelled images: features, class, and whether each shows the concept."""

    features: Float[np.ndarray, "images features"]
    labels: Int[np.ndarray, " images"]
    shows: Bool[np.ndarray, " images"]

    def only(self, rows: Int[np.ndarray, " some"]) -> "Pictures":
        """Some of them."""
        return Pictures(self.features[rows], self.labels[rows], self.shows[rows])


@dataclass(frozen=True)
class Accuracies:
    """Shares of images that a head gets right."""

    right: Bool[np.ndarray, " images"]
    pictures: Pictures
    class_id: int

    @property
    def overall(self) -> float:
        """Over all labelled images."""
        return float(self.right.mean())

    @cached_property
    def shown(self) -> float | None:
        """Over the class's images that show the concept; None without any."""
        return _share(self.right[self._own & self.pictures.shows])

    @cached_property
    def withheld(self) -> float | None:
        """Over the class's images that do not show it; None without any."""
        return _share(self.right[self._own & ~self.pictures.shows])

    @property
    def counts(self) -> tuple[int, int]:
        """Images of the class with and without the concept."""
        shows = self.pictures.shows
        return int((self._own & shows).sum()), int((self._own & ~shows).sum())

    @property
    def _own(self) -> np.ndarray:
        return np.asarray(self.pictures.labels == self.class_id)


@dataclass(frozen=True)
class Trial:
    """One edited head, measured on images that no edit was fitted on."""

    method: str
    head: Head
    before: Accuracies
    after: Accuracies

    @property
    def loss(self) -> float:
        """Accuracy lost over all classes."""
        return self.before.overall - self.after.overall

    @property
    def gap_closed(self) -> float | None:
        """See ``gap_closed``; None where fewer than ``FEWEST`` images are on either side."""
        if min(self.before.counts) < FEWEST:
            return None
        return gap_closed(
            (self.before.shown, self.before.withheld), (self.after.shown, self.after.withheld)
        )

    def worst(self) -> list[dict[str, Any]]:
        """The classes that lose most accuracy, worst first: class id, before, after, n."""
        labels = self.before.pictures.labels
        found = []
        for class_id in np.unique(labels).tolist():
            of = labels == class_id
            before, after = (float(one.right[of].mean()) for one in (self.before, self.after))
            found.append({"class": class_id, "before": before, "after": after, "n": int(of.sum())})
        losing = [row for row in found if row["after"] < row["before"]]
        return sorted(losing, key=lambda row: row["after"] - row["before"])[:WORST]


def gap_closed(
    before: tuple[float | None, float | None], after: tuple[float | None, float | None]
) -> float | None:
    """Share of the gap between accuracy with and without the concept that an edit closes.

    What accuracy without the concept gains, at most what the gap shrinks by, over the gap: an edit
    that only spoils the images with the concept closes nothing. None where there is no gap.
    """
    if None in (*before, *after):
        return None
    (shown, withheld), (shown_after, withheld_after) = before, after
    assert shown is not None and withheld is not None
    assert shown_after is not None and withheld_after is not None
    gap = shown - withheld
    if gap <= 0:
        return None
    return min(withheld_after - withheld, gap - (shown_after - withheld_after)) / gap


def split_pictures(
    pictures: Pictures, *, seed: int
) -> tuple[Int[np.ndarray, " fitting"], Int[np.ndarray, " measuring"]]:
    """Rows that edits may be fitted on, and rows that accuracy is measured on.

    Half of the images of each class that show the concept, and half of those that do not; the odd
    one is measured on.
    """
    order = np.random.default_rng(seed).permutation(len(pictures.labels))
    strata = 2 * pictures.labels[order] + pictures.shows[order]
    fitting = []
    for stratum in np.unique(strata):
        rows = order[strata == stratum]
        fitting.append(rows[: len(rows) // 2])
    first = np.sort(np.concatenate(fitting))
    return first, np.setdiff1d(np.arange(len(order)), first)


def shows_concept(
    fault: Fault,
    activations: Float[np.ndarray, "images latents"],
    features: Float[np.ndarray, "images features"],
    labels: Int[np.ndarray, " images"],
) -> Bool[np.ndarray, " images"]:
    """Which images show the concept, as the classifier sees it.

    Those on which a named latent is active (``activations`` are theirs); without named latents
    those whose part along û lies above the median of their class.
    """
    if len(fault.latents):
        return np.asarray((activations > 0).any(axis=1))
    score = features @ fault.direction
    shows = np.zeros(len(labels), bool)
    for class_id in np.unique(labels):
        of = labels == class_id
        shows[of] = score[of] > np.median(score[of])
    return shows


def trials(head: Head, fault: Fault, fitting: Pictures, measuring: Pictures) -> list[Trial]:
    """Every edit that can be made, each measured before and after, in the order of ``METHODS``."""
    before = accuracies(head, measuring, fault.class_id)
    return [
        Trial(method, edited, before, accuracies(edited, measuring, fault.class_id))
        for method, edited in edits(head, fault, fitting)
    ]


def choose(tried: Sequence[Trial]) -> Trial | None:
    """The edit to export: of those that cost at most ``LARGEST_LOSS`` the one that closes most of
    the gap; the first, where there are too few images to see the gap; None where no edit is left
    or none closes anything.
    """
    cheap = [trial for trial in tried if trial.loss <= LARGEST_LOSS]
    if not cheap or min(cheap[0].before.counts) < FEWEST:
        return cheap[0] if cheap else None
    closing = {trial.method: trial.gap_closed or 0.0 for trial in cheap}
    best = max(cheap, key=lambda trial: closing[trial.method])
    return best if closing[best.method] > 0 else None


def accuracies(head: Head, pictures: Pictures, class_id: int) -> Accuracies:
    """What a head gets right."""
    right = head.logits(pictures.features).argmax(axis=1) == pictures.labels
    return Accuracies(right, pictures, class_id)


def edits(head: Head, fault: Fault, fitting: Pictures) -> Iterator[tuple[str, Head]]:
    """Name and head of each edit that can be made from these images of which some show the class.

    ``mask`` and ``both`` need named latents, ``refit`` images of the class with and without the
    concept.
    """
    own = fitting.features[fitting.labels == fault.class_id]
    if not len(own):
        return
    direction = fault.direction[None]
    if len(fault.latents):
        together = np.concatenate([fault.latents, direction])
        yield "both", without_span(head, fault.class_id, together, own)
        yield "mask", without_span(head, fault.class_id, fault.latents, own)
    yield "project", without_span(head, fault.class_id, direction, own)
    of = fitting.shows[fitting.labels == fault.class_id]
    if of.any() and not of.all():
        yield "refit", refit(head, fault.class_id, fitting)


def without_span(
    head: Head,
    class_id: int,
    directions: Float[np.ndarray, "directions features"],
    own: Float[np.ndarray, "own features"],
) -> Head:
    """The part of w_c, centred over the classes, in the span of ``directions`` is taken out; the
    class's mean logit over ``own`` stays.
    """
    row = head.centred[class_id].astype(np.float64)
    removed = _in_span(row, directions)
    weight, bias = head.weight.astype(np.float64), head.bias.astype(np.float64)
    weight[class_id] -= removed
    bias[class_id] += float(own.mean(axis=0, dtype=np.float64) @ removed)
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def refit(head: Head, class_id: int, fitting: Pictures) -> Head:
    """w_c and b_c fitted again on images weighted so that both halves of the class, and both
    halves of all others, count alike; drawn towards the old row (``PENALTY``).

    The other classes' logits are constants, so that this is logistic regression with an offset:
    p(c | f) = σ(f·w_c + b_c - log Σ_{j≠c} exp(f·w_j + b_j)).
    """
    features = fitting.features.astype(np.float64)
    centre = features.mean(axis=0)
    centred = features - centre
    is_class = (fitting.labels == class_id).astype(np.float64)
    others = np.delete(head.logits(fitting.features), class_id, axis=1).astype(np.float64)
    offset = logsumexp(others, axis=1)
    weights = balanced_weights(fitting, class_id)
    old = head.weight[class_id].astype(np.float64)
    pull = PENALTY * centred.var(axis=0).mean()

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        row, intercept = parameters[:-1], parameters[-1]
        margin = centred @ row + intercept - offset
        surprise = np.logaddexp(0, np.where(is_class > 0, -margin, margin))
        slope = weights * (expit(margin) - is_class)
        moved = row - old
        value = float(weights @ surprise + pull / 2 * moved @ moved)
        return value, np.append(centred.T @ slope + pull * moved, slope.sum())

    start = np.append(old, float(head.bias[class_id]) + float(old @ centre))
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    weight, bias = head.weight.copy(), head.bias.copy()
    weight[class_id] = found[:-1]
    bias[class_id] = found[-1] - found[:-1] @ centre
    return Head(weight, bias)


def balanced_weights(pictures: Pictures, class_id: int) -> Float[np.ndarray, " images"]:
    """Weights with which images of the class (and of all others) count half with the concept and
    half without; their sums over the class and over the others are the numbers of images.
    """
    weights = np.ones(len(pictures.labels))
    for side in (pictures.labels == class_id, pictures.labels != class_id):
        halves = [half for half in (side & pictures.shows, side & ~pictures.shows) if half.any()]
        for half in halves:
            weights[half] = side.sum() / len(halves) / half.sum()
    return weights


def _in_span(row: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """The part of a vector in the span of some rows, which may depend on one another."""
    _, lengths, axes = np.linalg.svd(directions.astype(np.float64), full_matrices=False)
    axes = axes[lengths > lengths.max(initial=0) * 1e-6]
    return axes.T @ (axes @ row)


def _share(right: np.ndarray) -> float | None:
    return float(right.mean()) if len(right) else None
