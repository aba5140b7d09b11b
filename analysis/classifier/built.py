"""What a source of models hands over, before it is split."""

from dataclasses import dataclass
from pickle import UnpicklingError

from torch import nn

from analysis.classifier.class_names import ClassNames
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelName

FAILURES = (
    OSError,
    RuntimeError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    ImportError,
    AssertionError,
    UnpicklingError,
)
"""What libraries raise for names, arguments and files that they cannot use."""


@dataclass(frozen=True)
class Built:
    """A model with its weights, how pictures are prepared for it, and the names it brings."""

    module: nn.Module
    preprocessing: Preprocessing | None
    """None where the model says nothing about it."""
    class_names: ClassNames | None
    notes: tuple[str, ...] = ()


def first_line(error: BaseException) -> str:
    """The first line of a library's message, or the kind of the error."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".:")


def unavailable(name: ModelName, error: BaseException) -> str:
    """The message for pretrained weights that cannot be had."""
    return (
        f"the pretrained weights of {name.architecture} cannot be had ({first_line(error)}): "
        "check the name and the connection, or give --checkpoint"
    )


def unbuildable(name: ModelName, error: BaseException) -> str:
    """The message for a model that its library cannot build."""
    return (
        f"{name.source} cannot build {name.architecture} ({first_line(error)}): "
        "check --model and --model-arg"
    )
