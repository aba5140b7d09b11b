"""What a person calls a unit, and its direction, by which the label finds the unit again."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import InputError


def call_unit(
    directory: Path, kind: str, number: int, text: str | None, *, author: str, comment: str
) -> None:
    """Give a unit a person's label, or take it back (None); what it was called before is history.

    Raises:
        StoreError, InputError: as ``unit_direction``; ``db.human`` refuses what is said.
    """
    from db.human.labels import label_unit, withdraw_label

    said: dict[str, Any] = {
        "kind": kind,
        "number": number,
        "author": author,
        "comment": comment,
        "direction": unit_direction(directory, kind, number),
    }
    if text is None:
        withdraw_label(directory, **said)
    else:
        label_unit(directory, text=text, **said)


def unit_direction(directory: Path, kind: str, number: int) -> Float[np.ndarray, " features"]:
    """Direction of unit length; zeros for a latent that has none.

    A latent's is what it adds to the feature; a neuron and a channel are the axes of their own
    spaces.

    Raises:
        StoreError: there is no audit, or its autoencoder cannot be read.
        InputError: it has no such unit.
    """
    from db.queries.human import units_of_kinds
    from db.queries.overview import sae
    from db.reader import AuditReader

    with AuditReader(directory) as audit:
        units = units_of_kinds(audit.engine)
        row = sae(audit.engine)
    _check(directory, units, kind, number)
    if kind != "latent" or row is None:
        return np.eye(1, units[kind], number, dtype=np.float32)[0]
    direction = _decoder_directions(directory / row.directory)[number]
    length = np.linalg.norm(direction)
    return direction / length if length > 0 else direction


def _decoder_directions(directory: Path) -> Float[np.ndarray, "latents features"]:
    from db.errors import StoreDamaged
    from sae.autoencoder import SparseAutoencoder

    try:
        return SparseAutoencoder.from_directory(directory).decoder_directions
    except (OSError, ValueError) as error:
        raise StoreDamaged(
            f"the autoencoder in {directory} cannot be read; "
            "make it again with glowworm audit --resume"
        ) from error


def _check(directory: Path, units: dict[str, int], kind: str, number: int) -> None:
    if not units:
        raise InputError(f"{directory} has no units yet: finish it with glowworm audit --resume")
    if kind not in units:
        raise InputError(f"{directory} has no units of kind {kind!r}: give {' or '.join(units)}")
    if not 0 <= number < units[kind]:
        raise InputError(f"{directory} has no {kind} {number}: give one of 0 to {units[kind] - 1}")
