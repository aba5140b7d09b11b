"""The overview page: what was audited, how the audit went, what its numbers rest on."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Engine, func, or_, select

from db.queries.frame import columns_for, page, read_frame, read_one
from db.schema import (
    Class,
    Concept,
    Explanation,
    Finding,
    Image,
    Label,
    Measure,
    Model,
    Run,
    SkippedImage,
    SparseAutoencoder,
    Stage,
    TextMap,
    Unit,
)

ADDED_LATER = ("canary", "repair ", "explain ")
"""How the names of stages begin that a command added to a finished audit."""


@dataclass(frozen=True)
class ModelInfo:
    """The classifier under audit."""

    name: str
    spec: dict[str, Any]
    weights_sha256: str
    feature_dim: int
    num_classes: int
    preprocessing: dict[str, Any]
    split_method: str
    split_error: float


@dataclass(frozen=True)
class RunInfo:
    """One call of a command that wrote into the store."""

    id: int
    command: str
    config: dict[str, Any]
    versions: dict[str, Any]
    seed: int
    started: datetime
    finished: datetime | None
    status: str
    error: str | None


@dataclass(frozen=True)
class SaeInfo:
    """The sparse autoencoder and its scores on held-out images."""

    config: dict[str, Any]
    directory: str
    n_train: int
    n_held_out: int
    explained_variance: float
    l0: float
    alive_share: float
    top1_agreement: float
    logit_kl: float
    floor_explained_variance: float
    floor_top1_agreement: float
    seconds: float
    # None where not measured
    steps_taken: int | None
    threshold_trained: float | None
    threshold: float | None
    seeds: list[Any] | None  # as in ``db.schema.SparseAutoencoder``


@dataclass(frozen=True)
class Counts:
    """The denominators of an audit."""

    classes: int
    images: int
    labelled_images: int
    skipped_images: int
    concepts: int
    findings: int
    unexpected_findings: int
    latents: int
    alive_latents: int
    neurons: int
    labels: int
    explanations: int


def model(engine: Engine) -> ModelInfo | None:
    """The classifier, None before it was read."""
    return read_one(engine, ModelInfo, select(*columns_for(ModelInfo, Model)))


def sae(engine: Engine) -> SaeInfo | None:
    """The sparse autoencoder, None where there is none."""
    return read_one(engine, SaeInfo, select(*columns_for(SaeInfo, SparseAutoencoder)))


ADDING = ("glowworm canary", "glowworm repair", "glowworm explain", "glowworm map")
"""Commands that add to a finished audit."""


def last_run(engine: Engine) -> RunInfo | None:
    """The newest run of the audit itself, with its configuration and the versions it ran on.

    Runs that only added to it (``ADDING``) leave it whole, however they ended.
    """
    adding = or_(*(Run.command.startswith(command) for command in ADDING))
    statement = select(*columns_for(RunInfo, Run)).where(~adding)
    return read_one(engine, RunInfo, statement.order_by(Run.id.desc()).limit(1))


def run_of(engine: Engine, stage: str) -> RunInfo | None:
    """The run that made the results of a stage as they stand; None where it was never done."""
    statement = select(*columns_for(RunInfo, Run)).join(Stage, Stage.run_id == Run.id)
    return read_one(engine, RunInfo, statement.where(Stage.name == stage))


def runs(engine: Engine) -> pd.DataFrame:
    """All runs, newest first: id, command, seed, started, finished, status, error."""
    statement = select(
        Run.id, Run.command, Run.seed, Run.started, Run.finished, Run.status, Run.error
    ).order_by(Run.id.desc())
    return read_frame(engine, statement)


def stages(engine: Engine) -> pd.DataFrame:
    """Stages in their order: name, position, status, reason, notes (list), finished, seconds,
    run_id.
    """
    statement = select(
        Stage.name,
        Stage.position,
        Stage.status,
        Stage.reason,
        Stage.notes,
        Stage.finished,
        Stage.seconds,
        Stage.run_id,
    ).order_by(Stage.position)
    return read_frame(engine, statement)


def measures(engine: Engine) -> pd.DataFrame:
    """Numbers about the whole audit: name, value, floor, n (denominator), what, stage."""
    statement = select(
        Measure.name,
        Measure.value,
        Measure.floor,
        Measure.n,
        Measure.what,
        Measure.stage_name.label("stage"),
    ).order_by(Measure.name)
    return read_frame(engine, statement)


def text_maps(engine: Engine) -> pd.DataFrame:
    """Text maps, the one shown first on top and floors last: name, shown_first, is_floor, config,
    seconds, held_out_cosine, held_out_top1, held_out_top5, held_out_mrr, image_top1, image_top5,
    kept (its concepts and labels are in the store; else only these scores).
    """
    statement = select(
        TextMap.name,
        TextMap.shown_first,
        TextMap.is_floor,
        TextMap.config,
        TextMap.seconds,
        TextMap.held_out_cosine,
        TextMap.held_out_top1,
        TextMap.held_out_top5,
        TextMap.held_out_mrr,
        TextMap.image_top1,
        TextMap.image_top5,
        TextMap.kept,
    ).order_by(TextMap.shown_first.desc(), TextMap.is_floor, TextMap.kept.desc(), TextMap.name)
    return read_frame(engine, statement)


def skipped_images(engine: Engine, *, limit: int | None = 50, offset: int = 0) -> pd.DataFrame:
    """Files that could not be read: path, reason."""
    statement = select(SkippedImage.path, SkippedImage.reason).order_by(SkippedImage.path)
    return read_frame(engine, page(statement, limit, offset))


def classes_without_images(engine: Engine) -> int:
    """Of how many classes the audit holds no labelled image."""
    shown = select(Image.id).where(Image.class_id == Class.id).exists()
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(Class).where(~shown)) or 0


def counts(engine: Engine) -> Counts:
    """How many of everything the store holds."""

    def number(table: Any, *conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    statement = select(
        number(Class).label("classes"),
        number(Image).label("images"),
        number(Image, Image.class_id.is_not(None)).label("labelled_images"),
        number(SkippedImage).label("skipped_images"),
        number(Concept).label("concepts"),
        number(Finding).label("findings"),
        number(Finding, Finding.name_implied.is_(False)).label("unexpected_findings"),
        number(Unit, Unit.kind == "latent").label("latents"),
        number(Unit, Unit.kind == "latent", Unit.alive.is_(True)).label("alive_latents"),
        number(Unit, Unit.kind == "neuron").label("neurons"),
        number(Label).label("labels"),
        number(Explanation).label("explanations"),
    )
    with engine.connect() as connection:
        return Counts(**connection.execute(statement).one()._mapping)


def data_version(engine: Engine) -> str:
    """A token that changes whenever a stage is written: part of the key of every cached query."""
    with engine.connect() as connection:
        written = connection.execute(
            select(Stage.name, Stage.run_id, Stage.status, Stage.finished, Stage.notes).order_by(
                Stage.name
            )
        ).all()
        ended = connection.execute(select(Run.id, Run.status).order_by(Run.id)).all()
    return hashlib.sha256(repr((written, ended)).encode()).hexdigest()[:16]
