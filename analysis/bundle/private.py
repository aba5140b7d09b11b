"""What an audit tells of its maker's machine, cut from what is given away.

Paths that lead somewhere on that machine (absolute ones, those of a home, those that climb with
``..``) keep their last name only, after an ellipsis: ``/home/me/data/val`` is ``…/val``. What
people wrote themselves is not touched.
"""

import re
from collections.abc import Collection
from typing import Any

CUT = "…/"
_START = r"(?:file://)?(?:~[\w.-]*|\.{1,2}|[A-Za-z]:|\\)?"
_PART = r"""[^/\\\s"'`,;:|()<>\[\]{}]+"""
_IN_TEXT = re.compile(rf"(?<![\w/\\.~…-]){_START}(?:[/\\]{_PART})+[/\\]?")
_WHOLE = re.compile(r"(?:file://)?(?:~|/|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\)")


def is_place(text: str) -> bool:
    """Whether a whole text is a path that leads somewhere on a machine."""
    return _WHOLE.match(text) is not None


def places(value: Any) -> set[str]:
    """The paths in a configuration, as they are written there."""
    if isinstance(value, dict):
        return set().union(*map(places, value.values()))
    if isinstance(value, list):
        return set().union(*map(places, value))
    return {value} if isinstance(value, str) and is_place(value) else set()


def without_places(value: Any, known: Collection[str] = ()) -> Any:
    """A JSON value or a text in which every path is its last name.

    ``known`` are paths that are cut even where they hold spaces; of others in running text a
    space is the end.
    """
    if isinstance(value, dict):
        return {key: without_places(part, known) for key, part in value.items()}
    if isinstance(value, list):
        return [without_places(part, known) for part in value]
    return _cut(value, known) if isinstance(value, str) else value


def _cut(text: str, known: Collection[str]) -> str:
    if text in known:
        return _last(text)
    for place in sorted(known, key=len, reverse=True):
        text = text.replace(place, _last(place))
    return _IN_TEXT.sub(lambda found: _last(found[0]), text)


def _last(place: str) -> str:
    return CUT + re.split(r"[/\\]", place.rstrip("/\\"))[-1]
