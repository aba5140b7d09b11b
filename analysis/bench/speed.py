"""How long the weights-only audit takes, stage by stage, and the pairs it finds most extreme."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.bench.figures import Figures
from analysis.cache import ENVIRONMENT
from analysis.concepts import hub_corrected, standout
from analysis.config import AuditConfig
from analysis.pipeline.audit import run_audit
from analysis.progress import Progress, Silent
from analysis.shortcuts.candidates import standardise
from analysis.textmap.held_out import held_out_cosines
from analysis.textmap.saved import stored_cross_fit
from db.queries import overview
from db.queries.classes import class_names
from db.queries.concepts import concept_texts
from db.queries.frame import shown_first
from db.reader import AuditReader

EXTREME = 20
ENCODING = "text"
"""The stage that encodes."""


def bench_speed(config: AuditConfig, *, progress: Progress) -> list[Figures]:
    """Audit the weights twice: with nothing encoded before, then with all encodings cached.

    ``config.out`` is not used: both audits go into temporary directories, as does the cache.
    """
    with tempfile.TemporaryDirectory() as scratch, _cache_in(Path(scratch) / "cache"):
        first, second = (
            replace(config, out=Path(scratch) / name, images=None) for name in ("first", "second")
        )
        with progress.task("Auditing the weights twice", 2) as advance:
            cold = _seconds(first)
            advance(1)
            warm = _seconds(second)
            advance(1)
        with AuditReader(second.out) as audit:
            return [_table(config, audit, cold, warm), _extremes(config, audit)]


@contextmanager
def _cache_in(directory: Path) -> Iterator[None]:
    """An empty cache for the block, so that the first audit really encodes."""
    before = os.environ.get(ENVIRONMENT)
    os.environ[ENVIRONMENT] = str(directory)
    try:
        yield
    finally:
        if before is None:
            del os.environ[ENVIRONMENT]
        else:
            os.environ[ENVIRONMENT] = before


def _seconds(config: AuditConfig) -> dict[str, float]:
    """Seconds of each stage that ran, and of the whole call."""
    start = time.perf_counter()
    run_audit(config, progress=Silent(), command="bench speed")
    whole = time.perf_counter() - start
    with AuditReader(config.out) as audit:
        stages = overview.stages(audit.engine)
    done = stages[stages["status"] == "done"]
    return dict(zip(done["name"], done["seconds"].tolist(), strict=True)) | {"whole": whole}


def _table(
    config: AuditConfig, audit: AuditReader, cold: Mapping[str, float], warm: Mapping[str, float]
) -> Figures:
    stages = [name for name in cold if name != "whole"]
    after = [name for name in stages if name != ENCODING]
    rows = [{"what": name, "cold": cold[name], "warm": warm[name]} for name in stages]
    rows.append(
        {
            "what": "all stages after encoding",
            "cold": sum(cold[name] for name in after),
            "warm": sum(warm[name] for name in after),
        }
    )
    rows.append({"what": "whole call", "cold": cold["whole"], "warm": warm["whole"]})
    counts = overview.counts(audit.engine)
    return Figures(
        "Weights-only audit, seconds",
        {"what": "stage", "cold": "nothing encoded before", "warm": "encodings cached"},
        rows,
        {
            "model": config.model.name,
            "classes": counts.classes,
            "concepts": counts.concepts,
            "threads": os.cpu_count(),
            "seed": config.seed,
        },
        (
            "The whole call also loads the classifier and the text encoder the first time; the "
            "libraries were loaded before. The floor of this figure is nothing: it is a time.",
        ),
    )


def _extremes(config: AuditConfig, audit: AuditReader) -> Figures:
    """The pairs that stand out most from their class's vocabulary, by maps that never saw it."""
    names, texts = class_names(audit.engine), concept_texts(audit.engine)
    shown = str(shown_first(audit.engine))
    scores = held_out_cosines(
        stored_cross_fit(shown, audit.array, len(names)),
        np.asarray(audit.array("class_embeddings")),
        np.asarray(audit.array("concept_embeddings")),
    )
    far = standout(hub_corrected(scores))
    z = standardise(scores)
    rows = []
    for c, u in _best_pairs(far):
        rows.append(
            {
                "class": names[c],
                "concept": texts[u],
                "standout": float(far[c, u]),
                "z": float(z[c, u]),
                "cosine": float(scores[c, u]),
            }
        )
    headings = {
        "class": "class",
        "concept": "concept",
        "standout": "above the vocabulary (sd)",
        "z": "above random directions (sd)",
        "cosine": "cosine",
    }
    return Figures(
        f"The {EXTREME} most extreme pairs of class and concept, from the weights alone",
        headings,
        rows,
        {"model": config.model.name, "text map": shown, "seed": config.seed},
        (
            "Every class is judged by a map that never saw it, so that no map hands back what it "
            "was given. Each class and each concept stands once. Whether a pair is sensible is "
            "for a reader.",
        ),
    )


def _best_pairs(values: np.ndarray) -> Iterator[tuple[int, int]]:
    """The largest entries, no row and no column twice."""
    left = values.copy()
    for _ in range(min(EXTREME, *values.shape)):
        c, u = np.unravel_index(int(left.argmax()), left.shape)
        left[c, :] = left[:, u] = -np.inf
        yield int(c), int(u)
