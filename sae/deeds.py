"""What a unit does: the logits it moves, the decisions it goes with, the units it goes with."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csc_array, csr_array, hstack

from sae.directions import unit_rows
from sae.units import Units

SINGLE_CLASS = 0.5
"""Share of a unit's activation under one decision from which it is called a single class's."""


def logit_effects(
    directions: Float[np.ndarray, "units features"],
    strengths: Float[np.ndarray, " units"],
    class_weights: Float[np.ndarray, "classes features"],
) -> Float[np.ndarray, "units classes"]:
    """Effect of a unit on a class: strength · direction · (w_c - mean of w over the classes).

    ``strengths`` are the units' mean activations where active (``mean_activation``), so an effect
    is what the unit adds to the class's logit, against the average class, when it is typically
    on; latents and neurons are then comparable.
    """
    centred = class_weights - class_weights.mean(axis=0)
    return ((directions * strengths[:, None]) @ centred.T).astype(np.float32)


def largest(
    values: Float[np.ndarray, "units others"], top: int
) -> tuple[Int[np.ndarray, "units top"], Float[np.ndarray, "units top"]]:
    """Columns and values of each row's largest entries by size, best first."""
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :top]
    return order, np.take_along_axis(values, order, axis=1)


@dataclass(frozen=True)
class Decisions:
    """Under which decisions (classes that win) a unit is active."""

    share: Float[np.ndarray, "units classes"]  # of the unit's whole activation; rows sum to 1 or 0
    active: Int[np.ndarray, "units classes"]  # images so decided on which it is active
    decided: Int[np.ndarray, " classes"]  # images so decided

    @property
    def effective_classes(self) -> Float[np.ndarray, " units"]:
        """exp of the entropy of ``share``: 1 where one class has it all; 0 for a dead unit."""
        logs = np.log(np.where(self.share > 0, self.share, 1))
        return np.where(self.share.any(axis=1), np.exp(-(self.share * logs).sum(axis=1)), 0)

    @property
    def single_class(self) -> np.ndarray:
        """Whether one decision has at least ``SINGLE_CLASS`` of the unit's activation."""
        return self.share.max(axis=1) >= SINGLE_CLASS


def decisions_of(units: Units, decided: Int[np.ndarray, " images"], classes: int) -> Decisions:
    """Activation above the threshold summed by decision; ``decided`` holds each image's class."""
    n = len(decided)
    by_class = csr_array((np.ones(n, np.float32), (decided, np.arange(n))), shape=(classes, n))
    share, active = [], []
    for block in units.blocks(columns=2):
        above = np.maximum(block.activations - block.thresholds, 0)
        share.append((by_class @ above).T)
        active.append((by_class @ (above > 0).astype(np.float32)).T)
    mass = np.concatenate(share)
    total = mass.sum(axis=1, keepdims=True)
    return Decisions(
        share=mass / np.where(total > 0, total, 1),
        active=np.rint(np.concatenate(active)).astype(np.int64),
        decided=np.bincount(decided, minlength=classes),
    )


def cofiring(units: Units) -> Float[np.ndarray, "units units"]:
    """Phi coefficient (Pearson correlation) of being active, of every two units; 0 on the
    diagonal and for units that are always or never active."""
    active = csc_array(
        hstack([csc_array(b.activations > b.thresholds, dtype=np.float32) for b in units.blocks()])
    )
    n = max(1, units.n_images)
    density = np.asarray(active.sum(axis=0)).ravel() / n
    both = (active.T @ active).toarray() / n
    deviation = np.sqrt(density * (1 - density))
    scale = np.outer(deviation, deviation)
    phi = (both - np.outer(density, density)) / np.where(scale > 0, scale, 1)
    phi[scale == 0] = 0
    np.fill_diagonal(phi, 0)
    return phi.astype(np.float32)


def nearest(directions: Float[np.ndarray, "units features"]) -> Float[np.ndarray, "units units"]:
    """Cosine of every two directions; 0 on the diagonal and for directions of length zero."""
    unit = unit_rows(directions).astype(np.float32)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, 0)
    return cosines
