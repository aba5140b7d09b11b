"""Repairs of a finding, and what a guard compares: claims with their evidence."""

from typing import Any

import pandas as pd
from sqlalchemy import Engine, select
from sqlalchemy.orm import aliased

from db.queries.frame import read_frame, shown_first
from db.schema import Class, Concept, Evidence, Finding, Repair

LINES = ("masking", "accuracy", "projecting")
"""Lines of evidence that say how much a class relies on a concept."""


def repairs(engine: Engine, finding_id: int | None = None) -> pd.DataFrame:
    """Edits tried, of one finding or of all, in the order in which they were tried.

    Columns: finding_id, class_name, concept, method, chosen, n_images, n_with, n_without,
    accuracy_before, accuracy_after, with_before, with_after, without_before, without_after, worst
    (list), path.
    """
    statement = (
        select(
            Repair.finding_id,
            Class.name.label("class_name"),
            Concept.text.label("concept"),
            Repair.method,
            Repair.chosen,
            Repair.n_images,
            Repair.n_with,
            Repair.n_without,
            Repair.accuracy_before,
            Repair.accuracy_after,
            Repair.with_before,
            Repair.with_after,
            Repair.without_before,
            Repair.without_after,
            Repair.worst,
            Repair.path,
        )
        .join(Finding, Finding.id == Repair.finding_id)
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
        .order_by(Repair.id)
    )
    if finding_id is not None:
        statement = statement.where(Repair.finding_id == finding_id)
    return read_frame(engine, statement)


def finding_called(engine: Engine, name: str) -> int | None:
    """Id of the finding called "class/concept" by the map shown first; None where none is.

    Of classes with the same name the one whose finding stands out most.
    """
    statement = (
        select(Finding.id)
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
        .where(Finding.text_map == shown_first(engine))
        .where(Class.name + "/" + Concept.text == name)
        .order_by(Finding.q, Finding.score.desc(), Finding.id)
    )
    with engine.connect() as connection:
        return connection.scalar(statement.limit(1))


def named_latents(engine: Engine, finding_id: int) -> list[int]:
    """Numbers of the latents that a finding's concept names; none where it was not tested."""
    statement = select(Evidence.detail).where(
        Evidence.finding_id == finding_id, Evidence.line == "named"
    )
    with engine.connect() as connection:
        detail: dict[str, Any] = connection.scalar(statement) or {}
    return list(detail.get("latents", []))


def claims(engine: Engine) -> pd.DataFrame:
    """Findings of the map shown first, class by class, with what the class relies on.

    Columns: finding_id, class_id, class_name, concept, rank, name_implied, verdict, q, score,
    named_share, duplicate_of (id of the better finding), and for each of ``LINES`` LINE, LINE_low
    and LINE_high (NaN where it was not measured).
    """
    lines = {name: aliased(Evidence) for name in LINES}
    columns: list[Any] = [
        Finding.id.label("finding_id"),
        Finding.class_id,
        Class.name.label("class_name"),
        Concept.text.label("concept"),
        Finding.rank,
        Finding.name_implied,
        Finding.verdict,
        Finding.q,
        Finding.score,
        Finding.named_share,
        Finding.duplicate_of,
    ]
    for name, line in lines.items():
        columns += [
            line.value.label(name),
            line.low.label(f"{name}_low"),
            line.high.label(f"{name}_high"),
        ]
    statement = (
        select(*columns)
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
    )
    for name, line in lines.items():
        statement = statement.outerjoin(line, (line.finding_id == Finding.id) & (line.line == name))
    statement = statement.where(Finding.text_map == shown_first(engine)).order_by(
        Finding.class_id, Finding.position
    )
    return read_frame(engine, statement, optional=("rank", "duplicate_of"))
