"""Does the class's logit depend on the concept? Masking its latents, projecting its direction out.

What is removed from the features of the class's images is matched by controls that remove as much
of something drawn at random. A positive value is a *fall* of the class's logit.
"""

import numpy as np
from jaxtyping import Float

from analysis.shortcuts.case import DRAWS, Case
from analysis.shortcuts.lines import FEWEST, Line, mean_with_interval, spread, untested
from analysis.textmap.base import unit_rows

ACCURACY_DRAWS = 8
"""Controls of the accuracy, each of which costs the logits of the class's images."""


def masking(case: Case) -> Line:
    """Fall of the class's logit on its images when the named latents are masked.

    Control: equally many other living latents drawn at random, which take the places of the named
    ones with the same activation mass. Holds where the whole interval lies above the control's
    mean: what carries a class is among the stronger latents by its making, so that a single draw
    may well be another of the class's own.
    """
    if (reason := _why_not(case)) is not None:
        return untested("masking", reason, n=len(case.own))
    row = case.ground.head.centred[case.class_id]
    falls = _activations(case) @ (case.ground.directions[case.named] @ row)
    value, low, high = mean_with_interval(falls, seed=case.ground.seed)
    drawn = np.array([_mass(case).mean(axis=0) @ (d @ row) for d in _control_directions(case)])
    control, control_low, control_high = spread(drawn)
    return Line(
        "masking", value, low, high, control, control_low, control_high,
        n=len(case.own), holds=low > max(0.0, control), detail={"latents": case.named.tolist()},
    )  # fmt: skip


def accuracy(case: Case) -> Line:
    """Fall of the class's accuracy on its images when the named latents are masked."""
    if (reason := _why_not(case)) is not None:
        return untested("accuracy", reason, n=len(case.own))
    removed = _activations(case) @ case.ground.directions[case.named]
    before = _right(case, np.zeros_like(removed))
    falls = before - _right(case, removed)
    value, low, high = mean_with_interval(falls, seed=case.ground.seed)
    drawn = [
        float((before - _right(case, _mass(case) @ directions)).mean())
        for directions in _control_directions(case)[:ACCURACY_DRAWS]
    ]
    control, control_low, control_high = spread(np.array(drawn))
    return Line(
        "accuracy", value, low, high, control, control_low, control_high,
        n=len(case.own), holds=low > max(0.0, control),
        detail={"before": float(before.mean()), "after": float(before.mean()) - value},
    )  # fmt: skip


def projecting(case: Case) -> Line:
    """Fall of the class's logit on its images when the concept's direction is projected out.

    The part along û is set to its mean over all images. Control: directions drawn at random with
    the covariance of the features.
    """
    if len(case.own) < FEWEST:
        return untested("projecting", f"the class has {len(case.own)} images", n=len(case.own))
    row = case.ground.head.centred[case.class_id]
    own = case.ground.seen.centred[case.own]
    falls = (own @ case.direction) * float(case.direction @ row)
    value, low, high = mean_with_interval(falls, seed=case.ground.seed)
    random = case.ground.random_directions
    control, control_low, control_high = spread((own.mean(axis=0) @ random.T) * (random @ row))
    return Line(
        "projecting", value, low, high, control, control_low, control_high,
        n=len(case.own), holds=low > max(0.0, control),
    )  # fmt: skip


def _why_not(case: Case) -> str | None:
    if case.ground.activations is None:
        return "there is no autoencoder"
    if len(case.own) < FEWEST:
        return f"the class has {len(case.own)} images"
    if not len(case.named):
        return "no latent that carries the class is called so on other classes' images"
    return None


def _activations(case: Case) -> Float[np.ndarray, "own named"]:
    return case.ground.latents(case.named)[case.own]


def _mass(case: Case) -> Float[np.ndarray, "own named"]:
    """How long a piece of the feature each named latent is in each image."""
    return _activations(case) * np.linalg.norm(case.ground.directions[case.named], axis=1)


def _control_directions(case: Case) -> Float[np.ndarray, "draws named features"]:
    """Unit directions of equally many other living latents, drawn ``DRAWS`` times."""
    living = np.setdiff1d(np.flatnonzero(case.ground.density > 0), case.named)
    if not len(living):
        return np.zeros((1, len(case.named), case.direction.shape[0]))
    rng = np.random.default_rng(case.ground.seed)
    chosen = rng.choice(living, size=(DRAWS, len(case.named)))
    return unit_rows(case.ground.directions)[chosen]


def _right(case: Case, removed: np.ndarray) -> Float[np.ndarray, " own"]:
    logits = case.ground.head.logits(case.ground.seen.features[case.own] - removed)
    return (logits.argmax(axis=1) == case.class_id).astype(np.float64)
