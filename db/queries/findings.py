"""The findings page: (class, concept) pairs the classifier holds, and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from sqlalchemy import ColumnElement, Engine, case, func, not_, or_, select
from sqlalchemy.orm import aliased

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.queries.reviews import is_decided, is_disputed
from db.schema import Class, Concept, Finding

VERDICTS = ("supported", "correlational", "insufficient", "candidate", "refuted")
"""In the order in which they call for a look."""

Decided = Literal["anybody", "nobody", "not by", "disputed", "confirmed", "rejected", "needs data"]

Same = aliased(Finding, name="same")
SameConcept = aliased(Concept, name="same_concept")


@dataclass(frozen=True)
class FindingFilter:
    """Which findings; a field left at its default lets all through."""

    class_id: int | None = None
    concept_id: int | None = None
    verdict: str | None = None
    name_implied: bool | None = None
    text_map: str | None = None
    largest_q: float | None = None
    folded: bool = False  # without findings that say the same as a better one of their class
    decided: Decided | None = None  # by people
    reviewer: str | None = None  # who "not by" means
    search: str = ""  # in the class's name or the concept's text; folded, in its duplicates' too


@dataclass(frozen=True)
class FindingInfo:
    """One finding with all its scores."""

    finding_id: int
    class_id: int
    class_name: str
    concept_id: int
    concept: str
    text_map: str
    position: int
    rank: int | None
    name_implied: bool
    verdict: str
    score: float
    p: float
    q: float
    score_weights: float
    z_weights: float
    score_features: float | None
    z_features: float | None
    z_name: float
    score_latents: float | None
    z_latents: float | None
    named_share: float | None
    """Of the class's logit, carried by latents that are called so; None where not tested."""
    duplicate_of: int | None
    """Id of the better finding of this class that says the same."""
    out_of_hull: bool | None
    """The concept reads far from every class name; None in a store that did not measure it."""


def findings(
    engine: Engine,
    filter: FindingFilter = FindingFilter(),
    *,
    order: Literal["verdict", "q", "class"] = "q",
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Findings, smallest q first (within the order of ``VERDICTS`` if asked), or class by class
    and best first within each.

    Columns: the fields of ``FindingInfo``; rank is <NA> where the name implies the concept, and
    for a duplicate.
    """
    strongest = Finding.q, Finding.score.desc(), Finding.id
    keys = {
        "verdict": (_place_of_verdict(), *strongest),
        "q": strongest,
        "class": (Finding.class_id, Finding.position),
    }[order]
    statement = page(_matching(filter).order_by(*keys), limit, offset)
    return read_frame(engine, statement, optional=("rank", "duplicate_of", "out_of_hull"))


def count_findings(engine: Engine, filter: FindingFilter = FindingFilter()) -> int:
    """How many findings match."""
    return count_rows(engine, _matching(filter))


def finding(engine: Engine, finding_id: int) -> FindingInfo | None:
    """One finding, None where there is none of that id."""
    return read_one(engine, FindingInfo, _all().where(Finding.id == finding_id))


def duplicates(engine: Engine, finding_ids: Sequence[int]) -> pd.DataFrame:
    """Findings that say the same as one of these, best first: leader (id), finding_id, concept."""
    statement = (
        select(
            Finding.duplicate_of.label("leader"),
            Finding.id.label("finding_id"),
            Concept.text.label("concept"),
        )
        .join(Concept, Concept.id == Finding.concept_id)
        .where(Finding.duplicate_of.in_([int(i) for i in finding_ids]))
        .order_by(Finding.duplicate_of, Finding.position)
    )
    return read_frame(engine, statement)


def count_verdicts(engine: Engine, filter: FindingFilter = FindingFilter()) -> dict[str, int]:
    """How many of these findings have each verdict, in the order of ``VERDICTS``; none is 0."""
    matching = _matching(filter).subquery()
    statement = select(matching.c.verdict, func.count()).group_by(matching.c.verdict)
    with engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(statement)}
    return {verdict: found.get(verdict, 0) for verdict in VERDICTS}


def _place_of_verdict() -> ColumnElement[int]:
    places = {verdict: place for place, verdict in enumerate(VERDICTS)}
    return case(places, value=Finding.verdict)


def _all() -> AnySelect:
    return (
        select(
            Finding.id.label("finding_id"),
            Finding.class_id,
            Class.name.label("class_name"),
            Finding.concept_id,
            Concept.text.label("concept"),
            Finding.text_map,
            Finding.position,
            Finding.rank,
            Finding.name_implied,
            Finding.verdict,
            Finding.score,
            Finding.p,
            Finding.q,
            Finding.score_weights,
            Finding.z_weights,
            Finding.score_features,
            Finding.z_features,
            Finding.z_name,
            Finding.score_latents,
            Finding.z_latents,
            Finding.named_share,
            Finding.duplicate_of,
            Concept.out_of_hull,
        )
        .join(Class, Class.id == Finding.class_id)
        .join(Concept, Concept.id == Finding.concept_id)
    )


def _matching(filter: FindingFilter) -> AnySelect:
    statement = _all()
    if filter.class_id is not None:
        statement = statement.where(Finding.class_id == filter.class_id)
    if filter.concept_id is not None:
        statement = statement.where(Finding.concept_id == filter.concept_id)
    if filter.verdict is not None:
        statement = statement.where(Finding.verdict == filter.verdict)
    if filter.name_implied is not None:
        statement = statement.where(Finding.name_implied == filter.name_implied)
    if filter.text_map is not None:
        statement = statement.where(Finding.text_map == filter.text_map)
    if filter.largest_q is not None:
        statement = statement.where(Finding.q <= filter.largest_q)
    if filter.folded:
        statement = statement.where(Finding.duplicate_of.is_(None))
    if filter.decided is not None:
        statement = statement.where(_decided(filter.decided, filter.reviewer))
    if filter.search.strip():
        statement = statement.where(_called(filter))
    return statement


def _decided(how: Decided, reviewer: str | None) -> ColumnElement[bool]:
    """Whether people decided about a finding in this way."""
    match how:
        case "anybody":
            return is_decided()
        case "nobody":
            return not_(is_decided())
        case "not by":
            return not_(is_decided(by=reviewer))
        case "disputed":
            return is_disputed()
        case decision:
            return is_decided(decision=decision)


def _called(filter: FindingFilter) -> ColumnElement[bool]:
    """Whether the searched text is in a finding's names, or in those folded under it."""
    found = contains(filter.search, Class.name, Concept.text)
    if not filter.folded:
        return found
    # A set that is made once: asked finding by finding, all findings would be searched for each.
    under = (
        select(Same.duplicate_of)
        .join(SameConcept, SameConcept.id == Same.concept_id)
        .where(Same.duplicate_of.is_not(None), contains(filter.search, SameConcept.text))
    )
    return or_(found, Finding.id.in_(under))
