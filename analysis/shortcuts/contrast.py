"""Why A, not B? What sets two classes apart on one image, and what tipped it.

With c the class that won and r the one that should have, everything speaks through the difference
w_c - w_r: concepts by how far the image leans along û(u) times how far the difference does, units
by what they add to it, and the **smallest mask**: the fewest units that, when taken out of the
feature, let r win (taken greedily, the largest contribution to the *current* winner's lead first,
so that no third class is crowned unseen; then each is put back if r wins without it).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.shortcuts.inputs import Head

MOST_MASKED = 64
"""Units after which the search for a mask gives up."""


@dataclass(frozen=True)
class Tipped:
    """Units and what each adds to the lead of the class that won, largest first."""

    units: Int[np.ndarray, " units"]
    contributions: Float[np.ndarray, " units"]


def tipped(
    head: Head,
    activations: Float[np.ndarray, " units"],
    directions: Float[np.ndarray, "units features"],
    *,
    won: int,
    other: int,
) -> Tipped:
    """What each active unit adds to logit ``won`` less logit ``other``."""
    difference = head.weight[won] - head.weight[other]
    parts = activations * (directions @ difference)
    order = np.argsort(-parts, kind="stable")
    return Tipped(order, parts[order])


def contrast(
    head: Head,
    concepts: Float[np.ndarray, "concepts features"],
    feature: Float[np.ndarray, " features"],
    mean: Float[np.ndarray, " features"],
    *,
    won: int,
    other: int,
) -> Float[np.ndarray, " concepts"]:
    """How much of the lead each concept's direction (unit rows) accounts for on this image:
    ((f - f̄)·û) (û·(w_won - w_other)); positive ones speak for the class that won."""
    difference = head.weight[won] - head.weight[other]
    return (concepts @ (feature - mean)) * (concepts @ difference)


@dataclass(frozen=True)
class Mask:
    """Units that were taken out, and whether the other class wins without them."""

    units: Int[np.ndarray, " masked"]
    restored: bool
    winner: int
    """The class that wins once they are gone."""


def smallest_mask(
    head: Head,
    activations: Float[np.ndarray, " units"],
    directions: Float[np.ndarray, "units features"],
    feature: Float[np.ndarray, " features"],
    *,
    other: int,
) -> Mask:
    """The fewest units, as far as a greedy search finds them, without which ``other`` wins."""
    parts = activations[:, None] * (directions @ head.weight.T)
    logits = head.logits(feature[None])[0]
    masked: list[int] = []
    while int(logits.argmax()) != other and len(masked) < MOST_MASKED:
        winner = int(logits.argmax())
        leads = parts[:, winner] - parts[:, other]
        leads[masked] = -np.inf
        best = int(leads.argmax())
        if leads[best] <= 0:
            break
        masked.append(best)
        logits = logits - parts[best]
    if int(logits.argmax()) == other:
        for unit in list(masked):
            if int((logits + parts[unit]).argmax()) == other:
                masked.remove(unit)
                logits = logits + parts[unit]
    winner = int(logits.argmax())
    return Mask(np.array(masked, int), winner == other, winner)
