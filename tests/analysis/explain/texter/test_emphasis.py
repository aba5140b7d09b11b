"""Decision-critical features by hand."""

import numpy as np

from analysis.explain.texter.emphasis import emphasise
from tests.analysis.explain.texter import worlds


def _emphasised(count: int):
    known = worlds.grounds()
    return known, emphasise(
        known, known.features, known.units.activations, np.array([0, 1, 0, 0]),
        count=count, emphasis=3.0,
    )  # fmt: skip


def test_only_what_speaks_for_the_class_is_emphasised():
    known, found = _emphasised(count=2)
    # Image 0: latent 0 speaks for its class; latent 2 is active and says nothing of it.
    assert found.emphasised[0].tolist() == [True, False, False]
    np.testing.assert_allclose(found.features[0], known.features[0] + [3 * 2, 0, 0])
    assert found.emphasised[1].tolist() == [False, True, False]


def test_where_nothing_speaks_for_the_class_the_feature_stays():
    known, found = _emphasised(count=2)
    # Image 3 holds latent 1 alone, which speaks against class 0.
    assert not found.emphasised[3].any()
    np.testing.assert_allclose(found.features[3], known.features[3] - known.mean)


def test_no_more_units_than_asked_and_the_most_influential_first():
    known = worlds.grounds()
    both = np.array([[1.0, 0, 0]], np.float32)
    units = np.array([[1.0, -2.0, 0]], np.float32)  # both raise class 0, the second by more
    found = emphasise(known, both, units, np.array([0]), count=1)
    assert found.emphasised.tolist() == [[False, True, False]]
