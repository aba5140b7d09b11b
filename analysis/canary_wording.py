"""What a canary certificate says: recall and false alarms counted, and put into words.

Plain strings and numbers only, for the report and the dashboard; the certificate itself is made in
``analysis.canary``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Rows = Sequence[Mapping[str, Any]]
"""Of ``db.queries.canary``: planted cues, or clean twins."""

MAPS: Final[dict[str, str]] = {
    "own": "text map fitted on the refitted head",
    "backbone": "text map of the audited model's own head",
}
"""By which a planted cue is searched, in the order in which they are told."""

CANARY: Final = (
    "Cues were planted into a copy of these images, on a given share of some classes' images; "
    "only the head was refitted, on the frozen features, and the very same search was run. A cue "
    "is found where one of the words by which a person would call it comes first (or among the "
    "first five) of the class's unexpected concepts. Clean classes are those into which nothing "
    "was planted: a supported finding on one of them is a false alarm, or a shortcut that the "
    "images had before."
)


@dataclass(frozen=True)
class Strength:
    """What one text map made of all cues at one correlation."""

    text_map: str
    correlation: float
    planted: int
    at_1: int
    at_5: int
    supported: int
    clean: int
    alarms: int
    """Clean classes with a supported finding."""
    accuracy_with: float | None
    """Of the planted classes, cue shown, mean …"""
    accuracy_without: float | None
    """… and withheld: a cue that is not missed is no shortcut."""


def strengths(planted: Rows, clean: Rows) -> list[Strength]:
    """Counted by text map and correlation, own map and strongest correlation first."""
    known = {(row["text_map"], row["correlation"]) for row in planted}
    order = sorted(known, key=lambda key: (key[0] not in MAPS, _place(key[0]), -key[1]))
    return [_strength(*key, _at(planted, *key), _at(clean, *key)) for key in order]


def _place(text_map: str) -> int:
    return list(MAPS).index(text_map) if text_map in MAPS else len(MAPS)


def _at(rows: Rows, text_map: str, correlation: float) -> Rows:
    return [r for r in rows if r["text_map"] == text_map and r["correlation"] == correlation]


def _strength(text_map: str, correlation: float, planted: Rows, clean: Rows) -> Strength:
    ranks = [row["rank"] for row in planted if row["rank"] is not None]
    return Strength(
        text_map,
        correlation,
        planted=len(planted),
        at_1=sum(rank == 1 for rank in ranks),
        at_5=sum(rank <= 5 for rank in ranks),
        supported=sum(row["verdict"] == "supported" for row in planted),
        clean=len(clean),
        alarms=sum(row["verdict"] == "supported" for row in clean),
        accuracy_with=_mean(row["accuracy_with"] for row in planted),
        accuracy_without=_mean(row["accuracy_without"] for row in planted),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def would_have_found(rows: Sequence[Strength]) -> str:
    """One text map's strengths in a sentence."""
    found = ", ".join(
        f"{row.at_1:,} of {row.planted:,} where {100 * row.correlation:.0f} % of a class's images "
        "carry them"
        for row in rows
    )
    alarms = ", ".join(f"{row.alarms:,} of {row.clean:,}" for row in rows)
    return (
        "Of cues planted into these images this audit would have found at rank 1: "
        f"{found}; false alarms on clean classes: {alarms}."
    )


def by_cue(planted: Rows) -> dict[str, dict[tuple[str, float], tuple[int, int]]]:
    """For each cue, under text map and correlation: found at rank 1, of how many."""
    found: dict[str, dict[tuple[str, float], tuple[int, int]]] = {}
    for row in planted:
        of_cue = found.setdefault(row["cue"], {})
        key = row["text_map"], row["correlation"]
        hits, whole = of_cue.get(key, (0, 0))
        of_cue[key] = hits + (row["rank"] == 1), whole + 1
    return found


def by_chance(measures: Rows, text_map: str) -> str:
    """The floor of recall among the measures of ``db.queries.canary.certificate``."""
    named = f"recall@1, {text_map} map"
    floor = next((row["floor"] for row in measures if row["name"] == named), None)
    if floor is None:
        return "No floor is stored."
    return (
        "Floor: words of cues that were not planted there come first on "
        f"{100 * floor:.1f} % of these classes."
    )
