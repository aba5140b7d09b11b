"""How well sentences fit a feature: cos(f, û(sentence)), and the floor beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Scorer:
    """Scores of words on features by one map, beside the floor of what else was said."""

    words: tuple[str, ...]
    """Repetitions kept, for they count in the floor."""
    directions: Mapping[str, Float[np.ndarray, " features"]]

    @classmethod
    def of(cls, words: Sequence[str], direction: TextDirection) -> "Scorer":
        """Every text is encoded once, however many features it is held to."""
        said = tuple(text for text in words if text)
        each = sorted(set(said), key=lambda text: (len(text), text))
        found = direction(each) if each else ()
        return cls(said, dict(zip(each, found, strict=True)))

    def __call__(
        self, feature: Float[np.ndarray, " features"], words: str
    ) -> tuple[float | None, float | None]:
        """cos(f, û(words)) and its floor; None where there are no words, or no others."""
        if not words:
            return None, None
        score = float(cosine(self._directions_of([words]), feature[None])[0, 0])
        others = [text for text in self.words if text != words]
        return score, floor(feature, others, self._directions_of) if others else None

    def _directions_of(self, texts: Sequence[str]) -> Float[np.ndarray, "texts features"]:
        return np.stack([self.directions[text] for text in texts])
