"""A finished audit, opened again by a command that adds to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier
from analysis.config import AuditConfig
from analysis.errors import InputError
from analysis.pipeline.audit import record_run
from analysis.pipeline.runner import ADDED, Context, Stage, add_stage
from analysis.progress import Progress
from db.queries.overview import model, run_of, stages
from db.reader import AuditReader
from db.store import AuditStore

PATHS = ("images", "class_names", "concepts", "sae")
"""Fields of ``AuditConfig`` that are paths or None."""


def audit_config(directory: Path) -> AuditConfig:
    """The configuration of the audit in a directory, wherever the directory lies now.

    Raises:
        InputError: it has not come as far as its text maps.
    """
    with AuditReader(directory) as audit:
        run = run_of(audit.engine, "text_maps")
    if run is None:
        raise InputError(f"{directory} has no text map yet: finish it with audit --resume")
    known = {field.name: run.config[field.name] for field in fields(AuditConfig)}
    for name in PATHS:
        known[name] = Path(known[name]) if known[name] else None
    return AuditConfig(**known | {"model": model_spec(run.config["model"]), "out": directory})


def model_spec(stored: Mapping[str, Any]) -> ModelSpec:
    """How the classifier is loaded, from what a run keeps of it."""
    known = dict(stored)
    known["model_args"] = tuple((key, value) for key, value in known["model_args"])
    known["checkpoint"] = Path(known["checkpoint"]) if known["checkpoint"] else None
    for name in ("mean", "std"):
        known[name] = tuple(known[name]) if known[name] else None
    return ModelSpec(**{field.name: known[field.name] for field in fields(ModelSpec)})


def audited_classifier(audit: AuditReader | AuditStore, spec: ModelSpec) -> Classifier:
    """The audit's classifier, loaded again and found to be the same.

    Raises:
        InputError: its weights changed since.
    """
    classifier, audited = load_classifier(spec), model(audit.engine)
    if audited is not None and audited.weights_sha256 != classifier.weights_sha256:
        raise InputError(
            f"the weights of {spec.name} are not those that were audited: put the old checkpoint "
            "back, or audit the new one"
        )
    return classifier


@contextmanager
def reopened(directory: Path, *, progress: Progress) -> Iterator[Context]:
    """The audit as its stages see it, open for writing.

    Raises:
        InputError: it has not come as far as its text maps, or its last audit was not finished.
    """
    context = Context(audit_config(directory), progress)
    with AuditStore.open(directory) as context.store:
        known = stages(context.store.engine)
        of_audit = known["position"] < ADDED
        stale = known.loc[of_audit & (known["status"] == "stale"), "name"].tolist()
        if stale:
            raise InputError(
                f"{directory} is unfinished ({', '.join(stale)} to be done again): finish it with "
                "audit --resume"
            )
        context.skipped = set(known.loc[known["status"] == "skipped", "name"])
        yield context


def add_to_audit(context: Context, stage: Stage, command: str) -> None:
    """Run one stage more on a finished audit; what it wrote before is replaced.

    Raises:
        InputError: it cannot be done here, with the reason.
    """
    reason = stage.skip(context)
    if reason is not None:
        raise InputError(f"{stage.title}: {reason}")
    with record_run(context, command) as run_id:
        add_stage(context, stage, run_id)
