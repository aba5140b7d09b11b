"""What neurons add to a logit adds up to the logit."""

import numpy as np
import pytest

from dashboard.parts.contributions import contributions


def test_they_add_up_to_the_centred_logit() -> None:
    rng = np.random.default_rng(0)
    embeddings, features = rng.normal(size=(5, 7)), rng.normal(size=(20, 7))
    found = contributions(embeddings, features[3], features.mean(axis=0), 2)
    logits = features @ embeddings.T
    centred = logits - logits.mean(axis=1, keepdims=True)
    assert found.sum() == pytest.approx(centred[3, 2] - centred[:, 2].mean())


def test_one_neuron_by_hand() -> None:
    found = contributions(np.array([[3.0], [1.0]]), np.array([5.0]), np.array([2.0]), 0)
    assert found.tolist() == [3.0]  # (3 - 2) * (5 - 2)
