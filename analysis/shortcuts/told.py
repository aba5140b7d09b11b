"""What text maps say of classes they never saw, and of the concepts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from analysis.shortcuts.inputs import Texts
from analysis.textmap.base import unit_rows
from analysis.textmap.held_out import CrossFit


@dataclass(frozen=True)
class Told:
    """What one fold's map makes of the classes it never saw and of the concepts, unit rows."""

    held_out: Int[np.ndarray, " held_out"]
    names: Float[np.ndarray, "held_out features"]
    concepts: Float[np.ndarray, "concepts features"]


def told_by(fit: CrossFit, texts: Texts) -> tuple[Told, ...]:
    """û of the held-out classes' prompts and of all concepts, by each fold."""
    return tuple(
        Told(
            fold.held_out,
            unit_rows(fold.text_map(texts.prompts[fold.held_out])),
            unit_rows(fold.text_map(texts.concepts)),
        )
        for fold in fit.folds
    )


def concept_directions(told: Sequence[Told], class_id: int) -> Float[np.ndarray, "concepts d"]:
    """û of all concepts by the map that never saw this class."""
    return next(fold.concepts for fold in told if class_id in fold.held_out)
