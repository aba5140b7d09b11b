"""How a sparse autoencoder is trained, and which images it never sees."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Int

Architecture = Literal["topk", "batchtopk", "matryoshka", "jumprelu"]


@dataclass(frozen=True)
class SaeConfig:
    """A sparse autoencoder of ``width`` latents, ``k`` of them active on an image.

    k is exact for ``topk`` (Gao et al. 2024), a mean over images for ``batchtopk`` (Bussmann et
    al. 2024) and ``matryoshka`` (Bussmann et al. 2025), and a target for ``jumprelu``
    (Rajamanoharan et al. 2024). ``steps`` is the most that are taken: training stops when the loss
    on validation images has not fallen for ``patience`` looks, and the best state is kept.

    Raises ``ValueError``, naming field, value and fix, when a field makes no sense.
    """

    width: int
    k: int
    architecture: Architecture = "matryoshka"
    steps: int = 1000
    batch_size: int = 256
    learning_rate: float = 3e-3
    patience: int = 5
    held_out_share: float = 0.2
    validation_share: float = 0.1  # of the images that are not held out
    seed: int = 0

    def __post_init__(self) -> None:
        known = get_args(Architecture)
        if self.architecture not in known:
            raise ValueError(f"architecture is {self.architecture!r}: give one of {known}")
        for field in ("width", "k", "steps", "batch_size", "patience"):
            if getattr(self, field) < 1:
                raise ValueError(f"{field} is {getattr(self, field)}: give at least 1")
        if self.k > self.width:
            raise ValueError(f"k is {self.k}: give at most the width, {self.width}")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}: give 0 < rate < 1")
        for field in ("held_out_share", "validation_share"):
            if not 0 <= getattr(self, field) < 1:
                raise ValueError(f"{field} is {getattr(self, field)}: give 0 <= share < 1")
        if self.seed < 0:
            raise ValueError(f"seed is {self.seed}: give 0 or more")

    @classmethod
    def default(cls, n_images: int, feature_dim: int, *, seed: int = 0) -> "SaeConfig":
        """A Matryoshka autoencoder for ``n_images`` features of ``feature_dim`` dimensions.

        Chosen for what its latents are, not for what it reconstructs: see ``glowworm bench
        attributes`` and ``bench sae``, which print the measurements this choice rests on. A wide
        TopK autoencoder explains as much but, on features that have collapsed onto the classes,
        learns one latent per class; the inner levels of Matryoshka keep what classes share.
        """
        room = min(n_images / 8, 2 * feature_dim)
        width = 2 ** int(np.log2(max(16, room)))
        batch_size = 256
        return cls(
            width=width,
            k=max(2, min(8, width // 16)),
            steps=max(800, 10 * n_images // batch_size),
            batch_size=batch_size,
            learning_rate=6e-3,
            seed=seed,
        )

    @property
    def levels(self) -> tuple[int, ...]:
        """Widths that reconstruct on their own: an eighth, a quarter, a half and all of the
        latents for ``matryoshka``, all of them for the others."""
        if self.architecture != "matryoshka":
            return (self.width,)
        nested = {self.width // part for part in (8, 4, 2) if self.width // part >= self.k}
        return (*sorted(nested), self.width)


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
