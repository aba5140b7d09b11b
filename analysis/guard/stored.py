"""An audit's store, read as one side of a comparison."""

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.guard.budget import Claim
from analysis.guard.diff import Side
from db.queries.classes import class_names
from db.queries.concepts import concept_texts
from db.queries.frame import shown_first
from db.queries.overview import ADDED_LATER, counts, run_of, stages
from db.queries.repairs import claims
from db.reader import AuditReader

SEARCH = "shortcuts"
"""The stage that makes findings."""


def side_of(audit: AuditReader) -> Side:
    """What is compared of an audit.

    Raises:
        InputError: its search for shortcuts has not been finished.
    """
    require_search(audit)
    names = class_names(audit.engine)
    searched = run_of(audit.engine, SEARCH)
    return Side(
        name=str(audit.directory),
        classes=tuple(names[i] for i in sorted(names)),
        concepts=tuple(concept_texts(audit.engine)),
        embeddings=np.asarray(audit.array("concept_embeddings")),
        text_map=shown_first(audit.engine) or "",
        claims=records(claims(audit.engine)),
        made_by=str(searched.versions.get("glowworm", "")) if searched else "",
        with_images=counts(audit.engine).images > 0,
    )


def require_search(audit: AuditReader) -> None:
    """Shortcuts must have been looked for, and not before something changed: silence about them
    is no result.
    """
    known = stages(audit.engine)
    own = ~known["name"].str.startswith(ADDED_LATER)
    stale = known.loc[own & (known["status"] == "stale"), "name"].tolist()
    if stale or not counts(audit.engine).findings:
        raise InputError(f"{audit.directory} is unfinished: finish it with audit --resume")


def records(frame: pd.DataFrame) -> list[Claim]:
    """Rows as mappings; missing values are None."""
    plain = frame.astype(object).where(frame.notna(), None)
    names = [str(name) for name in plain.columns]
    return [dict(zip(names, row, strict=True)) for row in plain.to_numpy().tolist()]
