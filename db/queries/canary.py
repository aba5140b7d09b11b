"""The canary certificate: cues planted into a copy of the images, and what the audit made of it."""

import pandas as pd
from sqlalchemy import Engine, select

from db.queries.frame import AnySelect, read_frame
from db.schema import Canary, Class, Measure

PREFIX = "canary "


def planted_cues(engine: Engine) -> pd.DataFrame:
    """Classes with a planted cue, by text map, correlation and cue.

    Columns: text_map, correlation, class_id, class_name, cue, concept (of its finding), rank, top
    (what comes first), q, verdict ("missed" where the cue is not among the unexpected concepts),
    accuracy_with, accuracy_without, n_images. rank is <NA> for a missed cue.
    """
    return _frame(engine, _rows().where(Canary.cue.is_not(None)))


def clean_twins(engine: Engine) -> pd.DataFrame:
    """Classes without a cue, with the same columns; q and verdict are of the strongest finding."""
    return _frame(engine, _rows().where(Canary.cue.is_(None)))


def certificate(engine: Engine) -> pd.DataFrame:
    """Its measures: name (without "canary "), value, floor, n, what; empty before it was made."""
    statement = (
        select(Measure.name, Measure.value, Measure.floor, Measure.n, Measure.what)
        .where(Measure.stage_name == "canary")
        .order_by(Measure.name)
    )
    frame = read_frame(engine, statement)
    frame["name"] = frame["name"].str.removeprefix(PREFIX)
    return frame


def _rows() -> AnySelect:
    return (
        select(
            Canary.text_map,
            Canary.correlation,
            Canary.class_id,
            Class.name.label("class_name"),
            Canary.cue,
            Canary.concept,
            Canary.rank,
            Canary.top,
            Canary.q,
            Canary.verdict,
            Canary.accuracy_with,
            Canary.accuracy_without,
            Canary.n_images,
        )
        .join(Class, Class.id == Canary.class_id)
        .order_by(Canary.text_map, Canary.correlation, Canary.cue, Canary.id)
    )


def _frame(engine: Engine, statement: AnySelect) -> pd.DataFrame:
    return read_frame(engine, statement, optional=("rank",))
