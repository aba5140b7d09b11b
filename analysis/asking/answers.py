"""What answers to a text: the best of each kind, each against what the vocabulary would give."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.asking.encoders import TextReader
from analysis.asking.subject import Kind, Subject
from analysis.concepts import best_columns
from analysis.errors import InputError
from analysis.hull import Hull
from analysis.textmap.base import unit_rows

LONGEST = 10_000
"""Characters of a text that are looked at; no encoder here reads as far."""
NEAR = 5
"""Words of the vocabulary that are named as reading nearest."""
_ROUNDING = 1e-6
"""A text of the vocabulary does not stand above itself."""


@dataclass(frozen=True)
class Reading:
    """A text as it was read."""

    text: str
    """What was read of it, without the space around it."""
    cut: bool
    """Whether it goes on: only its beginning was read."""
    concept_id: int | None
    """The concept of the vocabulary that it is."""
    embedding: Float[np.ndarray, " embedding"]
    direction: Float[np.ndarray, " features"]
    """û of it, of unit length; zero where the map says nothing."""


@dataclass(frozen=True)
class Ranking:
    """The best of a kind, best first."""

    kind: Kind
    ids: Int[np.ndarray, " best"]
    scores: Float[np.ndarray, " best"]
    """Cosines with the text's direction."""
    percentiles: Float[np.ndarray, " best"]
    """Share of the vocabulary that the same class, unit or image answers less, in per cent."""


def read(subject: Subject, text: str, reader: Callable[[], TextReader]) -> Reading:
    """Read a text; the encoder is only asked for where the vocabulary lacks the text.

    Raises:
        InputError: there is nothing in it to read.
        TextError: the encoder is needed and cannot be had.
    """
    whole = text.encode("utf-8", "ignore").decode().replace("\x00", "").strip()
    if not any(character.isprintable() and not character.isspace() for character in whole):
        raise InputError("the text is empty: give a word or a sentence")
    concept_id = subject.concept_called(whole)
    if concept_id is not None:
        embedding = np.asarray(subject.embeddings[concept_id])
        direction = subject.concepts.units(np.array([concept_id]))[0]
        return Reading(whole, False, concept_id, embedding, direction)
    seen = reader().read(whole[:LONGEST])
    direction = unit_rows(subject.text_map(seen.embedding[None]))[0]
    known = whole[: seen.characters]
    return Reading(known, len(known) < len(whole), None, seen.embedding, direction)


def place(subject: Subject, reading: Reading) -> Hull:
    """The text beside the class names."""
    return subject.names.place(reading.embedding[None])


def near_words(
    subject: Subject, reading: Reading
) -> tuple[Int[np.ndarray, " near"], Float[np.ndarray, " near"]]:
    """Concepts that read nearest to the text, other than itself, and their cosines with it."""
    cosines = subject.embeddings @ reading.embedding
    if reading.concept_id is not None:
        cosines[reading.concept_id] = -np.inf
    nearest = best_columns(cosines[None], min(NEAR, len(cosines) - 1))[0]
    return nearest, cosines[nearest]


def rank(
    subject: Subject, kind: Kind, reading: Reading, *, best: int, against: Reading | None = None
) -> Ranking:
    """The ``best`` of a kind; with ``against`` those that answer the one text and not the other.

    Compared with another text, the direction is û(t) − û(t'), both of unit length, and the null
    is what the words of the vocabulary would give in the place of t.
    """
    rows, direction = subject.rows[kind], _direction(reading, against)
    scores = rows.cosines(direction[None])[:, 0]
    chosen = best_columns(scores[None], best)[0]
    null = _null(subject, rows.units(chosen), against)
    below = (null < scores[chosen, None] - _ROUNDING).mean(1)
    return Ranking(kind, chosen, scores[chosen], 100 * below)


def _direction(reading: Reading, against: Reading | None) -> np.ndarray:
    if against is None:
        return reading.direction
    return unit_rows((reading.direction - against.direction)[None])[0]


def _null(subject: Subject, units: np.ndarray, against: Reading | None) -> np.ndarray:
    """(rows, concepts): what each concept would give in the text's place."""
    null = subject.concepts.cosines(units).T
    if against is None:
        return null
    beside = subject.concepts.cosines(against.direction[None])[:, 0]
    apart = np.sqrt(np.maximum(2 - 2 * beside, 0))
    difference = null - units @ against.direction[:, None]
    return difference / np.where(apart > 0, apart, np.inf)
