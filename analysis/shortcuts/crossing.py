"""Does the concept move images across the class's border? Drawn to it where it shows, lost where
it does not.

Both compare images *within* their class, so that a concept which several classes show by their
nature is no evidence. Images show the concept where a latent that is called by it is active.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from analysis.shortcuts.case import Case
from analysis.shortcuts.lines import FEWEST, Line, mean_with_interval, spread, untested

CONTROLS = 100
"""Other latents of like density that are tried in the place of the named ones, at most."""
LIKE = 2.0
"""Densities that differ by no more than this factor are alike."""


def drawn(case: Case) -> Line:
    """Images of other classes that show the concept: how much higher is this class's logit than
    on images of the same classes that do not?

    Control: other latents that are active about as often. Holds where the difference is beyond
    what 95 % of the controls reach, and its interval above zero and the controls' mean.
    """
    if not len(case.named):
        return untested("drawn", "no latent is called so, by which images could be told apart")
    y = case.ground.class_logit(case.class_id)[case.others]
    groups = case.ground.seen.labels[case.others]
    found = _within(case.showing[case.others], y, groups)
    if found is None:
        return untested("drawn", "too few images of other classes show it")
    value, error, n = found
    others = (case.ground.latents(np.array([i]))[case.others, 0] > 0 for i in _like(case))
    compared = [_within(active, y, groups) for active in others]
    controls = np.array([one[0] for one in compared if one is not None])
    control = spread(controls) if len(controls) else (None, None, None)
    low = value - 1.96 * error
    return Line(
        "drawn", value, low, value + 1.96 * error, *control, n=n,
        holds=low > max(0.0, control[0] or 0.0) and value > (control[2] or 0.0),
        detail={"controls": len(controls)},
    )  # fmt: skip


def lost(case: Case) -> Line:
    """Images of this class without the concept: how much lower is its margin over the best other
    class than on those with it? ``detail`` has the accuracies of both.

    Control: other latents, active on some of the class's images and not on others.
    """
    n = len(case.own)
    if not len(case.named):
        return untested("lost", "no latent is called so, by which images could be told apart", n=n)
    shows = case.showing[case.own]
    with_, without = int(shows.sum()), int((~shows).sum())
    if min(with_, without) < FEWEST:
        return untested(
            "lost", f"{without} of the class's {n} images lack it, {with_} show it", n=n
        )
    margins = margins_of(case, case.own)
    seed = case.ground.seed
    have, lack = (mean_with_interval(margins[side], seed=seed) for side in (shows, ~shows))
    half = float(np.hypot((have[2] - have[1]) / 2, (lack[2] - lack[1]) / 2))
    value = have[0] - lack[0]
    controls = _other_divisions(case, margins)
    control = spread(controls) if len(controls) else (None, None, None)
    return Line(
        "lost", value, value - half, value + half, *control, n=n,
        holds=value - half > max(0.0, control[0] or 0.0),
        detail={
            "accuracy_with": float((margins[shows] > 0).mean()),
            "accuracy_without": float((margins[~shows] > 0).mean()),
            "with": with_, "without": without,
        },
    )  # fmt: skip


def _other_divisions(
    case: Case, margins: Float[np.ndarray, " own"]
) -> Float[np.ndarray, " controls"]:
    """The same difference for other latents that divide the class's images."""
    others = np.setdiff1d(np.flatnonzero(case.ground.density > 0), case.named)
    drawn = np.random.default_rng(case.ground.seed).permutation(others)[:CONTROLS]
    active = case.ground.latents(drawn)[case.own] > 0
    divides = (active.sum(axis=0) >= FEWEST) & ((~active).sum(axis=0) >= FEWEST)
    return np.array(
        [margins[a].mean() - margins[~a].mean() for a in active[:, divides].T], dtype=np.float64
    )


def margins_of(case: Case, images: Int[np.ndarray, " some"]) -> Float[np.ndarray, " some"]:
    """Logit of the class less the best other one; above zero the image is decided so."""
    logits = case.ground.head.logits(case.ground.seen.features[images])
    own = logits[:, case.class_id].copy()
    logits[:, case.class_id] = -np.inf
    return own - logits.max(axis=1)


def _within(
    shows: Bool[np.ndarray, " images"],
    y: Float[np.ndarray, " images"],
    groups: Int[np.ndarray, " images"],
) -> tuple[float, float, int] | None:
    """Mean difference of y between images that show and that do not, within groups; its robust
    standard error (HC0), and the number of showing images it rests on. None where too few."""
    total = np.bincount(groups)
    showing = np.bincount(groups, shows, minlength=len(total))
    mixed = ((showing > 0) & (showing < total))[groups]
    n = int((shows & mixed).sum())
    if n < FEWEST:
        return None
    x, y, g = shows[mixed].astype(np.float64), y[mixed].astype(np.float64), groups[mixed]
    x, y = (v - (np.bincount(g, v) / np.maximum(np.bincount(g), 1))[g] for v in (x, y))
    square = float(x @ x)
    slope = float(x @ y) / square
    error = float(np.sqrt(np.square(x * (y - slope * x)).sum())) / square
    return slope, error, n


def _like(case: Case) -> list[int]:
    """Other latents that are active about as often as the named ones together, drawn at random."""
    density, mine = case.ground.density, float(case.showing.mean())
    alike = (density > mine / LIKE) & (density < mine * LIKE)
    alike[case.named] = False
    found = np.flatnonzero(alike)
    rng = np.random.default_rng(case.ground.seed)
    return rng.permutation(found)[:CONTROLS].tolist()
