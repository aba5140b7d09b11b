"""Explanations of decisions and of classes: a list, one with all it rests on, its claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, Engine, ScalarSelect, and_, case, func, select

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.queries.human import is_called
from db.queries.images import best_label_of
from db.schema import Claim, ClaimUnit, Class, Concept, Explanation, HumanLabel, Image, Label, Unit

Subject = Literal["image", "class"]


@dataclass(frozen=True)
class ExplanationFilter:
    """Which explanations; a field left at its default lets all through."""

    image_id: int | None = None
    class_id: int | None = None  # the decision that is explained
    subject: Subject | None = None
    method: str | None = None
    struck: bool = False  # only those with a claim that was struck out
    errors: bool = False  # only of images whose folder says another class than is explained
    search: str = ""  # in the sentence


@dataclass(frozen=True)
class MethodSummary:
    """What all explanations of a method come to."""

    method: str
    explanations: int
    with_claims: int
    """Explanations any claim of which was tested."""
    claims: int
    supported: int
    squares: tuple[int, int, int]
    """Sums over explanations of claims², claims · supported and supported²: by them the share that
    is supported has its interval, for claims of one explanation stand or fall together."""
    scored: int
    """Explanations with a score and a floor."""
    above: int
    """… and with a score above it."""
    score: float | None
    """Mean over those scored."""
    floor: float | None


@dataclass(frozen=True)
class ExplanationInfo:
    """One explanation; ``candidates`` are the other sentences and their scores.

    ``details`` and ``ledger``: see ``db.schema.Explanation``.
    """

    explanation_id: int
    subject: Subject
    image_id: int | None
    path: str | None
    class_id: int
    class_name: str
    method: str
    unit_kind: str | None
    text: str
    claims: int
    struck: int
    score: float | None
    floor: float | None
    judge: str | None
    judge_score: float | None
    judge_floor: float | None
    fluency: float | None
    language_model: str | None
    text_map: str
    seed: int | None
    seconds: float
    config: dict[str, Any]
    candidates: list[Any]
    details: dict[str, Any]
    ledger: dict[str, Any] | None


def explanations(
    engine: Engine,
    filter: ExplanationFilter = ExplanationFilter(),
    *,
    limit: int | None = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """Explanations of images, image by image, then of classes; best score first within each.

    Columns: the fields of ``ExplanationInfo`` without config, candidates, details and ledger;
    ``image_id`` and ``seed`` may be <NA>.
    """
    statement = _matching(filter).order_by(
        Explanation.image_id.nulls_last(),
        Explanation.class_id,
        Explanation.score.desc().nulls_last(),
        Explanation.id,
    )
    return read_frame(engine, page(statement, limit, offset), optional=("image_id", "seed"))


def count_explanations(
    engine: Engine,
    filter: ExplanationFilter = ExplanationFilter(),
) -> int:
    """How many explanations match."""
    return count_rows(engine, _matching(filter))


def method_summaries(
    engine: Engine, filter: ExplanationFilter = ExplanationFilter()
) -> dict[str, MethodSummary]:
    """The explanations that match, method by method; methods without any are left out."""
    each = _matching(filter).order_by(None).subquery()
    held = each.c.claims - each.c.struck
    judged = case((and_(each.c.score.is_not(None), each.c.floor.is_not(None)), 1))
    statement = select(
        each.c.method,
        func.count(),
        func.count(case((each.c.claims > 0, 1))),
        func.sum(each.c.claims),
        func.sum(held),
        func.sum(each.c.claims * each.c.claims),
        func.sum(each.c.claims * held),
        func.sum(held * held),
        func.count(judged),
        func.count(case((each.c.score > each.c.floor, 1))),
        func.avg(case((judged == 1, each.c.score))),
        func.avg(case((judged == 1, each.c.floor))),
    ).group_by(each.c.method)
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    return {
        row[0]: MethodSummary(*row[:5], squares=(row[5], row[6], row[7]), **_scores(row[8:]))
        for row in rows
    }


def _scores(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(("scored", "above", "score", "floor"), row, strict=True))


def explanation(engine: Engine, explanation_id: int) -> ExplanationInfo | None:
    """One explanation, None where there is none of that id."""
    whole = (Explanation.config, Explanation.candidates, Explanation.details, Explanation.ledger)
    statement = _all().add_columns(*whole)
    return read_one(engine, ExplanationInfo, statement.where(Explanation.id == explanation_id))


def claims(engine: Engine, explanation_id: int) -> pd.DataFrame:
    """Claims of an explanation in the order of its text.

    Columns: number, text, start, end, meaning, supported, reason, presence, slope, projection,
    logit_drop, logit_random, logit_random_high, logit_mass, logit_mass_high, probability_drop,
    probability_random, probability_mass; NaN where it was not measured.
    """
    statement = select(*claim_columns()).where(Claim.explanation_id == explanation_id)
    return read_frame(engine, statement.order_by(Claim.number))


def claim_columns() -> list[Any]:
    """The columns of a claim that ``claims`` gives."""
    return [
        Claim.number,
        Claim.text,
        Claim.start,
        Claim.end,
        Claim.meaning,
        Claim.supported,
        Claim.reason,
        Claim.presence,
        Claim.slope,
        Claim.projection,
        Claim.logit_drop,
        Claim.logit_random,
        Claim.logit_random_high,
        Claim.logit_mass,
        Claim.logit_mass_high,
        Claim.probability_drop,
        Claim.probability_random,
        Claim.probability_mass,
    ]


def claim_units(engine: Engine, explanation_id: int) -> pd.DataFrame:
    """Units of the claims of an explanation, claim by claim.

    Columns: claim (its number), rank, kind, number (of the unit within its kind), activation,
    contribution, label, abstained (by the text map shown first; None and <NA> without), human.
    """
    statement = (
        select(
            ClaimUnit.number.label("claim"),
            ClaimUnit.rank,
            Unit.kind,
            Unit.number,
            ClaimUnit.activation,
            ClaimUnit.contribution,
            Concept.text.label("label"),
            Label.abstained,
            HumanLabel.text.label("human"),
        )
        .select_from(ClaimUnit)
        .join(Unit, Unit.id == ClaimUnit.unit_id)
        .outerjoin(Label, best_label_of(Unit.id))
        .outerjoin(Concept, Concept.id == Label.concept_id)
        .outerjoin(HumanLabel, is_called())
        .where(ClaimUnit.explanation_id == explanation_id)
        .order_by(ClaimUnit.number, ClaimUnit.rank)
    )
    return read_frame(engine, statement, optional=("abstained",))


def _count(*of: ColumnElement[bool]) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(Claim)
    return counted.where(Claim.explanation_id == Explanation.id, *of).scalar_subquery()


def _all() -> AnySelect:
    return (
        select(
            Explanation.id.label("explanation_id"),
            Explanation.subject,
            Explanation.image_id,
            Image.path,
            Explanation.class_id,
            Class.name.label("class_name"),
            Explanation.method,
            Explanation.unit_kind,
            Explanation.text,
            _count().label("claims"),
            _count(Claim.supported.is_(False)).label("struck"),
            Explanation.score,
            Explanation.floor,
            Explanation.judge,
            Explanation.judge_score,
            Explanation.judge_floor,
            Explanation.fluency,
            Explanation.language_model,
            Explanation.text_map,
            Explanation.seed,
            Explanation.seconds,
        )
        .outerjoin(Image, Image.id == Explanation.image_id)
        .join(Class, Class.id == Explanation.class_id)
    )


def _matching(filter: ExplanationFilter) -> AnySelect:
    statement = _all()
    if filter.image_id is not None:
        statement = statement.where(Explanation.image_id == filter.image_id)
    if filter.class_id is not None:
        statement = statement.where(Explanation.class_id == filter.class_id)
    if filter.subject is not None:
        statement = statement.where(Explanation.subject == filter.subject)
    if filter.method is not None:
        statement = statement.where(Explanation.method == filter.method)
    if filter.struck:
        statement = statement.where(_count(Claim.supported.is_(False)) > 0)
    if filter.errors:
        statement = statement.where(Image.class_id != Explanation.class_id)
    if filter.search.strip():
        statement = statement.where(contains(filter.search, Explanation.text))
    return statement


def stored_words(engine: Engine, method: str) -> list[str]:
    """What the stored explanations of a method say of their images, each once."""
    statement = select(Explanation.details).where(Explanation.method == method)
    with engine.connect() as connection:
        told = connection.scalars(statement).all()
    return sorted({details["words"] for details in told if details.get("words")})


def next_explanation_id(engine: Engine) -> int:
    """An id that no explanation has."""
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(Explanation.id)))
        return 0 if last is None else last + 1
