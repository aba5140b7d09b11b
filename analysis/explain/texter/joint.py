"""Spaces in which features meet texts."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from analysis.explain.grounds import Grounds
from analysis.textmap.base import unit_rows


@runtime_checkable
class JointSpace(Protocol):
    """Where centred features of one classifier, and the audit's concepts, can be compared."""

    @property
    def name(self) -> str: ...

    def scores(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float[np.ndarray, "images concepts"]:
        """Cosines of features, less their mean over the audit's images, with every concept."""
        ...


@dataclass(frozen=True)
class TextMapSpace:
    """The classifier's own space, into which û brings the texts: no model that saw both."""

    grounds: Grounds
    name: str = "text map"

    def scores(
        self, features: Float[np.ndarray, "images features"]
    ) -> Float[np.ndarray, "images concepts"]:
        """cos(f, û(t))"""
        return unit_rows(features) @ self.grounds.concept_units.T


class StandardScores:
    """A joint space's scores against those of the audit's own decision-critical features.

    Some texts lie near all features, others near none; an image is told by the text whose score
    stands out among the scores that the same text reaches on other images.
    """

    def __init__(self, space: JointSpace, features: Float[np.ndarray, "images features"]) -> None:
        self.space = space
        scores = space.scores(features)
        spread = scores.std(axis=0)
        self._mean = scores.mean(axis=0)
        self._spread = np.where(spread > 1e-6, spread, np.inf)  # one image, or a text of no length

    def __call__(
        self, features: Float[np.ndarray, "images features"]
    ) -> tuple[Float[np.ndarray, "images concepts"], Float[np.ndarray, "images concepts"]]:
        """Scores, and how many standard deviations above the audit's images they lie."""
        scores = self.space.scores(features)
        return scores, (scores - self._mean) / self._spread
