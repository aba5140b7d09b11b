"""Runs the stages of an audit in order; skips what is current, redoes what changed."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.config import AuditConfig
from analysis.pipeline.hashing import code_version, content_hash
from analysis.progress import Progress
from db.rows import Rows
from db.store import AuditStore


@dataclass(frozen=True)
class Outcome:
    """What a stage leaves in the store, in one transaction."""

    rows: Rows = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    files: Sequence[Path] = ()
    """Files that a library wrote inside the audit's directory."""
    scratch: Sequence[Path] = ()
    """Directories that are of no use once the stage's results are in the store."""
    notes: Sequence[str] = ()
    """Warnings and fallbacks, one sentence each, shown to the auditor."""


@dataclass(frozen=True)
class Stage:
    """One step of the audit."""

    name: str
    title: str
    needs: tuple[str, ...]
    """Stages whose results go in: their hashes are part of this stage's."""
    inputs: Callable[["Context"], Any]
    """What else goes in (options, hashes of files), as a JSON value."""
    run: Callable[["Context"], Outcome]
    skip: Callable[["Context"], str | None] = lambda _: None
    """Why the stage cannot be done here, or None. Announced and recorded, never silent."""


@dataclass
class Context:
    """What the stages of one run share; heavy things are made once, when first asked for."""

    config: AuditConfig
    progress: Progress
    store: AuditStore = field(init=False)
    """Opened only after all inputs were found usable."""
    made: dict[str, Any] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    def once(self, key: str, make: Callable[[], Any]) -> Any:
        """The value under ``key``, made on first use."""
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]


ADDED = 20
"""Position of stages that are added to a finished audit: after all of its own."""


def run_stages(context: Context, stages: Sequence[Stage], run_id: int) -> None:
    """Bring every stage up to date. A stage's hash covers all that it was made from."""
    hashes: dict[str, str] = {}
    for position, stage in enumerate(stages, start=1):
        reason = stage.skip(context)
        needs = {name: hashes[name] for name in stage.needs}
        hashes[stage.name] = _input_hash(context, stage, needs, reason)
        if reason is not None:
            _skip(context, stage, position, hashes[stage.name], run_id, reason)
        elif context.store.stage_is_current(stage.name, hashes[stage.name]):
            context.progress.say(f"{stage.title}: unchanged")
        else:
            _do(context, stage, position, hashes[stage.name], run_id)


def add_stage(context: Context, stage: Stage, run_id: int) -> None:
    """Do one stage on top of a finished audit, whether or not it was done before."""
    needs = context.store.stage_hashes(stage.needs)
    _do(context, stage, ADDED, _input_hash(context, stage, needs, None), run_id)


def _input_hash(
    context: Context, stage: Stage, needs: Mapping[str, str], skipped: str | None
) -> str:
    return content_hash(
        {
            "stage": stage.name,
            "code": code_version(),
            "seed": context.config.seed,
            "skipped": skipped,
            "inputs": None if skipped else stage.inputs(context),
            "needs": dict(needs),
        }
    )


def _skip(
    context: Context, stage: Stage, position: int, input_hash: str, run_id: int, reason: str
) -> None:
    context.skipped.add(stage.name)
    context.progress.warn(f"{stage.title}: skipped, {reason}")
    if not context.store.stage_is_current(stage.name, input_hash):
        context.store.skip_stage(run_id, stage.name, position, input_hash, reason)


def _do(context: Context, stage: Stage, position: int, input_hash: str, run_id: int) -> None:
    start = time.perf_counter()
    outcome = stage.run(context)
    seconds = time.perf_counter() - start
    context.store.finish_stage(
        run_id,
        stage.name,
        position,
        input_hash,
        seconds=seconds,
        rows=outcome.rows,
        arrays=outcome.arrays,
        files=outcome.files,
        notes=outcome.notes,
    )
    for directory in outcome.scratch:
        shutil.rmtree(directory, ignore_errors=True)
    context.progress.say(f"{stage.title}: {seconds:.1f} s")
    for note in outcome.notes:
        tell = context.progress.warn if note.startswith("WARNING") else context.progress.say
        tell(f"  {note}")
