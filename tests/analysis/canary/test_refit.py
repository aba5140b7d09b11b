"""The refitted head, in the features' own units."""

import numpy as np

from analysis.canary.refit import INVERSE_PENALTY, refit


def test_its_logits_are_those_of_the_regression_on_standardised_features() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 30)
    features = rng.standard_normal((120, 6)) * [1, 10, 0.1, 3, 1, 1] + labels[:, None] + 5
    model = make_pipeline(StandardScaler(), LogisticRegression(C=INVERSE_PENALTY, max_iter=2000))
    expected = model.fit(features, labels).decision_function(features)
    np.testing.assert_allclose(refit(features, labels).logits(features), expected, atol=1e-3)


def test_a_feature_that_never_varies_has_no_weight() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 20)
    features = np.stack([labels + 0.1 * rng.standard_normal(60), np.full(60, 7.0)], axis=1)
    head = refit(features, labels)
    assert (head.weight[:, 1] == 0).all() and np.isfinite(head.bias).all()
