"""Which of the latents that carry a class are called by the concept, and how much they carry."""

import numpy as np
from jaxtyping import Bool, Float

from analysis.shortcuts.case import DRAWS, Case
from analysis.shortcuts.latent_side import Carriers
from analysis.shortcuts.lines import INTERVAL, RESAMPLES, Line, spread
from analysis.shortcuts.verdict import LEAST_SHARE


def naming(case: Case, carriers: Carriers, called: Bool[np.ndarray, " carriers"]) -> Line:
    """Share of the class's logit that latents called so carry, among all that carry it.

    Its interval is over the class's images. Control: as many of the class's carriers drawn at
    random, as if names had been dealt out. Holds from ``LEAST_SHARE`` on.
    """
    latent, share = (a[case.class_id] for a in (carriers.latent, carriers.share))
    there = latent >= 0
    value = float(share[called].sum())
    detail = {
        "latents": latent[called].tolist(),
        "carriers": int(there.sum()),
        "correlations": np.round(carriers.correlation[case.class_id, called], 3).tolist(),
    }
    if not called.any():
        return Line("named", 0.0, n=len(case.own), holds=False, detail=detail)
    low, high = np.percentile(_resampled(case, latent[there], called[there]), INTERVAL)
    rng = np.random.default_rng(case.ground.seed)
    count = int(called.sum())
    dealt = [share[there][rng.permutation(int(there.sum()))[:count]].sum() for _ in range(DRAWS)]
    return Line(
        "named", value, float(low) * value, float(high) * value, *spread(np.array(dealt)),
        n=len(case.own), holds=value >= LEAST_SHARE, detail=detail,
    )  # fmt: skip


def _resampled(
    case: Case, latents: np.ndarray, called: np.ndarray
) -> Float[np.ndarray, " resamples"]:
    """The called latents' part of what the kept carriers carry, over redrawn images of the class,
    against that over the images there are."""
    effects = case.ground.directions[latents] @ case.ground.head.centred[case.class_id]
    active = case.ground.latents(latents)
    carried = (active[case.own] - active.mean(axis=0)) * effects
    drawn = np.random.default_rng(case.ground.seed).integers(
        len(carried), size=(RESAMPLES, len(carried))
    )
    means = np.maximum(carried[drawn].mean(axis=1), 0)
    parts = means[:, called].sum(axis=1) / np.maximum(means.sum(axis=1), 1e-12)
    whole = np.maximum(carried.mean(axis=0), 0)
    return parts / max(float(whole[called].sum() / max(whole.sum(), 1e-12)), 1e-12)
