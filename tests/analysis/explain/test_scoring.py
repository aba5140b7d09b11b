"""Cosines of sentences, encoded once each, and the floor under them."""

from collections.abc import Sequence

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.explain.scoring import SentenceScorer, floor

DIRECTIONS = {"ahead": (1, 0), "aside": (0, 2), "between": (3, 3), "back": (-1, 0), "": (0, 0)}
FEATURE = np.array([2, 0], np.float32)


def _direction(texts: Sequence[str]) -> np.ndarray:
    return np.array([DIRECTIONS[text] for text in texts], np.float32)


def test_scores_are_cosines_in_the_order_asked():
    scores = SentenceScorer(FEATURE, _direction)(["between", "back", "ahead", "aside", ""])
    np.testing.assert_allclose(scores, [np.sqrt(0.5), -1, 1, 0, 0], atol=1e-6)


def test_a_sentence_is_encoded_once_and_short_ones_first():
    batches: list[list[str]] = []

    def direction(texts: Sequence[str]) -> np.ndarray:
        batches.append(list(texts))
        return _direction(texts)

    scorer = SentenceScorer(FEATURE, direction)
    scorer(["between", "back", "back"])
    scorer(["back", "ahead"])
    scorer(["ahead"])
    assert batches == [["back", "between"], ["ahead"]]
    assert scorer.encodings == 3


def test_the_floor_is_the_95th_percentile_with_repetitions():
    sentences = ["aside"] * 19 + ["ahead"]
    # 20 sorted scores: 19 zeros and a one; the 95th percentile lies .05 of the way to the last.
    assert floor(FEATURE, sentences, _direction) == pytest.approx(0.05)


def test_a_floor_needs_sentences():
    with pytest.raises(InputError, match="two images"):
        floor(FEATURE, [], _direction)
