"""Which images a map shows where there are too many to draw."""

import numpy as np
from jaxtyping import Int


def stratified(groups: Int[np.ndarray, " items"], most: int, *, seed: int) -> Int[np.ndarray, " k"]:
    """At most ``most`` items, as many of each group as can be, in their order.

    Groups are drawn from in turn, one item of each a round, so that a rare one is kept whole.
    """
    if len(groups) <= most:
        return np.arange(len(groups))
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    by_group = shuffled[np.argsort(groups[shuffled], kind="stable")]
    starts = np.flatnonzero(np.diff(groups[by_group], prepend=groups[by_group[0]] - 1))
    sizes = np.diff(np.append(starts, len(groups)))
    round_of = np.arange(len(groups)) - np.repeat(starts, sizes)
    return np.sort(by_group[np.argsort(round_of, kind="stable")[:most]])
