"""A small world whose masks can be counted by hand, and meanings of it."""

import numpy as np

from analysis.explain.grounds import Decision, Grounds, UnitSet
from analysis.explain.meaning.representation import Decided, Evidence, Masked, Meaning
from analysis.shortcuts.inputs import Head

LABELS = ("glowing", None, "Glowing", "sand")
CLASSES = ("jellyfish", "squid", "crab")


def grounds(labels: tuple[str | None, ...] = LABELS) -> Grounds:
    """Four latents, which are the feature's own axes; the mean image is the zero feature.

    Latents 0 and 2 speak for the jellyfish, 1 for it and less so for the squid, 3 against it.
    """
    weight = np.array([[2.0, 1.5, 1, -1], [0, 1, 0, 1], [0, 0, 0, 0]], np.float32)
    return Grounds(
        head=Head(weight, np.zeros(3, np.float32)),
        class_names=CLASSES,
        features=np.array([[1.0, 1, 1, 1], [-1, -1, -1, -1]], np.float32),
        concepts=("glowing",),
        concept_directions=np.eye(4, dtype=np.float32)[:1],
        concept_embeddings=np.eye(4, dtype=np.float32)[:1],
        text_direction=lambda texts: np.ones((len(texts), 4), np.float32),
        units=UnitSet(
            kind="latent",
            directions=np.eye(4, dtype=np.float32),
            activations=np.ones((2, 4), np.float32),
            thresholds=np.zeros(4, np.float32),
            labels=labels,
            read=lambda given: given,
        ),
    )


def decision(*activations: float) -> Decision:
    """On the jellyfish; the feature is what the latents add, and nothing else."""
    active = np.array(activations or (1.0, 1, 1, 1), np.float32)
    return Decision(active, 0, active)


def meaning(*evidence: Evidence, unheld: float = 0.1, chance: float | None = 0.8) -> Meaning:
    return Meaning(
        kind="latent",
        decided=Decided("jellyfish", 0.97, "squid", 0.02, 3.9),
        evidence=evidence,
        unheld=unheld,
        masked=Masked(0.04, "squid", chance),
    )


GLOWING = Evidence((3, 7), "glowing", 0.41, "strong", "in the centre", "for")
TENTACLES = Evidence((1,), "two long tentacles", 0.2, "medium", None, "for")
UNNAMED = Evidence(
    (17,), None, 0.05, "weak", "along the top", "for", (10, (("ray", 4), ("crab", 3)))
)
SAND = Evidence((4,), "sand", 0.06, "weak", "along the bottom", "against")
ALL = meaning(GLOWING, TENTACLES, UNNAMED, SAND)
