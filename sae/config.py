"""How a sparse autoencoder is trained, and which images it never sees."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int


@dataclass(frozen=True)
class SaeConfig:
    """A TopK sparse autoencoder (Gao et al. 2024): ``width`` latents, at most ``k`` active.

    Raises ``ValueError``, naming field, value and fix, when a field makes no sense.
    """

    width: int
    k: int
    steps: int = 400
    batch_size: int = 256
    learning_rate: float = 3e-3
    held_out_share: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        for field in ("width", "k", "steps", "batch_size"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} is {getattr(self, field)}: give at least 1")
        if self.k > self.width:
            raise ValueError(f"k is {self.k}: give at most the width, {self.width}")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}: give 0 < rate < 1")
        if not 0 <= self.held_out_share < 1:
            raise ValueError(f"held_out_share is {self.held_out_share}: give 0 <= share < 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}: give 0 or more")

    @classmethod
    def default(cls, n_images: int, feature_dim: int, *, seed: int = 0) -> "SaeConfig":
        """A small autoencoder for ``n_images`` features of ``feature_dim`` dimensions.

        Few latents, of which a sixteenth is active: TODO
        """
        width = max(8, min(feature_dim // 3, n_images // 32) // 8 * 8)
        batch_size = 256
        steps = max(400, 10 * n_images // batch_size)
        return cls(width, max(2, width // 16), steps=steps, batch_size=batch_size, seed=seed)


def split_held_out(
    n_images: int, share: float, *, seed: int
) -> tuple[Int[np.ndarray, " train"], Int[np.ndarray, " held_out"]]:
    """Row numbers to train on and row numbers to score on, both ascending, disjoint.

    A positive share holds out at least one image and leaves at least one to train on.
    Raises ``ValueError`` when that cannot be.
    """
    if n_images < 2 and share > 0:
        raise ValueError(f"{n_images} images cannot be split: give at least 2")
    n_held_out = min(max(round(n_images * share), 1), n_images - 1) if share > 0 else 0
    order = np.random.default_rng(seed).permutation(n_images)
    return np.sort(order[n_held_out:]), np.sort(order[:n_held_out])
