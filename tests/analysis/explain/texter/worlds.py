"""Small grounds whose decisions can be followed by hand."""

from collections.abc import Sequence

import numpy as np

from analysis.explain.grounds import Decision, Grounds, UnitSet
from analysis.shortcuts.inputs import Head

CONCEPTS = ("glowing", "murky water", "jellyfish", "striped", "a shark's fin", "often dark")
"""Axis 0, 1, 0, 2, 1 and between 0 and 1."""
DIRECTIONS = np.array(
    [[1, 0, 0], [0, 1, 0], [2, 0, 0], [0, 0, 1], [0, 3, 0], [1, 1, 0]], np.float32
)
EMBEDDINGS = np.eye(6, dtype=np.float32)


def grounds(concepts: Sequence[str] = CONCEPTS) -> Grounds:
    """Two classes; latents 0 and 1 are the first two axes, latent 2 is the third and says nothing
    of either class. Features have mean zero."""
    activations = np.array([[2, 0, 1], [0, 2, 0], [1, 0, 3], [0, 1, 0]], np.float32)
    features = activations - activations.mean(axis=0)
    return Grounds(
        head=Head(np.array([[1, -1, 0], [-1, 1, 0]], np.float32), np.zeros(2, np.float32)),
        class_names=("jellyfish", "shark"),
        features=features,
        concepts=tuple(concepts),
        concept_directions=DIRECTIONS[: len(concepts)],
        concept_embeddings=EMBEDDINGS[: len(concepts)],
        text_direction=lambda texts: np.ones((len(texts), 3), np.float32),
        units=UnitSet(
            kind="latent",
            directions=np.eye(3, dtype=np.float32),
            activations=activations,
            thresholds=np.zeros(3, np.float32),
            labels=("glow", None, "stripes"),
            read=lambda given: given,
        ),
    )


def decision(known: Grounds, image: int) -> Decision:
    """The decision on an image of the grounds."""
    feature = known.features[image]
    won = int(known.head.logits(feature[None])[0].argmax())
    return Decision(feature, won, known.units.activations[image])
