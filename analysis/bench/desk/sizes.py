"""How large the store of the desk's bench is."""

from dataclasses import dataclass

LEAST_IMAGES = 64
"""A unit has 40 example images, each another one."""
LEAST_CLASSES, LEAST_CONCEPTS, LEAST_FEATURES = 10, 60, 32
LEAST_LATENTS = 64


@dataclass(frozen=True)
class Sizes:
    """What the generated audit holds; the defaults are those the goal is set for."""

    images: int = 50_000
    classes: int = 1_000
    latents: int = 16_384
    concepts: int = 20_000
    features: int = 768
    seed: int = 0
