"""What people list and look at, by names that outlive the audit's own numbers."""

from typing import Any

from sqlalchemy import Connection, select

from db.errors import StoreError
from db.schema import UNIT_KINDS, Class, Concept, Finding, Image, Unit


def subject(connection: Connection, kind: str, identity: int) -> dict[str, Any]:
    """Kind, number, name and concept of what a page shows under ``identity``.

    A finding is its class's number, name and concept; a class its number and name; an image its
    path; a unit its number. Raises StoreError where the audit has no such thing.
    """
    row = None
    if kind == "finding":
        statement = (
            select(Finding.class_id, Class.name, Concept.text)
            .join(Class, Class.id == Finding.class_id)
            .join(Concept, Concept.id == Finding.concept_id)
        )
        row = connection.execute(statement.where(Finding.id == identity)).one_or_none()
    elif kind == "class":
        row = connection.execute(select(Class.id, Class.name).where(Class.id == identity)).first()
    elif kind == "image":
        row = connection.execute(select(Image.id, Image.path).where(Image.id == identity)).first()
    elif kind in UNIT_KINDS:
        unit = select(Unit.number).where(Unit.kind == kind, Unit.number == identity)
        row = connection.execute(unit).first()
    if row is None:
        raise StoreError(f"the audit has no {kind} {identity}; choose one that it lists")
    number, name, concept = (*row, None, None)[:3]
    return {"kind": kind, "number": number, "name": name, "concept": concept}
