"""The audit: all stages in order, in a new store or one that is gone on with."""

import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.config import AuditConfig
from analysis.errors import InputError, UsageError
from analysis.pipeline.families import unit_directions
from analysis.pipeline.hashing import code_version
from analysis.pipeline.runner import Context, Stage, run_stages
from analysis.pipeline.shared import class_names, classifier, concepts, encoder, image_files
from analysis.pipeline.stages.atlas import ATLAS
from analysis.pipeline.stages.autoencoder import AUTOENCODER, read_given
from analysis.pipeline.stages.concepts import CONCEPTS
from analysis.pipeline.stages.explanations import EXPLANATIONS
from analysis.pipeline.stages.heatmaps import HEATMAPS
from analysis.pipeline.stages.images import IMAGES
from analysis.pipeline.stages.labels import LABELS
from analysis.pipeline.stages.model import MODEL
from analysis.pipeline.stages.shortcuts import SHORTCUTS
from analysis.pipeline.stages.text import TEXT
from analysis.pipeline.stages.text_maps import TEXT_MAPS
from analysis.pipeline.stages.units import UNITS
from analysis.progress import Progress
from db.queries.human import orphans
from db.queries.overview import model, sae
from db.store import AuditStore

STAGES: tuple[Stage, ...] = (
    MODEL,
    IMAGES,
    TEXT,
    TEXT_MAPS,
    CONCEPTS,
    AUTOENCODER,
    UNITS,
    LABELS,
    SHORTCUTS,
    ATLAS,
    HEATMAPS,
    EXPLANATIONS,
)
VERSIONED = ("torch", "torchvision", "timm", "transformers", "sentence-transformers", "sae-lens")


def run_audit(
    config: AuditConfig,
    *,
    progress: Progress,
    command: str,
    resume: bool = False,
    more_stages: tuple[Stage, ...] = (),
) -> None:
    """Bring the audit in ``config.out`` up to date.

    Everything that can be wrong with the input is found before the store is made, so that a
    mistake leaves nothing behind.

    Args:
        command: what was typed, for the record.
        resume: go on with the audit that is there; without it ``config.out`` must be free.
        more_stages: stages to run after the usual ones.

    Raises:
        GlowwormError: anything a person can mend; the store then holds whole stages only.
    """
    context = Context(config, progress)
    _check_inputs(context)
    try:
        with _store(config, resume=resume) as context.store:
            if resume:
                _require_same_model(context)
            with record_run(context, command) as run_id:
                run_stages(context, (*STAGES, *more_stages), run_id)
            if sae(context.store.engine) is not None:
                _reattach(context)
    except InputError:
        if not resume:  # found only on reading: the images. Nothing half-written stays.
            shutil.rmtree(config.out, ignore_errors=True)
        raise


def _store(config: AuditConfig, *, resume: bool) -> AuditStore:
    return AuditStore.open(config.out) if resume else AuditStore.create(config.out)


def _check_inputs(context: Context) -> None:
    """Load and list what the stages will need; raises what a person must mend."""
    class_names(context)
    concepts(context)
    if context.config.images is not None:
        image_files(context)
    if context.config.sae is not None:
        read_given(context.config.sae, classifier(context).feature_dim)
    encoder(context)


def _require_same_model(context: Context) -> None:
    """An audit is about one classifier; another one needs another directory."""
    known, loaded = model(context.store.engine), classifier(context)
    if known is not None and known.weights_sha256 != loaded.weights_sha256:
        raise UsageError(
            f"{context.config.out} holds the audit of {known.name} with other weights than "
            f"{loaded.spec.name}'s: give another --out"
        )


@contextmanager
def record_run(context: Context, command: str) -> Iterator[int]:
    """A run in the store that ends as what it was: done, failed or stopped."""
    config, store = context.config, context.store
    run_id = store.begin_run(command, _json(asdict(config)), versions(), config.seed)
    try:
        yield run_id
    except KeyboardInterrupt:
        store.end_run(run_id, "stopped", "stopped by the user")
        raise
    except BaseException as error:
        store.end_run(run_id, "failed", f"{type(error).__name__}: {error}")
        raise
    store.end_run(run_id, "done")


def versions() -> dict[str, str]:
    """Of Glowworm, Python and the libraries that make numbers."""
    return {
        "glowworm": code_version(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in VERSIONED},
    }


def _reattach(context: Context) -> None:
    """Give people's labels to the units of today; say which fit none."""
    context.store.reattach_human_labels(unit_directions(context))
    lost = orphans(context.store.engine)
    if len(lost):
        texts = ", ".join(repr(text) for text in lost["text"])
        context.progress.warn(
            f"{len(lost)} labels that people gave fit no unit now ({texts}): they are kept, and "
            "come back when such a unit does"
        )


def _json(value: Any) -> Any:
    """Paths as absolute text, so that they mean the same wherever the audit is read from."""
    if isinstance(value, Path):
        return str(value.resolve())
    if isinstance(value, dict):
        return {key: _json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_json(part) for part in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
