"""The classes page: all classes, and what the classifier holds of one."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Engine, Float, and_, case, cast, func, select, true

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.queries.images import Best, PredictedClass, best_label_of, is_best, is_error
from db.schema import (
    Class,
    ClassConcept,
    Concept,
    Finding,
    Image,
    Label,
    TextMap,
    Unit,
    UnitClass,
)

TRUE = true()


@dataclass(frozen=True)
class ClassInfo:
    """One class; ``accuracy`` is None where it has no images. Findings are counted by the text
    map shown first.
    """

    class_id: int
    class_name: str
    folder: str | None
    images: int
    errors: int
    accuracy: float | None
    findings: int
    unexpected_findings: int
    supported_findings: int
    """Unexpected ones that the tests support."""


def classes(
    engine: Engine,
    *,
    search: str = "",
    order: Literal["id", "name", "errors", "findings"] = "id",
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Classes in the order of the classifier's outputs, by name, or worst first.

    Columns: the fields of ``ClassInfo``; accuracy is NaN where a class has no images.
    """
    statement = _searched(_with_numbers(), search)
    columns = statement.selected_columns
    keys: dict[str, tuple[Any, ...]] = {
        "id": (),
        "name": (Class.name,),
        "errors": (columns["errors"].desc(),),
        "findings": (
            columns["supported_findings"].desc(),
            columns["unexpected_findings"].desc(),
            columns["errors"].desc(),
        ),
    }
    return read_frame(engine, page(statement.order_by(*keys[order], Class.id), limit, offset))


def count_classes(engine: Engine, *, search: str = "") -> int:
    """How many classes match."""
    return count_rows(engine, _searched(select(Class.id), search))


def class_names(engine: Engine) -> dict[int, str]:
    """All classes' names by id, in the order of the classifier's outputs."""
    with engine.connect() as connection:
        rows = connection.execute(select(Class.id, Class.name).order_by(Class.id)).all()
    return {row.id: row.name for row in rows}


def class_info(engine: Engine, class_id: int) -> ClassInfo | None:
    """One class, None where there is none of that id."""
    statement = _with_numbers(Image.class_id == class_id, Finding.class_id == class_id)
    return read_one(engine, ClassInfo, statement.where(Class.id == class_id))


def class_concepts(
    engine: Engine, class_id: int, text_map: str, *, limit: int | None = 20
) -> pd.DataFrame:
    """Best concepts of a class by a text map: source (weights, features), rank, concept_id,
    concept, score, z, corrected, standout; at most ``limit`` for each source.
    """
    statement = (
        select(
            ClassConcept.source,
            ClassConcept.rank,
            ClassConcept.concept_id,
            Concept.text.label("concept"),
            ClassConcept.score,
            ClassConcept.z,
            ClassConcept.corrected,
            ClassConcept.standout,
        )
        .join(Concept, Concept.id == ClassConcept.concept_id)
        .where(ClassConcept.class_id == class_id, ClassConcept.text_map == text_map)
        .order_by(ClassConcept.source.desc(), ClassConcept.rank)
    )
    if limit is not None:
        statement = statement.where(ClassConcept.rank <= limit)
    return read_frame(engine, statement)


def class_confusions(engine: Engine, class_id: int, *, limit: int | None = 10) -> pd.DataFrame:
    """What the images of a class are taken for: predicted_id, predicted, images; most first."""
    number = func.count().label("images")
    statement = (
        select(Best.class_id.label("predicted_id"), PredictedClass.name.label("predicted"), number)
        .select_from(Image)
        .join(Best, is_best())
        .join(PredictedClass, PredictedClass.id == Best.class_id)
        .where(Image.class_id == class_id)
        .group_by(Best.class_id, PredictedClass.name)
        .order_by(number.desc(), Best.class_id)
    )
    return read_frame(engine, page(statement, limit, 0))


def class_units(
    engine: Engine,
    class_id: int,
    *,
    kind: str = "latent",
    push: Literal["up", "down"] = "up",
    limit: int | None = 20,
) -> pd.DataFrame:
    """Living units that push the class's logit up, or down, strongest first: unit_id, kind,
    number, effect, label, abstained (by the text map shown first; None and <NA> without a label).

    Only classes among a unit's strongest effects are in the store.
    """
    up = push == "up"
    statement = (
        select(
            Unit.id.label("unit_id"),
            Unit.kind,
            Unit.number,
            UnitClass.effect,
            Concept.text.label("label"),
            Label.abstained,
        )
        .select_from(UnitClass)
        .join(Unit, Unit.id == UnitClass.unit_id)
        .outerjoin(Label, best_label_of(Unit.id))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .where(UnitClass.class_id == class_id, Unit.kind == kind, Unit.alive.is_(True))
        .where(UnitClass.effect > 0 if up else UnitClass.effect < 0)
        .order_by(UnitClass.effect.desc() if up else UnitClass.effect, Unit.id)
    )
    return read_frame(engine, page(statement, limit, 0), optional=("abstained",))


def _with_numbers(
    of_images: ColumnElement[bool] = TRUE, of_findings: ColumnElement[bool] = TRUE
) -> AnySelect:
    """Classes with their numbers of images and findings, counted among those asked for."""
    images = (
        select(
            Image.class_id,
            func.count().label("images"),
            func.count(case((is_error(), 1))).label("errors"),
            func.count(Best.class_id).label("decided"),
        )
        .select_from(Image)
        .outerjoin(Best, is_best())
        .where(Image.class_id.is_not(None), of_images)
        .group_by(Image.class_id)
        .subquery()
    )
    unexpected = Finding.name_implied.is_(False)
    findings = (
        select(
            Finding.class_id,
            func.count().label("findings"),
            func.count(case((unexpected, 1))).label("unexpected"),
            func.count(case((and_(unexpected, Finding.verdict == "supported"), 1))).label(
                "supported"
            ),
        )
        .join(TextMap, and_(TextMap.name == Finding.text_map, TextMap.shown_first))
        .where(of_findings)
        .group_by(Finding.class_id)
        .subquery()
    )
    right = cast(images.c.decided - images.c.errors, Float)
    return (
        select(
            Class.id.label("class_id"),
            Class.name.label("class_name"),
            Class.folder,
            func.coalesce(images.c.images, 0).label("images"),
            func.coalesce(images.c.errors, 0).label("errors"),
            (right / func.nullif(images.c.decided, 0)).label("accuracy"),
            func.coalesce(findings.c.findings, 0).label("findings"),
            func.coalesce(findings.c.unexpected, 0).label("unexpected_findings"),
            func.coalesce(findings.c.supported, 0).label("supported_findings"),
        )
        .outerjoin(images, images.c.class_id == Class.id)
        .outerjoin(findings, findings.c.class_id == Class.id)
    )


def _searched(statement: AnySelect, search: str) -> AnySelect:
    return statement.where(contains(search, Class.name)) if search.strip() else statement
