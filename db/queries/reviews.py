"""What people decided about findings."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import ColumnElement, Engine, and_, func, or_, select
from sqlalchemy.orm import aliased

from db.queries.frame import AnySelect, read_frame
from db.schema import Class, Concept, Finding, Review


def current_reviews(engine: Engine) -> pd.DataFrame:
    """The decision of each author on each (class, concept) that holds, newest first.

    Columns: class_id, class_name (of today, as it was then where the audit has no such class),
    concept, author, decision, comment, at.
    """
    statement = (
        select(
            Review.class_id,
            func.coalesce(Class.name, Review.class_name).label("class_name"),
            Review.concept,
            Review.author,
            Review.decision,
            Review.comment,
            Review.at,
        )
        .outerjoin(Class, Class.id == Review.class_id)
        .where(holds(), Review.decision.is_not(None))
        .order_by(Review.id.desc())
    )
    return read_frame(engine, statement)


def review_history(engine: Engine, class_id: int, concept: str) -> pd.DataFrame:
    """All that was decided about one finding, newest first: at, author, decision, comment;
    decision is None where it was taken back."""
    statement = (
        select(Review.at, Review.author, Review.decision, Review.comment)
        .where(Review.class_id == class_id, Review.concept == concept)
        .order_by(Review.id.desc())
    )
    return read_frame(engine, statement)


def decisions(engine: Engine, finding_ids: Sequence[int]) -> pd.DataFrame:
    """What holds for these findings, oldest first: finding_id, author, decision, comment."""
    statement = (
        select(Finding.id.label("finding_id"), Review.author, Review.decision, Review.comment)
        .join(Concept, Concept.id == Finding.concept_id)
        .join(Review, and_(Review.class_id == Finding.class_id, Review.concept == Concept.text))
        .where(Finding.id.in_([int(i) for i in finding_ids]))
        .where(holds(), Review.decision.is_not(None))
        .order_by(Review.id)
    )
    return read_frame(engine, statement)


def reviewers(engine: Engine) -> list[str]:
    """Who decided about anything, in order of name."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Review.author).distinct().order_by(Review.author)))


def holds() -> ColumnElement[bool]:
    """Whether a row of ``Review`` is its author's newest on its class and concept."""
    newest = select(func.max(Review.id)).group_by(Review.author, Review.class_id, Review.concept)
    return Review.id.in_(newest)


def is_decided(by: str | None = None, decision: str | None = None) -> ColumnElement[bool]:
    """Whether a ``Finding`` joined with its ``Concept`` was decided: by anybody or one author, in
    any way or one."""
    statement = _about_finding()
    if by is not None:
        statement = statement.where(Review.author == by)
    if decision is not None:
        statement = statement.where(Review.decision == decision)
    return statement.exists()


def is_disputed() -> ColumnElement[bool]:
    """Whether two people decided differently about a ``Finding`` joined with its ``Concept``."""
    other = aliased(Review)
    newest = select(func.max(other.id)).group_by(other.author, other.class_id, other.concept)
    another = select(other.id).where(
        other.id.in_(newest),
        other.class_id == Review.class_id,
        other.concept == Review.concept,
        or_(other.decision < Review.decision, other.decision > Review.decision),
    )
    return _about_finding().where(another.exists()).exists()


def _about_finding() -> AnySelect:
    return select(Review.id).where(
        Review.class_id == Finding.class_id,
        Review.concept == Concept.text,
        holds(),
        Review.decision.is_not(None),
    )
