"""Changes as an address writes them: ``l12:0,l40:2.5,n3:-1``.

Latent 12 off, latent 40 at 2.5, neuron 3 one below its mean. The address is a stranger's word:
what is no change of a unit, or more than ``MOST`` of them, is not read but counted.
"""

import re
from collections.abc import Mapping

import numpy as np

from analysis.explain.grounds import UnitKind

PARAMETER = "w"
MOST = 24
"""Changes of one image."""
Unit = tuple[UnitKind, int]

_LETTER: dict[UnitKind, str] = {"latent": "l", "neuron": "n"}
_KIND: dict[str, UnitKind] = {letter: kind for kind, letter in _LETTER.items()}
_CHANGE = re.compile(r"([ln])(\d{1,7}):(-?\d{1,9}(?:\.\d{1,9})?)", re.ASCII)


def read(text: str) -> tuple[dict[Unit, float], int]:
    """The changes, the last of each unit, and how many parts of the text are none of them."""
    parts = [part for part in text.split(",") if part]
    found: dict[Unit, float] = {}
    for part in parts[:MOST]:
        change = _CHANGE.fullmatch(part)
        if change is not None:
            found[_KIND[change[1]], int(change[2])] = float(change[3])
    return found, len(parts) - len(found)


def written(changes: Mapping[Unit, float]) -> str:
    """The same as text; values have been ``rounded``."""
    return ",".join(
        f"{_LETTER[kind]}{number}:{_figure(value)}" for (kind, number), value in changes.items()
    )


def rounded(value: float) -> float:
    """To what an address writes: four digits, at most nine of them after the point."""
    return float(_figure(value))


def _figure(value: float) -> str:
    short = round(float(f"{value:.4g}"), 9) + 0.0
    return np.format_float_positional(short, trim="-")
