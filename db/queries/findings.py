"""The findings page: (class, concept) pairs the classifier holds, and one of them."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.schema import Class, Concept, Finding


@dataclass(frozen=True)
class FindingFilter:
    """Which findings; a field left at its default lets all through."""

    class_id: int | None = None
    concept_id: int | None = None
    verdict: str | None = None
    name_implied: bool | None = None
    text_map: str | None = None
    largest_q: float | None = None
    search: str = ""  # in the class's name or the concept's text


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
    out_of_hull: bool | None
    """The concept reads far from every class name; None in a store that did not measure it."""


def findings(
    engine: Engine,
    filter: FindingFilter = FindingFilter(),
    *,
    order: Literal["q", "class"] = "q",
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Findings, smallest q first, or class by class and best first within each.

    Columns: the fields of ``FindingInfo``; rank is <NA> where the name implies the concept.
    """
    keys = (
        (Finding.q, Finding.score.desc(), Finding.id)
        if order == "q"
        else (Finding.class_id, Finding.position)
    )
    statement = _matching(filter).order_by(*keys)
    return read_frame(engine, page(statement, limit, offset), optional=("rank", "out_of_hull"))


def count_findings(engine: Engine, filter: FindingFilter = FindingFilter()) -> int:
    """How many findings match."""
    return count_rows(engine, _matching(filter))


def finding(engine: Engine, finding_id: int) -> FindingInfo | None:
    """One finding, None where there is none of that id."""
    return read_one(engine, FindingInfo, _all().where(Finding.id == finding_id))


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
    if filter.search.strip():
        statement = statement.where(contains(filter.search, Class.name, Concept.text))
    return statement
