"""Scores in the classifier's own space, and what they are held against."""

import numpy as np
from scipy.stats import zscore

from analysis.explain.texter.joint import JointSpace, StandardScores, TextMapSpace
from tests.analysis.explain.texter import worlds


def test_scores_are_cosines_with_the_texts_directions():
    space = TextMapSpace(worlds.grounds())
    assert isinstance(space, JointSpace)
    scores = space.scores(np.array([[5, 0, 0], [0, 0, 0]], np.float32))
    np.testing.assert_allclose(scores[0], [1, 0, 1, 0, 0, np.sqrt(0.5)], atol=1e-6)
    np.testing.assert_array_equal(scores[1], 0)


def test_standard_scores_are_z_scores_of_each_text_over_the_images():
    known = worlds.grounds()
    space = TextMapSpace(known)
    scores, standard = StandardScores(space, known.features)(known.features)
    np.testing.assert_allclose(scores, space.scores(known.features))
    np.testing.assert_allclose(standard, zscore(scores, axis=0), atol=1e-5)


def test_over_one_image_nothing_stands_out():
    known = worlds.grounds()
    one = known.features[:1]
    _, standard = StandardScores(TextMapSpace(known), one)(known.features)
    np.testing.assert_array_equal(standard, 0)
