"""The images on a finding's card: pairs with and without the concept, and others drawn in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int

from analysis.shortcuts.case import Case
from analysis.shortcuts.crossing import margins_of
from analysis.textmap.base import unit_rows

PAIRS = 4
Role = Literal["with", "without", "drawn", "erased"]


@dataclass(frozen=True)
class Picture:
    """An image and what the classifier makes of it."""

    role: Role
    rank: int
    image_id: int
    shows: float
    margin: float
    """Logit of the finding's class less the best other one."""
    after: float | None = None
    control: float | None = None


def pictures(case: Case) -> Iterator[Picture]:
    """Pairs of images of the class, alike but for the concept, then images of other classes that
    show it and come nearest to being taken for the class."""
    with_, without = _pairs(case)
    yield from _told(case, "with", with_)
    yield from _told(case, "without", without)
    if len(case.named):
        showing = case.others[case.showing[case.others]]
        strongest = showing[np.argsort(-case.ground.class_logit(case.class_id)[showing])][:PAIRS]
        yield from _told(case, "drawn", strongest)


def strongest(case: Case, count: int) -> Int[np.ndarray, " strongest"]:
    """Images of the class that show the concept most."""
    own = case.own[np.argsort(-case.shows[case.own], kind="stable")][:count]
    return own[case.shows[own] > 0]


def _pairs(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Images that show the concept most, and for each the image that lacks it and is nearest in
    all but the concept; each is taken once. Fewer pairs where few images lack it."""
    with_ = strongest(case, PAIRS)
    lacking = case.own[~case.showing[case.own]]
    centred = case.ground.seen.centred
    rest = unit_rows(centred - np.outer(centred @ case.direction, case.direction))
    chosen: list[int] = []
    for image in with_:
        left = np.setdiff1d(lacking, chosen)
        if not len(left):
            break
        chosen.append(int(left[(rest[left] @ rest[image]).argmax()]))
    return with_, np.array(chosen, int)


def _told(case: Case, role: Role, images: np.ndarray) -> Iterator[Picture]:
    if not len(images):
        return
    margins = margins_of(case, images)
    for rank, (image, margin) in enumerate(zip(images.tolist(), margins, strict=True), start=1):
        yield Picture(role, rank, image, float(case.shows[image]), float(margin))
