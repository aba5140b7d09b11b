"""What classifier to load: name, arguments, checkpoint, and overrides of its preprocessing."""

import ast
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analysis.errors import UsageError

Source = Literal["timm", "torchvision", "hf"]
INTERPOLATIONS: tuple[str, ...] = ("bilinear", "bicubic", "nearest", "lanczos")


@dataclass(frozen=True)
class ModelName:
    """A model's name, taken apart."""

    source: Source
    architecture: str
    """timm's or torchvision's name; for Hugging Face the repository or a directory."""
    weights: str | None = None
    """What stands after ``@`` in a torchvision name."""


@dataclass(frozen=True)
class ModelSpec:
    """What to load. Fields that are None are taken from the model itself."""

    name: str
    """``vit_tiny_patch16_224``, ``torchvision:resnet50@IMAGENET1K_V2`` or ``hf:NAME``."""
    model_args: tuple[tuple[str, object], ...] = ()
    checkpoint: Path | None = None
    input_size: int | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    crop_pct: float | None = None
    interpolation: str | None = None

    def __post_init__(self) -> None:
        parse_name(self.name)
        if self.input_size is not None and self.input_size < 1:
            raise UsageError(f"--input-size is {self.input_size}: give 1 or more")
        for option, values in (("--mean", self.mean), ("--std", self.std)):
            if values is not None and not (len(values) == 3 and all(map(math.isfinite, values))):
                raise UsageError(f"{option} is {values}: give three numbers, red,green,blue")
        if self.std is not None and min(self.std) <= 0:
            raise UsageError(f"--std is {self.std}: give three numbers above 0")
        if self.crop_pct is not None and not 0 < self.crop_pct <= 1:
            raise UsageError(f"--crop-pct is {self.crop_pct}: give a share above 0, at most 1")
        if self.interpolation is not None and self.interpolation not in INTERPOLATIONS:
            raise UsageError(
                f"--interpolation is {self.interpolation!r}: "
                f"give one of {', '.join(INTERPOLATIONS)}"
            )

    @property
    def parsed(self) -> ModelName:
        """The name taken apart."""
        return parse_name(self.name)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the model's constructor."""
        return dict(self.model_args)


def parse_name(name: str) -> ModelName:
    """Take a model's name apart.

    Raises:
        UsageError: the name, or what stands after ``@``, is empty.
    """
    prefix, colon, rest = name.partition(":")
    if not colon or prefix not in ("torchvision", "hf"):
        source, architecture, weights = "timm", name, None
    elif prefix == "hf":
        source, architecture, weights = "hf", rest, None
    else:
        architecture, at, weights = rest.partition("@")
        source, weights = "torchvision", (weights if at else None)
    if not architecture.strip() or weights == "":
        raise UsageError(
            f"the model name {name!r} is incomplete: "
            "give a timm name, torchvision:NAME@WEIGHTS or hf:NAME"
        )
    return ModelName(source, architecture, weights)


def parse_model_arg(text: str) -> tuple[str, object]:
    """``KEY=VALUE`` of ``--model-arg``; a value that is no Python literal is taken as a string.

    Raises:
        UsageError: there is no ``=``, or the key is no Python name.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.isidentifier():
        raise UsageError(f"--model-arg is {text!r}: give KEY=VALUE")
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return key, value
