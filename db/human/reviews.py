"""Verdicts of people on findings."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, select

from db.errors import StoreError
from db.human.writing import LONGEST_AUTHOR, checked, checked_comment, writing
from db.schema import DECISIONS, Class, Concept, Finding, Review


def review_finding(
    directory: Path, finding_id: int, decision: str | None, *, author: str, comment: str = ""
) -> None:
    """Decide about a finding: one of ``DECISIONS``; None takes one's own decision back.

    It is kept by class and concept, so that it stands beside the same finding of every text map
    and of every later run of the audit. Raises StoreError for an unknown decision or finding, an
    author that is empty or too long, a decision taken back that was never made, and where the
    store cannot be written.
    """
    if decision is not None and decision not in DECISIONS:
        raise StoreError(f"{decision!r} is no decision; give one of {', '.join(DECISIONS)}")
    said = {
        "author": checked("author", author, LONGEST_AUTHOR),
        "decision": decision,
        "comment": checked_comment(comment),
    }
    with writing(directory) as connection:
        found = connection.execute(
            select(Finding.class_id, Class.name.label("class_name"), Concept.text.label("concept"))
            .join(Class, Class.id == Finding.class_id)
            .join(Concept, Concept.id == Finding.concept_id)
            .where(Finding.id == finding_id)
        ).one_or_none()
        if found is None:
            raise StoreError(f"{directory} has no finding {finding_id}; give one that it lists")
        if decision is None:
            mine = Review.author == said["author"], Review.class_id == found.class_id
            newest = select(Review.decision).where(*mine, Review.concept == found.concept)
            if connection.scalar(newest.order_by(Review.id.desc()).limit(1)) is None:
                raise StoreError(f"{said['author']} has not decided about it; decide first")
        connection.execute(insert(Review), {**said, **found._mapping, "at": datetime.now(UTC)})
