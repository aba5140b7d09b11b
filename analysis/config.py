"""The frozen configuration of an audit, checked when it is made."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from analysis.classifier.spec import ModelSpec
from analysis.errors import UsageError
from analysis.text.encoder import PACKAGED
from sae.config import Architecture

TEXT_MAPS: tuple[str, ...] = ("auto", "mlp", "kernel", "stacked", "icis")
LEAST = {
    "explain": 0,
    "mlp_epochs": 1,
    "batch_size": 1,
    "workers": 1,
    "seed": 0,
    "sae_seeds": 1,
    "sae_width": 1,
    "sae_k": 1,
}
"""The smallest value that makes sense."""


@dataclass(frozen=True)
class AuditConfig:
    """Everything an audit depends on. Paths are kept as given; stages hash what lies there."""

    model: ModelSpec
    out: Path
    images: Path | None = None
    """An ImageFolder tree; None audits the weights alone."""
    class_names: Path | None = None
    concepts: Path | None = None
    """A vocabulary; None takes the project's own."""
    text_encoder: str = PACKAGED
    language_model: str = "gpt2"
    text_map: str = "auto"
    """Which map is shown first; ``auto`` lets held-out classes decide. The mlp is always stored."""
    mlp_epochs: int | None = None
    """Epochs of the MLP text map (the paper: 2,500); None lets held-out classes decide."""
    sae: Path | None = None
    """An autoencoder in sae-lens's format; None trains one."""
    sae_architecture: str = "matryoshka"
    sae_width: int | None = None
    sae_k: int | None = None
    sae_seeds: int = 3
    """Trainings, of which the first is kept and the others say how stable its latents are."""
    explain: int = 4
    """How many decisions are explained in a sentence."""
    full_explanations: bool = False
    """The paper's setting (K = 512, 20 iterations) instead of the reduced one."""
    device: str = "cpu"
    batch_size: int = 32
    workers: int = 2
    seed: int = 0
    title: str = field(default="")

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise UsageError(f"--{name.replace('_', '-')} is {value}: give {least} or more")
        if self.text_map not in TEXT_MAPS:
            raise UsageError(f"--text-map is {self.text_map!r}: give one of {', '.join(TEXT_MAPS)}")
        if self.sae_architecture not in (known := get_args(Architecture)):
            raise UsageError(
                f"--sae-architecture is {self.sae_architecture!r}: give one of {', '.join(known)}"
            )
        if self.sae is not None and self.images is None:
            raise UsageError("--sae has no use without images: give --images, or leave --sae out")
        if self.sae is not None and self.sae_width is not None:
            raise UsageError(
                "--sae takes an autoencoder as it is: leave --sae-width and --sae-k out"
            )
        if (self.sae_width is None) != (self.sae_k is None):
            raise UsageError("--sae-width and --sae-k belong together: give both or neither")
        width, k = self.sae_width or 1, self.sae_k or 1
        if not 0 < k <= width:
            raise UsageError(
                f"--sae-k is {k} of --sae-width {width}: give 1 or more and at most the width"
            )
