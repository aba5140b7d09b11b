"""The frozen configuration of an audit, checked when it is made."""

from dataclasses import dataclass, field
from pathlib import Path

from analysis.classifier.spec import ModelSpec
from analysis.errors import UsageError
from analysis.text.encoder import PACKAGED

TEXT_MAPS: tuple[str, ...] = ("auto", "mlp", "kernel", "stacked", "icis")
LEAST = {"explain": 0, "mlp_epochs": 1, "batch_size": 1, "workers": 1, "seed": 0}
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
    sae_width: int | None = None
    sae_k: int | None = None
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
        if (self.sae_width is None) != (self.sae_k is None):
            raise UsageError("--sae-width and --sae-k belong together: give both or neither")
        width, k = self.sae_width or 1, self.sae_k or 1
        if not 0 < k <= width:
            raise UsageError(
                f"--sae-k is {k} of --sae-width {width}: give 1 or more and at most the width"
            )
