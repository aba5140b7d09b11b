"""What a method says of a decision, before it is tested: a text and the phrases that claim."""

from dataclasses import dataclass, field
from typing import Any, Literal

OPENING = "because it shows "
"""Of a sentence in the paper's manner."""
Method = Literal["zero-shot", "texter", "pipeline"]


@dataclass(frozen=True)
class Phrase:
    """One claim of a text.

    Attributes:
        start: ``text[start:end]`` of the whole text is the phrase as it stands there.
        meaning: the words that the text map is given, without what only joins them or says where;
            empty for units without a name.
        units: numbers of the units that it was made from; None where it was made from words, and
            is tied to units by û(meaning).
        against: said to speak against the class.
    """

    start: int
    end: int
    meaning: str
    units: tuple[int, ...] | None = None
    against: bool = False


@dataclass(frozen=True)
class Said:
    """A text about one decision.

    Attributes:
        details: what the method keeps besides, ready for JSON.
    """

    method: Method
    text: str
    phrases: tuple[Phrase, ...]
    details: dict[str, Any] = field(default_factory=dict)
