"""Units that go with a unit: active on the same images, or alike in direction."""

import streamlit as st

from analysis.wording import MEANING
from dashboard import data
from dashboard.parts import unit_links
from db.queries import unit_dossier
from db.queries.unit_dossier import Relation
from db.queries.units import Kind, UnitInfo

_RELATIONS: tuple[tuple[Relation, str, str], ...] = (
    ("cofiring", "Fires together with", "phi"),
    ("nearest", "Alike in direction", "cosine"),
)


def relations(kind: Kind, info: UnitInfo) -> None:
    """Both lists side by side, of those that the audit holds."""
    frames = [
        (relation, title, value, data.ask(unit_dossier.unit_neighbours, kind, info.id, relation))
        for relation, title, value in _RELATIONS
    ]
    frames = [found for found in frames if not found[3].empty]
    if not frames:
        return
    for place, (relation, title, value, frame) in zip(
        st.columns(2, gap="medium"), frames, strict=False
    ):
        with place:
            st.subheader(title, anchor=False, help=MEANING[relation])
            unit_links.neighbours(frame, key=f"{kind}_{relation}", kind=kind, value=value)
