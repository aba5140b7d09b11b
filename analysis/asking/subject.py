"""An audit made ready to be asked: opened once, asked many times.

Nothing large is held: the features of the images, the directions of the latents and those of the
vocabulary stay on the disk, memory-mapped, with a length for each row beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from analysis.asking.rows import Rows, axes, decoder, measured
from analysis.asking.text_map import TextMap, text_map
from analysis.errors import InputError
from analysis.hull import Names
from db.arrays import read_array
from db.engine import Engine
from db.queries.concepts import concept_called
from db.queries.frame import shown_first
from db.queries.images import count_images
from db.queries.overview import run_of, sae

Kind = Literal["class", "latent", "neuron", "image"]


@dataclass(frozen=True)
class Subject:
    """What of an audit answers a text, and what the text is held against."""

    engine: Engine
    encoder: str
    """The text encoder that the audit was made with."""
    text_map: TextMap
    """û, the map shown first."""
    rows: Mapping[Kind, Rows]
    """Classes (centred embeddings), latents, neurons, images (centred), as far as there are any."""
    concepts: Rows
    """Directions of the vocabulary: what chance would give."""
    embeddings: Float[np.ndarray, "concepts embedding"]
    """Of the vocabulary, by the text encoder."""
    names: Names
    """The names of the classes, by the text encoder."""

    def concept_called(self, text: str) -> int | None:
        """The concept of the vocabulary that is this very text."""
        return concept_called(self.engine, text)


def open_subject(directory: Path, engine: Engine) -> Subject:
    """The audit in a directory, by the text map shown first.

    Raises:
        InputError: it has no text map yet.
        StoreError: an array it needs is missing or damaged.
    """
    name = shown_first(engine)
    if name is None:
        raise InputError(f"{directory} has no text map yet: finish it with audit --resume")

    def array(key: str) -> np.ndarray:
        return read_array(directory, engine, key)

    concepts, weights = array(f"concept_directions.{name}"), array("class_embeddings")
    return Subject(
        engine=engine,
        encoder=_encoder_of(engine),
        text_map=text_map(name, array(f"text_map.{name}")),
        rows=_rows(directory, engine, weights),
        concepts=measured(concepts, len(concepts), centred=False),
        embeddings=array("concept_embeddings"),
        names=Names.of(np.asarray(array("name_embeddings"))),
    )


def _rows(directory: Path, engine: Engine, weights: np.ndarray) -> dict[Kind, Rows]:
    rows: dict[Kind, Rows] = {"class": measured(weights, len(weights), centred=True)}
    autoencoder = sae(engine)
    if autoencoder is not None:
        rows["latent"] = decoder(directory / autoencoder.directory)
        rows["neuron"] = axes(weights.shape[1])
    if count_images(engine):
        features = read_array(directory, engine, "features")
        rows["image"] = measured(features, len(features), centred=True)
    return rows


def _encoder_of(engine: Engine) -> str:
    """The encoder that the maps were fitted on; a later run may have been stopped before that."""
    run = run_of(engine, "text_maps")
    return str(run.config["text_encoder"]) if run else "packaged"
