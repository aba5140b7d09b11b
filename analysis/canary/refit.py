"""A linear head refitted on frozen features."""

import numpy as np
from jaxtyping import Float, Int

from analysis.shortcuts.inputs import Head

INVERSE_PENALTY = 0.01
"""scikit-learn's C, on standardised features."""
MOST_STEPS = 2000


def refit(
    features: Float[np.ndarray, "images features"], labels: Int[np.ndarray, " images"]
) -> Head:
    """Multinomial logistic regression on standardised features, in the features' own units.

    ``labels`` name every class from 0 on. With x = (f - m) / s, logits x·A + a are f·(A / s) +
    (a - m·A / s). A feature that never varies gets no weight.
    """
    from sklearn.linear_model import LogisticRegression

    mean, std = features.mean(axis=0), features.std(axis=0)
    scale = np.where(std > 0, std, np.inf)
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MOST_STEPS)
    model.fit((features - mean) / scale, labels)
    weight = model.coef_ / scale
    bias = model.intercept_ - weight @ mean
    return Head(weight.astype(np.float32), bias.astype(np.float32))
