"""The findings of both audits held together, and out of how much."""

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from analysis.errors import InputError
from analysis.guard.diff import Difference, Side, compare, is_held
from analysis.guard.stored import side_of
from dashboard.data import Store
from dashboard.parts.compare.other import Key, key, told_apart
from dashboard.parts.compare.shared import Shared
from db.errors import StoreError
from db.reader import AuditReader


@dataclass(frozen=True)
class Matched:
    """What stands between two audits, and what of them could be compared at all."""

    difference: Difference
    classes: Shared
    concepts: Shared
    held: tuple[int, int]
    """Findings held here and in the other, whatever they are about."""


def matched(audits: tuple[Store, Store]) -> Matched | str:
    """From the other audit to this one; or why they cannot be compared."""
    here, other = audits
    return _matched(key(here), key(other))


@st.cache_resource(max_entries=4, show_spinner="Comparing the findings …")
def _matched(here: Key, other: Key) -> Matched | str:
    try:
        sides = [_side(Path(directory)) for directory, _ in (here, other)]
        names = told_apart(sides[0].name, sides[1].name)
        now, before = (replace(side, name=name) for side, name in zip(sides, names, strict=True))
        difference = compare(before, now)
    except (InputError, StoreError) as error:
        return str(error)
    held_here, held_there = (sum(map(is_held, side.claims)) for side in (now, before))
    return Matched(
        difference,
        Shared.of(now.classes, before.classes),
        Shared.of(now.concepts, before.concepts),
        (held_here, held_there),
    )


def _side(directory: Path) -> Side:
    with AuditReader(directory) as audit:
        return side_of(audit)
