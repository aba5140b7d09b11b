"""Records for the command line's ``--json``: plain dictionaries, missing numbers None."""

from typing import Any

from sqlalchemy import Engine, select

from db.queries.frame import shown_first
from db.schema import Class, Concept, Finding, Label, Unit


def findings_records(engine: Engine, *, text_map: str | None = None) -> list[dict[str, Any]]:
    """All findings by a text map or the one shown first, class by class, best first within each.

    Keys: class, concept, rank (None where the name implies the concept), verdict, name_implied,
    score, p, q, score_weights, z_weights, score_features, z_features, z_name, text_map.
    """
    statement = (
        select(
            Class.name.label("class"),
            Concept.text.label("concept"),
            Finding.rank,
            Finding.verdict,
            Finding.name_implied,
            Finding.score,
            Finding.p,
            Finding.q,
            Finding.score_weights,
            Finding.z_weights,
            Finding.score_features,
            Finding.z_features,
            Finding.z_name,
            Finding.text_map,
        )
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
        .where(Finding.text_map == (text_map or shown_first(engine)))
        .order_by(Finding.class_id, Finding.position)
    )
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def labels_records(
    engine: Engine, *, kind: str | None = None, text_map: str | None = None
) -> list[dict[str, Any]]:
    """The first label of every labelled unit, by a text map or the one shown first.

    Keys: kind, unit (its number within its kind), label, abstained, cosine, z, pearson, auprc,
    f1, auc, floor_pearson, text_map, method.
    """
    statement = (
        select(
            Unit.kind,
            Unit.number.label("unit"),
            Concept.text.label("label"),
            Label.abstained,
            Label.cosine,
            Label.z,
            Label.pearson,
            Label.auprc,
            Label.f1,
            Label.auc,
            Label.floor_pearson,
            Label.text_map,
            Label.method,
        )
        .join(Unit, Unit.id == Label.unit_id)
        .join(Concept, Concept.id == Label.concept_id)
        .where(Label.rank == 1, Label.text_map == (text_map or shown_first(engine)))
        .order_by(Unit.kind, Unit.number)
    )
    if kind is not None:
        statement = statement.where(Unit.kind == kind)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
