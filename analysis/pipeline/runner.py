"""Runs the stages of an audit in order; skips what is current, redoes what changed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.config import AuditConfig
from analysis.pipeline.hashing import code_version, content_hash
from analysis.progress import Progress
from db.schema import Base
from db.store import AuditStore


@dataclass(frozen=True)
class Outcome:
    """What a stage leaves in the store, in one transaction."""

    rows: Mapping[type[Base], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: Sequence[str] = ()
    """Warnings and fallbacks, one sentence each, shown to the auditor."""


@dataclass(frozen=True)
class Skip:
    """A stage that cannot be done here, and why: announced and recorded, never silent."""

    reason: str


@dataclass(frozen=True)
class Stage:
    """One step of the audit."""

    name: str
    title: str
    needs: tuple[str, ...]
    """Stages whose results go in: their hashes are part of this stage's."""
    inputs: Callable[["Context"], Any]
    """What else goes in (options, hashes of files), as a JSON value."""
    run: Callable[["Context"], Outcome | Skip]


@dataclass
class Context:
    """What the stages of one run share; heavy things are made once, when first asked for."""

    config: AuditConfig
    store: AuditStore
    progress: Progress
    made: dict[str, Any] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """The value under ``key``, made on first use."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]


def run_stages(context: Context, stages: Sequence[Stage], run_id: int) -> None:
    """Bring every stage up to date. A stage's hash covers all that it was made from."""
    hashes: dict[str, str] = {}
    for position, stage in enumerate(stages, start=1):
        hashes[stage.name] = content_hash(
            {
                "stage": stage.name,
                "code": code_version(),
                "seed": context.config.seed,
                "inputs": stage.inputs(context),
                "needs": {name: hashes[name] for name in stage.needs},
            }
        )
        _bring_up_to_date(context, stage, position, hashes[stage.name], run_id)


def _bring_up_to_date(
    context: Context, stage: Stage, position: int, input_hash: str, run_id: int
) -> None:
    store = context.store
    if store.stage_is_current(stage.name, input_hash):
        context.progress.say(f"{stage.title}: unchanged")
        return
    start = time.perf_counter()
    outcome = stage.run(context)
    if isinstance(outcome, Skip):
        store.skip_stage(run_id, stage.name, position, input_hash, outcome.reason)
        context.progress.warn(f"{stage.title}: skipped, {outcome.reason}")
        return
    seconds = time.perf_counter() - start
    store.finish_stage(
        run_id,
        stage.name,
        position,
        input_hash,
        seconds=seconds,
        rows=outcome.rows,
        arrays=outcome.arrays,
        notes=outcome.notes,
    )
    context.progress.say(f"{stage.title}: done in {seconds:.1f} s")
    for note in outcome.notes:
        context.progress.warn(note)
