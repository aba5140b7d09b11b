"""Which units carry a decision: those whose joint masking takes most of its probability.

Wojciechowski et al., *Faithful and Plausible Natural Language Explanations for Image
Classification: A Pipeline Approach* (2024), rank neurons by an attribution and mask the first. On a
linear head masking is exact: without a set S of units the probabilities are those of
f - Σ_{j in S} a_j d_j. So the set is searched for directly, one unit after another; only units that
are active are looked at, since a label says what is there when its unit is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import log_softmax

from analysis.explain.grounds import Decision, Grounds
from analysis.explain.masking import Masker

NOTABLE = 0.05
"""Share from which a unit that speaks against the decision is told."""


@dataclass(frozen=True)
class Weighed:
    """A decision and what its active units add to it."""

    masker: Masker
    shares: Float[np.ndarray, " active"]
    """Of all that speaks for the class; below zero what speaks against it, on the same scale."""
    unheld: float
    """Share of all that speaks for the class that no unit holds."""

    @classmethod
    def of(cls, grounds: Grounds, decision: Decision) -> "Weighed":
        """What speaks for the class is what raises its logit, less the mean of all classes',
        above the mean image's: each unit's part, and the rest, which no unit holds. A share is a
        part of the sum of all positive ones."""
        row = grounds.head.centred[decision.class_id]
        every = decision.activations * (grounds.units.directions @ row)
        rest = max(float((decision.feature - grounds.mean) @ row - every.sum()), 0.0)
        speaking = float(np.maximum(every, 0).sum()) + rest or 1.0
        masker = Masker.of(grounds, decision)
        return cls(masker, shares=every[masker.active] / speaking, unheld=rest / speaking)

    def share(self, number: int) -> float:
        """Of an active unit."""
        return float(self.masker.mask([number])[0] @ self.shares)

    def without(self, numbers: Sequence[int]) -> Float[np.ndarray, " classes"]:
        """Probabilities once these active units are masked."""
        return self.masker.probabilities(self.masker.mask(numbers))[0]

    def influential(self, count: int) -> tuple[int, ...]:
        """Up to ``count`` units that speak for the class, the one whose masking takes most from its
        probability first, then the one that takes most besides; fewer where none takes any."""
        own, parts = self.masker.class_id, self.masker.parts
        chosen: list[int] = []
        logits, open_ = self.masker.logits, self.shares > 0
        while len(chosen) < count and open_.any():
            left = log_softmax(logits - parts, axis=1)[:, own]
            best = int(np.where(open_, left, np.inf).argmin())
            if left[best] >= log_softmax(logits)[own]:
                break
            chosen.append(best)
            open_ = open_ & (np.arange(len(open_)) != best)
            logits = logits - parts[best]
        return tuple(self.masker.active[chosen].tolist())

    def opposing(self) -> int | None:
        """The unit that speaks most against the class, and without which it is more probable."""
        if not len(self.shares) or self.shares.min() > -NOTABLE:
            return None
        number = int(self.masker.active[self.shares.argmin()])
        own = self.masker.class_id
        return number if self.without([number])[own] > self.without([])[own] else None

    def chance(self, count: int, *, seed: int) -> float | None:
        """Mean probability without ``count`` active units drawn at random: the floor of a mask.

        None where no more than these are active, so that nothing is left to chance.
        """
        if len(self.masker.active) <= count:
            return None
        drawn = self.masker.probabilities(self.masker.random(count, seed=seed))
        return float(drawn[:, self.masker.class_id].mean())
