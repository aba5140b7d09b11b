"""An explanation's text as Markdown, its claims marked in place."""

from collections.abc import Iterable, Mapping
from typing import Any

from analysis.explanation_wording import Segment, segments
from dashboard.text import md

_LIMIT = 400  # characters of a stretch that are shown
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def marked(text: str, claims: Iterable[Mapping[str, Any]]) -> str:
    """Claims that hold on coloured ground, others struck out; each with its number."""
    return "".join(_marked(segment) for segment in segments(text, claims))


def _marked(segment: Segment) -> str:
    shown = _spaced(segment.text)
    if segment.claim is None:
        return shown
    shown = (
        f":green-background[:green[{shown}]]"
        if segment.supported
        else f":gray[~~{shown.strip()}~~]"
    )
    return shown + str(segment.claim).translate(_RAISED)


def _spaced(text: str) -> str:
    """Escaped, with a space kept at either end."""
    body = text.strip()
    if not body:
        return " "
    return " " * text[0].isspace() + md(body, _LIMIT) + " " * text[-1].isspace()
