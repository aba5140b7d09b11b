"""A finished audit as benches of explanations read it: its models, and images drawn from it."""

import numpy as np

from analysis.bench.faithful import spread
from analysis.errors import InputError
from analysis.text.encoder import TextEncoder, load_text_encoder
from db.errors import StoreError
from db.queries.overview import model, run_of
from db.reader import AuditReader


def setting_of(audit: AuditReader, name: str) -> str:
    """A setting of the run that fitted the audit's text maps.

    Raises:
        InputError: there was no such run.
    """
    run = run_of(audit.engine, "text_maps")
    if run is None:
        raise InputError(f"{audit.directory} has no text map yet: finish it with audit --resume")
    return str(run.config[name])


def encoder_of(audit: AuditReader) -> TextEncoder:
    """The text encoder that the audit's text maps were fitted on."""
    return load_text_encoder(setting_of(audit, "text_encoder"))


def model_of(audit: AuditReader) -> str:
    """The classifier's name."""
    info = model(audit.engine)
    return "" if info is None else info.name


def drawn_images(audit: AuditReader, count: int, *, seed: int) -> list[int]:
    """Up to ``count`` labelled images, each of another class.

    Raises:
        InputError: there are none, or of fewer than two classes.
    """
    try:
        labels = np.asarray(audit.array("labels"))
    except StoreError as error:
        raise InputError(
            f"{audit.directory} was audited without images: give --images to audit"
        ) from error
    drawn = spread(labels, count, seed=seed)
    if len(drawn) < 2:
        raise InputError(
            f"{audit.directory} has labelled images of {len(drawn)} classes: audit a folder for "
            "each class, of two at least"
        )
    return drawn
