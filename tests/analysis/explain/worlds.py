"""Small grounds on which every number of a ledger can be worked out by hand."""

from collections.abc import Sequence

import numpy as np

from analysis.explain.grounds import Grounds, UnitSet
from analysis.shortcuts.inputs import Head
from analysis.textmap.base import unit_rows

WEIGHT = np.array([[1, 0.5, 0, -0.5], [-0.5, 0, 0, 0.5], [-0.5, -0.5, 0, 0]], np.float32)
"""Every column sums to zero, so that the rows are their own centred ones."""
LENGTHS = np.array([1, 2, 1, 1], np.float32)
"""Unit j is axis j, this long."""
ACTIVATIONS = np.array([[3, 1, 2, 1], [0, 0, 0, 2], [0, 1, 2, 0], [1, 0, 0, 1]], np.float32)
"""Of image 0 the logits are 3.5, -1 and -2.5; its units give the first class 3, 1, 0 and -0.5.
The mean feature is 1 on every axis."""
SAYS = {
    "glow": (1, 0, 0, 0),
    "tail": (0, 1, 0, 0),
    "stripes": (0, 0, 1, 0),
    "sand": (0, 0, 0, 1),
    "dark": (-1, 0, 0, 0),
    "moonlight": (1, 1, 0, 0),
    "pattern": (-1, 0, 3, 0),
}
CONCEPTS = ("glow", "tail", "stripes", "sand")


def text_direction(texts: Sequence[str]) -> np.ndarray:
    """û: the axes that a text's words are known for; of other words nothing."""
    rows = [[SAYS.get(word, (0,) * 4) for word in ("", *text.split())] for text in texts]
    return np.array([np.sum(row, axis=0) for row in rows], np.float32).reshape(-1, 4)


def grounds(bias: Sequence[float] = (0, 0, 0)) -> Grounds:
    """Three classes, four latents, four images."""
    return Grounds(
        head=Head(WEIGHT, np.array(bias, np.float32)),
        class_names=("jellyfish", "crab", "shark"),
        features=ACTIVATIONS * LENGTHS,
        concepts=CONCEPTS,
        concept_directions=3 * text_direction(CONCEPTS),
        concept_embeddings=unit_rows(np.eye(len(CONCEPTS), dtype=np.float32)),
        text_direction=text_direction,
        units=UnitSet(
            kind="latent",
            directions=np.diag(LENGTHS),
            activations=ACTIVATIONS,
            thresholds=np.zeros(4, np.float32),
            labels=("glow", "tail", None, "sand"),
            read=lambda features: features / LENGTHS,
        ),
    )
