"""Ask any text of an audit: which classes, latents, neurons and images respond to it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.errors import InputError
from analysis.hull import hull
from analysis.text.encoder import load_text_encoder
from analysis.textmap.base import cosine
from analysis.textmap.saved import unpack
from db.queries.classes import class_names
from db.queries.frame import shown_first
from db.queries.images import image_paths
from db.queries.overview import run_of, sae
from db.reader import AuditReader
from sae.autoencoder import SparseAutoencoder


@dataclass(frozen=True)
class Answer:
    """Something that responds to the text."""

    kind: str
    """class, latent, neuron or image"""
    name: str
    score: float
    """Cosine with the text's direction û(t)."""
    percentile: float
    """Share of the audit's vocabulary that responds less here, in percent: the text's null."""


def ask(
    directory: Path, text: str, *, best: int, warn: Callable[[str], None] = lambda _: None
) -> list[Answer]:
    """The ``best`` of each kind, best first.

    ``warn`` is told, in a sentence, where the text lies far from every class name.

    Raises:
        StoreError: there is no audit, or it has no text map yet.
        InputError: the text is empty.
    """
    if not text.strip():
        raise InputError("the text is empty: give a word or a sentence")
    with AuditReader(directory) as audit:
        name = shown_first(audit.engine)
        if name is None:
            raise InputError(f"{directory} has no text map yet: finish it with audit --resume")
        concepts = np.asarray(audit.array(f"concept_directions.{name}"))
        embedding = load_text_encoder(_encoder_of(audit)).encode([text.strip()])
        _warn_outside(audit, embedding, warn)
        direction = unpack(name, np.asarray(audit.array(f"text_map.{name}")))(embedding)
        return [
            answer
            for kind, rows, name_of in _respondents(audit)
            for answer in _best(kind, rows, name_of, direction, concepts, best)
        ]


def _warn_outside(audit: AuditReader, embedding: np.ndarray, warn: Callable[[str], None]) -> None:
    placed = hull(np.asarray(audit.array("name_embeddings")), embedding)
    if placed.outside[0]:
        nearest = class_names(audit.engine)[int(placed.nearest[0])]
        warn(
            f"The text lies far from every class name (the nearest is {nearest}, cosine "
            f"{placed.cosine[0]:.2f}): what the text map says of it is extrapolation."
        )


def _encoder_of(audit: AuditReader) -> str:
    """The encoder that the maps were fitted on; a later run may have been stopped before that."""
    run = run_of(audit.engine, "text_maps")
    return str(run.config["text_encoder"]) if run else "packaged"


def _respondents(audit: AuditReader) -> Iterator[tuple[str, np.ndarray, Callable[[int], str]]]:
    """(kind, one centred row each, what row i is called), as far as the audit has them."""
    names = class_names(audit.engine)
    weights = np.asarray(audit.array("class_embeddings"))
    yield "class", weights - weights.mean(0), names.__getitem__
    autoencoder = sae(audit.engine)
    if autoencoder is not None:
        trained = SparseAutoencoder.from_directory(audit.directory / autoencoder.directory)
        yield "latent", trained.decoder_directions, str
        yield "neuron", np.eye(weights.shape[1], dtype=np.float32), str
    paths = image_paths(audit.engine)
    if paths:
        features = np.asarray(audit.array("features"))
        yield "image", features - features.mean(0), paths.__getitem__


def _best(
    kind: str,
    rows: np.ndarray,
    name_of: Callable[[int], str],
    direction: np.ndarray,
    concepts: np.ndarray,
    best: int,
) -> list[Answer]:
    scores = cosine(rows, direction)[:, 0]
    order = np.argsort(-scores, kind="stable")[:best]
    null = cosine(rows[order], concepts)
    below = (null < scores[order, None]).mean(1)
    return [
        Answer(kind, name_of(int(i)), float(scores[i]), 100 * float(share))
        for i, share in zip(order, below, strict=True)
    ]
