"""What a decision loses when units are masked, and what random units would have cost it.

Masking unit j takes a_j · d_j from the feature; on a linear head the logits after any set of masks
are exact without another pass through the classifier. Only active units are masked: a neuron is
never exactly off, and one below its threshold shows nothing that its label could name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import logsumexp, softmax

from analysis.explain.grounds import Decision, Grounds

DRAWS = 200
"""Random sets of units that a set is held against."""


@dataclass(frozen=True)
class Fall:
    """How far the class falls under some sets of masks.

    Attributes:
        logit: fall of the class's logit less the mean of all classes'.
        probability: fall of the class's probability.
        odds: fall of the class's log-odds, log p / (1 - p), which is never saturated.
    """

    logit: Float[np.ndarray, " sets"]
    probability: Float[np.ndarray, " sets"]
    odds: Float[np.ndarray, " sets"]


@dataclass(frozen=True)
class Masker:
    """One decision under masks.

    A set of masks is a row over the active units, 1 where a unit is wholly masked.
    """

    class_id: int
    logits: Float[np.ndarray, " classes"]
    active: Int[np.ndarray, " active"]
    """Numbers of the units above their thresholds."""
    activations: Float[np.ndarray, " active"]
    parts: Float[np.ndarray, "active classes"]
    """a_j · d_j · w_c, against the mean of all classes."""

    @classmethod
    def of(cls, grounds: Grounds, decision: Decision) -> "Masker":
        """The decision as it is."""
        units = grounds.units
        active = np.flatnonzero(decision.activations > units.thresholds)
        held = decision.activations[active].astype(np.float64)
        return cls(
            class_id=decision.class_id,
            logits=decision.logits(grounds.head).astype(np.float64),
            active=active,
            activations=held,
            parts=held[:, None] * (units.directions[active] @ grounds.head.centred.T),
        )

    @property
    def probability(self) -> float:
        """Of the class, without masks."""
        return float(softmax(self.logits)[self.class_id])

    def contributions(self, units: Sequence[int]) -> Float[np.ndarray, " units"]:
        """To the class's logit less the mean of all classes'; 0 of units that are not active."""
        return np.array([self.mask([unit])[0] @ self.parts[:, self.class_id] for unit in units])

    def probabilities(
        self, masks: Float[np.ndarray, "sets active"]
    ) -> Float[np.ndarray, "sets classes"]:
        """Of all classes under masks."""
        return softmax(self._left(masks), axis=1)

    def fall(self, masks: Float[np.ndarray, "sets active"]) -> Fall:
        """Of the class under masks."""
        left = self._left(masks)
        return Fall(
            logit=masks @ self.parts[:, self.class_id],
            probability=self.probability - softmax(left, axis=1)[:, self.class_id],
            odds=self._odds(self.logits[None]) - self._odds(left),
        )

    def _left(self, masks: Float[np.ndarray, "sets active"]) -> Float[np.ndarray, "sets classes"]:
        return self.logits - masks @ self.parts

    def _odds(self, logits: Float[np.ndarray, "sets classes"]) -> Float[np.ndarray, " sets"]:
        others = np.delete(logits, self.class_id, axis=1)
        return logits[:, self.class_id] - logsumexp(others, axis=1)

    def mask(self, units: Sequence[int]) -> Float[np.ndarray, "1 active"]:
        """That masks these units; those that are not active change nothing."""
        return np.isin(self.active, np.asarray(units, int)).astype(np.float64)[None]

    def mass(self, units: Sequence[int]) -> float:
        """Sum of the activations of some units."""
        return float((self.mask(units)[0] * self.activations).sum())

    def random(
        self, count: int, *, seed: int, but: Sequence[int] = ()
    ) -> Float[np.ndarray, "sets active"]:
        """``DRAWS`` sets of ``count`` active units, ``but`` left out; of all of them where there
        are fewer."""
        order = self._orders(seed, but)
        masks = np.zeros((DRAWS, len(self.active)))
        np.put_along_axis(masks, order[:, :count], 1, axis=1)
        return masks

    def random_mass(
        self, mass: float, *, seed: int, but: Sequence[int] = ()
    ) -> Float[np.ndarray, "sets active"]:
        """``DRAWS`` sets of active units, ``but`` left out, drawn one after another until their
        activations sum to ``mass``; of the last one only the part that is missing is masked."""
        order = self._orders(seed, but)
        drawn = self.activations[order]
        before = np.cumsum(drawn, axis=1) - drawn
        masks = np.zeros((DRAWS, len(self.active)))
        np.put_along_axis(masks, order, np.clip((mass - before) / drawn, 0, 1), axis=1)
        return masks

    def _orders(self, seed: int, but: Sequence[int]) -> Int[np.ndarray, "sets others"]:
        others = np.flatnonzero(self.mask(but)[0] == 0)
        drawn = np.random.default_rng(seed).random((DRAWS, len(others)))
        return others[drawn.argsort(axis=1)]
