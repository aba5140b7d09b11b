"""The map: which latents and concepts it shows, and what the points on it are called."""

import pandas as pd
from sqlalchemy import Engine, and_, case, func, literal, not_, select, union_all

from db.queries.frame import read_frame
from db.queries.human import is_called
from db.queries.images import best_label_of
from db.schema import ClassConcept, Concept, Finding, HumanLabel, Label, TextMap, Unit

_BEST_OF_CLASS = 3


def mapped_latents(engine: Engine, *, most: int) -> list[int]:
    """Numbers of living latents in their order; of too many those with the best labels."""
    clears = case((and_(Label.id.is_not(None), not_(Label.abstained)), 0), else_=1)
    statement = (
        select(Unit.number)
        .outerjoin(Label, best_label_of(Unit.id))
        .where(Unit.kind == "latent", Unit.alive)
        .order_by(clears, Label.pearson.desc().nulls_last(), Unit.number)
        .limit(most)
    )
    with engine.connect() as connection:
        return sorted(connection.scalars(statement))


def mapped_concepts(engine: Engine, *, most: int) -> list[int]:
    """Concepts by the text map shown first that something is called by: labels of units, findings,
    then the best of a class by its weights; of too many the first of these.
    """
    shown = select(TextMap.name).where(TextMap.shown_first).scalar_subquery()
    labels = select(Label.concept_id, literal(0).label("tier"), literal(0.0).label("q")).where(
        Label.text_map == shown, Label.rank == 1, not_(Label.abstained)
    )
    findings = select(Finding.concept_id, literal(1), Finding.q).where(Finding.text_map == shown)
    best = select(ClassConcept.concept_id, literal(2), -ClassConcept.score).where(
        ClassConcept.text_map == shown,
        ClassConcept.source == "weights",
        ClassConcept.rank <= _BEST_OF_CLASS,
    )
    told = union_all(labels, findings, best).subquery()
    first = func.min(told.c.tier), func.min(told.c.q)
    statement = (
        select(told.c.concept_id)
        .group_by(told.c.concept_id)
        .order_by(*first, told.c.concept_id)
        .limit(most)
    )
    with engine.connect() as connection:
        return sorted(connection.scalars(statement))


def latent_labels(engine: Engine) -> pd.DataFrame:
    """Living latents with their first label and a person's: number, label, abstained, human; as in
    ``db.queries.units.units``.
    """
    statement = (
        select(
            Unit.number,
            Concept.text.label("label"),
            Label.abstained,
            HumanLabel.text.label("human"),
        )
        .select_from(Unit)
        .outerjoin(Label, best_label_of(Unit.id))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .outerjoin(HumanLabel, is_called())
        .where(Unit.kind == "latent", Unit.alive)
        .order_by(Unit.number)
    )
    return read_frame(engine, statement, optional=("abstained",))
