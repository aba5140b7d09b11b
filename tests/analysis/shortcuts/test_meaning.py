"""Duplicates: texts that say the same, to the reader or to the classifier."""

import numpy as np

from analysis.shortcuts.meaning import same_meaning


def _unit(*angles: float) -> np.ndarray:
    radians = np.deg2rad(angles)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_alike_as_texts_or_related_and_one_direction():
    # cosines to the first: .9 (alike), .6 (related), .6, .2
    texts = _unit(0, np.rad2deg(np.arccos(0.9)), 53.13, -53.13, 78.5)
    directions = _unit(0, 90, 10, 60, 0)
    others = np.array([1, 2, 3, 4])
    # the third is related but another direction; the last one direction but unrelated
    assert same_meaning(0, others, texts, directions).tolist() == [1, 2]
    assert same_meaning(0, np.array([], int), texts, directions).tolist() == []
