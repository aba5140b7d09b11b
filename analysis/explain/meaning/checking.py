"""Is all that a text says in its meaning, and all that the meaning cites in the text?

A text is read as a row of known pieces: names of evidence (labels in quotation marks, or "unnamed
latent 17"), their regions, the class, and function words of a closed list. Whatever else stands in
it was invented.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.explain.meaning.realise import name_of
from analysis.explain.meaning.representation import Evidence, Meaning
from analysis.explain.said import OPENING as SENTENCE_OPENING

OPENING = SENTENCE_OPENING.strip()
JOINTS = ("and", "with")
"""Function words, all that there are: what is quoted needs no article."""
DESPITE = "despite"
"""Evidence for the class stands before it, evidence against the class behind it."""

Role = Literal["name", "region", "class", "opening", "despite", "function", "invented"]


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and what they are."""

    words: str
    role: Role


def check(text: str, meaning: Meaning) -> list[str]:
    """Faults of a text, in words; none where it says the meaning, all of it and nothing else."""
    pieces = list(_read(text, meaning))
    invented = [f"{piece.words!r} is not in the meaning" for piece in pieces if _is_invented(piece)]
    return [*invented, *_counted(pieces, meaning), *_placed(pieces, meaning)]


def _read(text: str, meaning: Meaning) -> Iterator[Piece]:
    """The pieces of a text in their order; longer known ones are preferred."""
    known: dict[str, Role] = dict.fromkeys(JOINTS, "function")
    known |= {OPENING: "opening", DESPITE: "despite"}
    known |= {one.region.casefold(): "region" for one in meaning.evidence if one.region}
    known |= {meaning.decided.class_name.casefold(): "class"}
    known |= {name_of(one, meaning).casefold(): "name" for one in meaning.evidence}
    longest_first = sorted(known, key=len, reverse=True)
    words = "|".join(rf"(?<!\w){re.escape(piece)}(?!\w)" for piece in longest_first)
    for found in re.finditer(rf"({words})|[\w'’]+|[^\w\s,.]+", text.casefold()):
        role = known[found[1]] if found[1] else "invented"
        yield Piece(found[0], role)


def _is_invented(piece: Piece) -> bool:
    return piece.role == "invented"


def _counted(pieces: Sequence[Piece], meaning: Meaning) -> Iterator[str]:
    """Names are said once, the class at least once."""
    said = Counter(piece.words for piece in pieces if piece.role == "name")
    for one in meaning.evidence:
        name = name_of(one, meaning)
        times = said[name.casefold()]
        if times != 1:
            yield f"{name} is said {times} times"
    if not any(piece.role == "class" for piece in pieces):
        yield f"the class {meaning.decided.class_name!r} is not said"


def _placed(pieces: Sequence[Piece], meaning: Meaning) -> Iterator[str]:
    """A region stands behind the name that it is of; "despite" parts the two polarities."""
    of: dict[str, Evidence] = {name_of(one, meaning).casefold(): one for one in meaning.evidence}
    last: Piece | None = None
    side = "for"
    for piece in pieces:
        if piece.role == "region":
            one = of.get(last.words) if last else None
            if one is None or (one.region or "").casefold() != piece.words:
                yield f"{piece.words!r} is not where {last.words if last else 'nothing'} is"
        elif piece.role == "despite":
            side = "against"
        elif piece.role == "name" and of[piece.words].polarity != side:
            yield f"{piece.words} speaks {of[piece.words].polarity} the class, not {side} it"
        last = piece
