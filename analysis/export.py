"""Tables of an audit as files: everything that is on the screen can be taken along."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.shortcuts.candidates import standardise
from analysis.table_files import write_csv, write_json
from db.files import whole_file
from db.queries import (
    classes,
    concepts,
    explanations,
    export,
    images,
    lists,
    log,
    reviews,
    units,
)
from db.queries.frame import shown_first
from db.reader import AuditReader

Format = Literal["csv", "json", "parquet"]


def export_table(directory: Path, what: str, out: Path, format: Format) -> int:
    """Write a table to ``out``, whole or not at all; returns its number of rows.

    Raises:
        UsageError: there is no such table, or ``out`` cannot be written.
        StoreError: there is no audit, or the stage that makes the table was not done.
    """
    if what not in TABLES:
        raise UsageError(f"there is no table {what!r}: give one of {', '.join(TABLES)}")
    with AuditReader(directory) as audit:
        table = TABLES[what](audit)
    try:
        with whole_file(out) as file:
            _write(table, file, format)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written ({error.strerror}): give another file to --out"
        ) from error
    return len(table)


def _write(table: pd.DataFrame, file: BinaryIO, format: Format) -> None:
    match format:
        case "csv":
            write_csv(table, file)
        case "json":
            write_json(table, file)
        case "parquet":
            table.to_parquet(file, index=False)


def _class_concepts(audit: AuditReader) -> pd.DataFrame:
    """The full matrix by the map shown first: a row for each class and concept."""
    name = shown_first(audit.engine)
    class_of = list(classes.class_names(audit.engine).values())
    concept_of = concepts.concept_texts(audit.engine)
    columns: dict[str, Any] = {
        "class": np.repeat(class_of, len(concept_of)),
        "concept": np.tile(concept_of, len(class_of)),
    }
    for source in ("weights", "features"):
        scores = np.asarray(audit.array(f"class_concepts.{source}.{name}"))
        columns[f"score_{source}"] = scores.ravel()
        known = not np.isnan(scores).all()
        columns[f"z_{source}"] = (standardise(scores) if known else scores).ravel()
    columns["name_implied"] = np.asarray(audit.array(f"name_implied.{name}")).ravel()
    return pd.DataFrame(columns)


TABLES: dict[str, Callable[[AuditReader], pd.DataFrame]] = {
    "images": lambda audit: images.images(audit.engine, limit=None),
    "classes": lambda audit: classes.classes(audit.engine, limit=None),
    "concepts": lambda audit: concepts.concepts_frame(audit.engine),
    "class-concepts": _class_concepts,
    "latents": lambda audit: units.units(audit.engine, "latent", limit=None),
    "neurons": lambda audit: units.units(audit.engine, "neuron", limit=None),
    "channels": lambda audit: units.units(audit.engine, "channel", limit=None),
    "labels": lambda audit: export.labels_frame(audit.engine),
    "findings": lambda audit: export.findings_frame(audit.engine),
    "explanations": lambda audit: explanations.explanations(audit.engine, limit=None),
    "claims": lambda audit: export.claims_frame(audit.engine),
    "reviews": lambda audit: reviews.current_reviews(audit.engine),
    "lists": lambda audit: lists.all_entries(audit.engine),
    "log": lambda audit: log.log(audit.engine, limit=None),
}
