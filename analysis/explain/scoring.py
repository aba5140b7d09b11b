"""How well sentences fit a feature: cos(f, û(sentence)), and the floor beside it."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from analysis.errors import InputError
from analysis.textmap.base import cosine

TextDirection = Callable[[Sequence[str]], np.ndarray]
"""Texts to their directions û(t), (texts, features): text encoder, then text map."""


class SentenceScorer:
    """Cosines of sentences with one feature; a sentence is encoded once, however often asked."""

    def __init__(
        self, feature: Float[np.ndarray, " features"], text_direction: TextDirection
    ) -> None:
        self._feature = feature
        self._text_direction = text_direction
        self._known: dict[str, float] = {}

    @property
    def encodings(self) -> int:
        """Number of sentences encoded so far."""
        return len(self._known)

    def __call__(self, sentences: Sequence[str]) -> Float[np.ndarray, " sentences"]:
        """cos(f, û(t)) for every sentence t; new ones are encoded in one batch, shortest first."""
        new = sorted(set(sentences) - self._known.keys(), key=lambda text: (len(text), text))
        if new:
            scores = cosine(self._text_direction(new), self._feature[None])[:, 0]
            self._known.update(zip(new, scores.tolist(), strict=True))
        return np.array([self._known[sentence] for sentence in sentences], np.float32)


def floor(
    feature: Float[np.ndarray, " features"],
    sentences: Sequence[str],
    text_direction: TextDirection,
    *,
    percentile: float = 95.0,
) -> float:
    """What sentences written for other images reach on this feature.

    A sentence whose score lies below it says no more of this image than a sentence of another. The
    reverse is no proof: the explanation was searched for this score, the others were not.

    Returns:
        The percentile of cos(f, û(t)) over the sentences, repetitions counted.

    Raises:
        InputError: there are no sentences.
    """
    if not sentences:
        raise InputError("a floor needs sentences of other images: explain at least two images")
    scores = SentenceScorer(feature, text_direction)(sentences)
    return float(np.percentile(scores, percentile))
