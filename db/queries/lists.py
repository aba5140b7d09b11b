"""The lists that people keep."""

import pandas as pd
from sqlalchemy import ColumnElement, Engine, and_, func, select

from db.queries.frame import AnySelect, read_frame
from db.schema import Class, Concept, Finding, Image, ListEntry


def lists(engine: Engine) -> pd.DataFrame:
    """Lists that hold something, by name: list_name, entries, changed (when)."""
    statement = (
        select(
            ListEntry.list_name,
            func.count().label("entries"),
            func.max(ListEntry.at).label("changed"),
        )
        .where(_holds(), ListEntry.kept)
        .group_by(ListEntry.list_name)
        .order_by(ListEntry.list_name)
    )
    return read_frame(engine, statement)


def entries(engine: Engine, list_name: str) -> pd.DataFrame:
    """What a list holds, in the order in which it was put there; columns of ``all_entries``."""
    return _entries(engine, list_name)


def all_entries(engine: Engine) -> pd.DataFrame:
    """What all lists hold, list by list.

    Columns: list_name, kind, number, name, concept (``db.human.subjects``), identity (what its
    page shows it under; <NA> where the audit no longer has it), author, comment, at.
    """
    return _entries(engine, None)


def _entries(engine: Engine, list_name: str | None) -> pd.DataFrame:
    finding = (
        select(func.min(Finding.id))
        .join(Concept, Concept.id == Finding.concept_id)
        .where(Finding.class_id == ListEntry.number, Concept.text == ListEntry.concept)
        .scalar_subquery()
    )
    statement = (
        select(
            ListEntry.list_name,
            ListEntry.kind,
            ListEntry.number,
            ListEntry.name,
            ListEntry.concept,
            finding.label("finding_id"),
            Class.id.label("class_id"),
            Image.id.label("image_id"),
            ListEntry.author,
            ListEntry.comment,
            ListEntry.at,
        )
        .outerjoin(Class, and_(ListEntry.kind == "class", Class.id == ListEntry.number))
        .outerjoin(Image, and_(ListEntry.kind == "image", Image.path == ListEntry.name))
        .where(_holds(), ListEntry.kept)
        .order_by(ListEntry.list_name, ListEntry.id)
    )
    if list_name is not None:
        statement = statement.where(ListEntry.list_name == list_name)
    frame = read_frame(engine, statement, optional=("number", "finding_id", "class_id", "image_id"))
    places = {"finding": "finding_id", "class": "class_id", "image": "image_id"}
    frame["identity"] = [
        row[places.get(str(row["kind"]), "number")] for row in frame.to_dict("records")
    ]
    frame["identity"] = frame["identity"].astype("Int64")
    return frame.drop(columns=list(places.values()))


def lists_of(engine: Engine, kind: str, identity: int) -> list[str]:
    """Names of the lists that hold what a page shows under ``identity``."""
    statement = (
        select(ListEntry.list_name)
        .where(_holds(), ListEntry.kept, ListEntry.kind == kind, _is_subject(kind, identity))
        .order_by(ListEntry.list_name)
    )
    with engine.connect() as connection:
        return list(connection.scalars(statement))


def _is_subject(kind: str, identity: int) -> ColumnElement[bool]:
    if kind == "image":
        path = select(Image.path).where(Image.id == identity).scalar_subquery()
        return ListEntry.name == path
    if kind == "finding":
        about: AnySelect = (
            select(Finding.id)
            .join(Concept, Concept.id == Finding.concept_id)
            .where(Finding.id == identity)
            .where(Finding.class_id == ListEntry.number, Concept.text == ListEntry.concept)
        )
        return about.exists()
    return ListEntry.number == identity


def _holds() -> ColumnElement[bool]:
    """Whether a row of ``ListEntry`` is the newest of its list and subject."""
    newest = select(func.max(ListEntry.id)).group_by(
        ListEntry.list_name,
        ListEntry.kind,
        ListEntry.number,
        ListEntry.concept,
        # An image goes by its path: its number is another one after another audit.
        func.iif(ListEntry.kind == "image", ListEntry.name, ""),
    )
    return ListEntry.id.in_(newest)
