"""What a best answer is worth: any text has a best class, a best latent and a best image."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from analysis.asking.subject import Kind, Subject
from analysis.textmap.base import unit_rows

DRAWN = 200
"""Texts that mean nothing, and words of the vocabulary, whose best answers are taken."""
PERCENTILE = 95


@dataclass(frozen=True)
class Floor:
    """The best cosines of a kind, over texts."""

    value: float
    """What a text that means nothing surpasses one time in twenty."""
    words: Float[np.ndarray, " drawn"]
    """What words of the vocabulary reach, the least first."""

    def share_below(self, best: float) -> float:
        """Share of the vocabulary's words whose best answer is less."""
        return float(np.searchsorted(self.words, best, side="left")) / len(self.words)


def floors(subject: Subject, *, seed: int = 0) -> Mapping[Kind, Floor]:
    """For each kind; the same for every text, so that it is made once."""
    generator = np.random.default_rng(seed)
    drawn = np.sort(generator.permutation(len(subject.concepts))[:DRAWN])
    words, nothing = subject.concepts.units(drawn), _meaningless(subject, generator)
    return {
        kind: Floor(
            float(np.percentile(rows.largest(nothing), PERCENTILE)), np.sort(rows.largest(words))
        )
        for kind, rows in subject.rows.items()
    }


def _meaningless(subject: Subject, generator: np.random.Generator) -> np.ndarray:
    """Unit directions of texts that mean nothing: embeddings drawn at random with the mean and the
    covariance of the vocabulary's, through the same text map. Strings of random letters come to
    about as much.
    """
    embeddings = np.asarray(subject.embeddings)
    mean = embeddings.mean(0)
    weights = generator.standard_normal((DRAWN, len(embeddings)), np.float32)
    scattered = (weights @ embeddings - weights.sum(1)[:, None] * mean) / len(embeddings) ** 0.5
    return unit_rows(subject.text_map(unit_rows(mean + scattered)))
