"""Findings, labels and claims to take along: as records for ``--json``, as frames for files."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Engine, case, func, not_, select

from db.queries.evidence import evidence_records
from db.queries.explanations import claim_columns
from db.queries.findings import Same, SameConcept
from db.queries.frame import AnySelect, read_frame, shown_first
from db.queries.human import is_called
from db.schema import (
    Claim,
    ClaimUnit,
    Class,
    Concept,
    Explanation,
    Finding,
    HumanLabel,
    Image,
    Label,
    Unit,
)


def findings_records(engine: Engine, *, text_map: str | None = None) -> list[dict[str, Any]]:
    """All findings by a text map or the one shown first, class by class, best first within each.

    Keys: class, concept, rank (None where the name implies the concept, and for a duplicate),
    verdict, name_implied, id, score, p, q, score_weights, z_weights, score_features, z_features,
    score_latents, z_latents, z_name, named_share, duplicate_of (the better concept of the class
    that says the same), text_map, out_of_hull. Missing numbers are None.
    """
    return _records(engine, _findings(text_map or shown_first(engine)))


def findings_with_evidence(engine: Engine, *, text_map: str | None = None) -> list[dict[str, Any]]:
    """The same, with the key ``evidence``: lines as records of ``db.queries.evidence``, none where
    the finding was not tested.
    """
    chosen = text_map or shown_first(engine)
    lines = evidence_records(engine, chosen)
    records = findings_records(engine, text_map=chosen)
    return [record | {"evidence": lines.get(record["id"], [])} for record in records]


def findings_frame(engine: Engine) -> pd.DataFrame:
    """The same by the map shown first, as a frame whose columns are there without findings too."""
    return read_frame(engine, _findings(shown_first(engine)), optional=["rank", "out_of_hull"])


def labels_records(
    engine: Engine, *, kind: str | None = None, text_map: str | None = None
) -> list[dict[str, Any]]:
    """The first label of every labelled unit, by a text map or the one shown first.

    Keys: kind, unit (its number within its kind), label (the machine's), abstained, cosine, z,
    pearson, auprc, f1, auc, floor_pearson, text_map, method, correlation, pearson_low,
    pearson_high, human (the label that a person gave), human_author, same_label (units of its
    kind with the same first label, itself included; None where it abstained), spread, stability,
    level. What is missing is None.
    """
    statement = _labels(text_map or shown_first(engine))
    if kind is not None:
        statement = statement.where(Unit.kind == kind)
    return _records(engine, statement)


def labels_frame(engine: Engine) -> pd.DataFrame:
    """The same by the map shown first, as a frame whose columns are there without labels too."""
    return read_frame(engine, _labels(shown_first(engine)), optional=["same_label", "level"])


def claims_frame(engine: Engine) -> pd.DataFrame:
    """Every claim of every explanation, explanation by explanation.

    Columns: explanation_id, subject, path (None where a class is explained), class, method,
    unit_kind, the columns of ``db.queries.explanations.claims``, and units (numbers of its units,
    the first first, joined by spaces).
    """
    frame = read_frame(engine, _claims())
    known = frame.merge(_units_of_claims(engine), on=["explanation_id", "number"], how="left")
    return known.assign(units=known["units"].fillna(""))


def _records(engine: Engine, statement: AnySelect) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]


def _findings(text_map: str | None) -> AnySelect:
    return (
        select(
            Class.name.label("class"),
            Concept.text.label("concept"),
            Finding.rank,
            Finding.verdict,
            Finding.name_implied,
            Finding.id,
            Finding.score,
            Finding.p,
            Finding.q,
            Finding.score_weights,
            Finding.z_weights,
            Finding.score_features,
            Finding.z_features,
            Finding.score_latents,
            Finding.z_latents,
            Finding.z_name,
            Finding.named_share,
            SameConcept.text.label("duplicate_of"),
            Finding.text_map,
            Concept.out_of_hull,
        )
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
        .outerjoin(Same, Same.id == Finding.duplicate_of)
        .outerjoin(SameConcept, SameConcept.id == Same.concept_id)
        .where(Finding.text_map == text_map)
        .order_by(Finding.class_id, Finding.position)
    )


def _claims() -> AnySelect:
    return (
        select(
            Explanation.id.label("explanation_id"),
            Explanation.subject,
            Image.path,
            Class.name.label("class"),
            Explanation.method,
            Explanation.unit_kind,
            *claim_columns(),
        )
        .select_from(Claim)
        .join(Explanation, Explanation.id == Claim.explanation_id)
        .join(Class, Class.id == Explanation.class_id)
        .outerjoin(Image, Image.id == Explanation.image_id)
        .order_by(Explanation.id, Claim.number)
    )


def _units_of_claims(engine: Engine) -> pd.DataFrame:
    """Numbers of the units of every claim, as text: explanation_id, number, units."""
    claim = [ClaimUnit.explanation_id, ClaimUnit.number]
    statement = (
        select(*claim, Unit.number.label("unit"))
        .join(Unit, Unit.id == ClaimUnit.unit_id)
        .order_by(*claim, ClaimUnit.rank)
    )
    frame = read_frame(engine, statement)
    units = frame["unit"].astype(str).groupby([frame["explanation_id"], frame["number"]])
    return units.agg(" ".join).to_frame("units").reset_index()


def _labels(text_map: str | None) -> AnySelect:
    return (
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
            Label.correlation,
            Label.pearson_low,
            Label.pearson_high,
            HumanLabel.text.label("human"),
            HumanLabel.author.label("human_author"),
            _same_label().label("same_label"),
            Unit.spread,
            Unit.stability,
            Unit.level,
        )
        .join(Unit, Unit.id == Label.unit_id)
        .join(Concept, Concept.id == Label.concept_id)
        .outerjoin(HumanLabel, is_called())
        .where(Label.rank == 1, Label.text_map == text_map)
        .order_by(Unit.kind, Unit.number)
    )


def _same_label() -> ColumnElement[int | None]:
    alike = func.count().over(partition_by=(Unit.kind, Label.concept_id, Label.abstained))
    return case((not_(Label.abstained), alike))
