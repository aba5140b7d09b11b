"""Explanations of decisions: a list, and one with the sentences that lost."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.schema import Class, Explanation, Image


@dataclass(frozen=True)
class ExplanationFilter:
    """Which explanations; a field left at its default lets all through."""

    image_id: int | None = None
    class_id: int | None = None  # the decision that is explained
    method: str | None = None
    search: str = ""  # in the sentence


@dataclass(frozen=True)
class ExplanationInfo:
    """One explanation; ``candidates`` are the other sentences and their scores."""

    explanation_id: int
    image_id: int
    path: str
    class_id: int
    class_name: str
    method: str
    text: str
    score: float
    floor: float | None
    fluency: float
    language_model: str
    text_map: str
    seconds: float
    config: dict[str, Any]
    candidates: list[Any]


def explanations(
    engine: Engine,
    filter: ExplanationFilter = ExplanationFilter(),
    *,
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Explanations image by image, best score first within each.

    Columns: the fields of ``ExplanationInfo`` without config and candidates.
    """
    statement = _matching(filter).order_by(
        Explanation.image_id, Explanation.score.desc(), Explanation.id
    )
    return read_frame(engine, page(statement, limit, offset))


def count_explanations(
    engine: Engine,
    filter: ExplanationFilter = ExplanationFilter(),
) -> int:
    """How many explanations match."""
    return count_rows(engine, _matching(filter))


def explanation(engine: Engine, explanation_id: int) -> ExplanationInfo | None:
    """One explanation, None where there is none of that id."""
    statement = _all().add_columns(Explanation.config, Explanation.candidates)
    return read_one(engine, ExplanationInfo, statement.where(Explanation.id == explanation_id))


def _all() -> AnySelect:
    return (
        select(
            Explanation.id.label("explanation_id"),
            Explanation.image_id,
            Image.path,
            Explanation.class_id,
            Class.name.label("class_name"),
            Explanation.method,
            Explanation.text,
            Explanation.score,
            Explanation.floor,
            Explanation.fluency,
            Explanation.language_model,
            Explanation.text_map,
            Explanation.seconds,
        )
        .join(Image, Image.id == Explanation.image_id)
        .join(Class, Class.id == Explanation.class_id)
    )


def _matching(filter: ExplanationFilter) -> AnySelect:
    statement = _all()
    if filter.image_id is not None:
        statement = statement.where(Explanation.image_id == filter.image_id)
    if filter.class_id is not None:
        statement = statement.where(Explanation.class_id == filter.class_id)
    if filter.method is not None:
        statement = statement.where(Explanation.method == filter.method)
    if filter.search.strip():
        statement = statement.where(contains(filter.search, Explanation.text))
    return statement
