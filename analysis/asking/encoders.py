"""What reads a text that is asked: the packaged encoder without torch, any other with it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from analysis.text.encoder import PACKAGED, SentenceEncoder, load_text_encoder


@dataclass(frozen=True)
class Read:
    """A text as an encoder has read it."""

    embedding: Float[np.ndarray, " embedding"]
    """Of unit length."""
    characters: int
    """How many of the text's characters were read; the encoder looks no further."""


@runtime_checkable
class TextReader(Protocol):
    """Reads one text at a time."""

    def read(self, text: str) -> Read:
        """The text's embedding, and how far it was read."""
        ...


@dataclass(frozen=True)
class ByLibrary:
    """An encoder that sentence-transformers runs; it does not say how far it read."""

    encoder: SentenceEncoder

    def read(self, text: str) -> Read:
        """The text's embedding."""
        return Read(self.encoder.encode([text])[0], len(text))


def load_reader(name: str) -> TextReader:
    """The reader for ``packaged``, a directory or a hub id.

    Raises:
        TextError: the encoder cannot be had.
    """
    if name == PACKAGED:
        from analysis.asking.minilm import MiniLm

        return MiniLm.packaged()
    return ByLibrary(load_text_encoder(name))
