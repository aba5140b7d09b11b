"""A finding's card: its lines of evidence and its images."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import columns_for, read_frame
from db.queries.images import Best, PredictedClass, TrueClass, is_best
from db.schema import Evidence, EvidenceImage, Finding, Image


@dataclass(frozen=True)
class EvidenceLine:
    """What was measured, with its 95 % interval, beside the same with a matched random control.

    Numbers are None where there are none; ``holds`` is None where it could not be tested.
    """

    line: str
    value: float | None
    low: float | None
    high: float | None
    control: float | None
    control_low: float | None
    control_high: float | None
    n: int
    holds: bool | None
    detail: Mapping[str, Any]


def evidence(engine: Engine, finding_id: int) -> dict[str, EvidenceLine]:
    """A finding's lines by their names; none where it was not tested."""
    statement = select(*columns_for(EvidenceLine, Evidence)).where(
        Evidence.finding_id == finding_id
    )
    with engine.connect() as connection:
        rows = connection.execute(statement.order_by(Evidence.line)).all()
    return {row.line: EvidenceLine(**row._mapping) for row in rows}


def evidence_records(engine: Engine, text_map: str | None) -> dict[int, list[dict[str, Any]]]:
    """Lines of all findings by a text map, as records, under the findings' ids."""
    statement = (
        select(Evidence.finding_id, *columns_for(EvidenceLine, Evidence))
        .join(Finding, Finding.id == Evidence.finding_id)
        .where(Finding.text_map == text_map)
        .order_by(Evidence.finding_id, Evidence.line)
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(statement).mappings():
            record = dict(row)
            found[record.pop("finding_id")].append(record)
    return dict(found)


def evidence_images(engine: Engine, finding_id: int) -> pd.DataFrame:
    """Images on a finding's card, role by role: role, rank, image_id, path, class_name, predicted,
    shows, margin, after, control (as in ``db.schema.EvidenceImage``).
    """
    statement = (
        select(
            EvidenceImage.role,
            EvidenceImage.rank,
            EvidenceImage.image_id,
            Image.path,
            TrueClass.name.label("class_name"),
            PredictedClass.name.label("predicted"),
            EvidenceImage.shows,
            EvidenceImage.margin,
            EvidenceImage.after,
            EvidenceImage.control,
        )
        .join(Image, Image.id == EvidenceImage.image_id)
        .outerjoin(TrueClass, TrueClass.id == Image.class_id)
        .outerjoin(Best, is_best())
        .outerjoin(PredictedClass, PredictedClass.id == Best.class_id)
        .where(EvidenceImage.finding_id == finding_id)
        .order_by(EvidenceImage.role, EvidenceImage.rank)
    )
    return read_frame(engine, statement)
