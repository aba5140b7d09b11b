"""On which classes' images a unit fires most: what can be said of one that has no name.

Of the ten images of the audit with the largest activations, classes that are there more often than
chance would have it. This says where to look; it is no claim about what the unit stands for.
"""

import numpy as np
from scipy.stats import binom

from analysis.explain.grounds import Grounds

TOP = 10
"""Images looked at."""
CHANCE = 0.001
"""Largest probability that as many of the ten, drawn at random, belong to a class."""
MOST = 3
"""Classes told."""


def fires_on(
    grounds: Grounds, number: int, *, sign: float = 1.0
) -> tuple[int, tuple[tuple[str, int], ...]]:
    """How many images were looked at, and the classes that several of them are taken for, each
    with how many, the most frequent first.

    Args:
        sign: of the activation that is explained; a neuron below its mean is looked at from there.
    """
    activations = grounds.units.activations[:, number] * np.sign(sign)
    top = np.argsort(-activations, kind="stable")[:TOP]
    top = top[activations[top] > 0]
    classes, first, counts = np.unique(grounds.decided[top], return_index=True, return_counts=True)
    usual = np.bincount(grounds.decided, minlength=len(grounds.class_names)) / len(grounds.decided)
    likely = binom.sf(counts - 1, len(top), usual[classes])
    order = np.lexsort((first, -counts))  # of equally many, the one with the stronger image
    told = [
        (grounds.class_names[int(classes[i])], int(counts[i])) for i in order if likely[i] <= CHANCE
    ]
    return len(top), tuple(told[:MOST])
