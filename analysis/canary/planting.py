"""Which classes get which cue, and which of their images carry it.

A planted class carries its cue on a given share of its images. On the images of all other classes
each cue lies now and then too, as a real one would: by chance, on no class more than on another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from analysis.canary.cues import CUES
from analysis.errors import InputError

CORRELATIONS = (0.8, 0.95, 1.0)
"""Shares of a planted class's images that carry its cue, tried one after another."""
ELSEWHERE = 0.05
"""Share of the other classes' images that carry each cue."""
LEAST_IMAGES = 12
"""Of a class; with fewer nothing can be planted and measured on images held out."""
MOST_IMAGES = 40
"""Of a class that are used."""
MOST_IN_ALL = 4000
LEAST_CLASSES = 12
"""With enough images; with fewer a refitted head has too few names to learn a text map from."""
PLANTS_PER_CUE = 3
LARGEST_SHARE = 0.25
"""Of the classes that are planted into; the others are the clean twins."""
HELD_OUT = 1 / 3
"""Share of each class's images on which accuracy is measured."""
NO_CUE = -1


@dataclass(frozen=True)
class Plan:
    """Classes and images that were chosen, and where the cues go."""

    classes: Int[np.ndarray, " classes"]
    """Their ids in the audit; a row's number is the class's in the refitted head."""
    cues: Int[np.ndarray, " classes"]
    """Numbers in ``CUES``; ``NO_CUE`` for the clean twins."""
    images: Int[np.ndarray, " images"]
    """Their rows in the audit, class by class, each class's in a random order."""
    labels: Int[np.ndarray, " images"]
    """Rows of ``classes``."""
    place: Int[np.ndarray, " images"]
    """Of the image within its class: the first ones get the cue."""
    held_out: Bool[np.ndarray, " images"]
    stray: Int[np.ndarray, " images"]
    """The cue that an image of a clean twin carries by chance."""

    @property
    def sizes(self) -> Int[np.ndarray, " classes"]:
        """Images of each class."""
        return np.bincount(self.labels, minlength=len(self.classes))

    @property
    def own(self) -> Int[np.ndarray, " images"]:
        """The cue of each image's class."""
        return self.cues[self.labels]

    def carried(self, correlation: float) -> Int[np.ndarray, " images"]:
        """The cue that each image carries, ``NO_CUE`` for none."""
        first = self.place < np.round(correlation * self.sizes)[self.labels]
        return np.where(self.own == NO_CUE, self.stray, np.where(first, self.own, NO_CUE))

    def wanted(self) -> Int[np.ndarray, "altered 2"]:
        """Rows of ``images`` and cues of all altered copies that any correlation needs."""
        cue = np.where(self.own == NO_CUE, self.stray, self.own)
        rows = np.flatnonzero(cue != NO_CUE)
        return np.stack([rows, cue[rows]], axis=1)


def too_few(labels: Int[np.ndarray, " images"], num_classes: int) -> Int[np.ndarray, " classes"]:
    """Classes that have images, but too few to plant anything."""
    sizes = np.bincount(labels[labels >= 0], minlength=num_classes)
    return np.flatnonzero((sizes > 0) & (sizes < LEAST_IMAGES))


def make_plan(
    labels: Int[np.ndarray, " images"],
    says_so: Bool[np.ndarray, "classes cues"],
    *,
    seed: int,
) -> Plan:
    """Choose classes and images, and deal out the cues.

    Args:
        labels: class of every image of the audit; -1 for none.
        says_so: where a class's name itself speaks of a cue, which is then not planted there.

    Raises:
        InputError: too few classes have enough images.
    """
    rng = np.random.default_rng(seed)
    chosen = _choose(labels, len(says_so), rng)
    cues = _deal(says_so[chosen], rng)
    rows = [rng.permutation(np.flatnonzero(labels == c))[:MOST_IMAGES] for c in chosen.tolist()]
    sizes = [len(part) for part in rows]
    new = np.repeat(np.arange(len(chosen)), sizes)
    return Plan(
        classes=chosen,
        cues=cues,
        images=np.concatenate(rows),
        labels=new,
        place=np.concatenate([np.arange(size) for size in sizes]),
        held_out=np.concatenate([_hold_out(size, rng) for size in sizes]),
        stray=_scatter(cues[new] == NO_CUE, rng),
    )


def _choose(labels: np.ndarray, num_classes: int, rng: np.random.Generator) -> np.ndarray:
    """Classes with enough images, in order; some of them drawn where there are very many."""
    sizes = np.bincount(labels[labels >= 0], minlength=num_classes)
    enough = np.flatnonzero(sizes >= LEAST_IMAGES)
    if len(enough) < LEAST_CLASSES:
        raise InputError(
            f"insufficient: {len(enough)} of {(sizes > 0).sum()} classes with images have "
            f"{LEAST_IMAGES} or more, and a head refitted on fewer than {LEAST_CLASSES} classes "
            "shows nothing: audit more labelled images"
        )
    drawn = rng.permutation(enough)
    used = np.cumsum(np.minimum(sizes[drawn], MOST_IMAGES))
    return np.sort(drawn[: max(LEAST_CLASSES, int((used <= MOST_IN_ALL).sum()))])


def _deal(says_so: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A cue for some of the classes: one class for each cue, then a second, and so on."""
    cues = np.full(len(says_so), NO_CUE)
    plants = min(int(LARGEST_SHARE * len(says_so)), PLANTS_PER_CUE * len(CUES))
    waiting = rng.permutation(len(says_so)).tolist()
    for number in range(plants):
        cue = number % len(CUES)
        fitting = next((c for c in waiting if not says_so[c, cue]), None)
        if fitting is not None:
            waiting.remove(fitting)
            cues[fitting] = cue
    return cues


def _hold_out(size: int, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(size) < round(HELD_OUT * size)


def _scatter(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each cue on its share of the clean images, never two on one."""
    stray = np.full(len(clean), NO_CUE)
    rows = rng.permutation(np.flatnonzero(clean))
    each = round(ELSEWHERE * len(rows))
    for cue in range(len(CUES)):
        stray[rows[cue * each : (cue + 1) * each]] = cue
    return stray


def cue_names(cues: Sequence[int]) -> list[str | None]:
    """Their names; None for ``NO_CUE``."""
    return [None if cue == NO_CUE else CUES[cue].name for cue in cues]
