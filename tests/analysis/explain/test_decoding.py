"""The decoding rules of appendix I, by hand and as properties of what is generated."""

import math
from dataclasses import replace

import torch
from hypothesis import given
from hypothesis import strategies as st

from analysis.explain.config import NleConfig
from analysis.explain.decoding import (
    exclude_tokens,
    forbid_repeated_ngrams,
    next_token,
    penalise_repetition,
    promote_stop,
    sayable,
)
from analysis.explain.vocabulary import Vocabulary

STOP = 0
EXCLUDED = 1
PIECE = 2
SIZE = 8


def _vocabulary() -> Vocabulary:
    excluded = torch.zeros(SIZE, dtype=torch.bool)
    excluded[[STOP, EXCLUDED]] = True
    starts_word = ~excluded
    starts_word[PIECE] = False
    unasked = torch.zeros_like(excluded)
    return Vocabulary(STOP, excluded, starts_word, unasked)


def test_repetition_lowers_scores_of_either_sign_by_the_factor():
    scores = torch.tensor([3.0, -3.0, 0.0, 5.0, -1.0])
    penalised = penalise_repetition(scores, [0, 1, 2, 0], 2.0)
    assert penalised.tolist() == [1.5, -6.0, 0.0, 5.0, -1.0]
    assert penalise_repetition(scores, [], 2.0).tolist() == scores.tolist()


def test_a_probability_is_squared_by_a_penalty_of_two():
    probabilities = torch.tensor([0.5, 0.25, 0.25])
    penalised = penalise_repetition(probabilities.log(), [0], 2.0).exp()
    torch.testing.assert_close(penalised, torch.tensor([0.25, 0.25, 0.25]))


def test_no_trigram_is_completed_twice():
    scores = torch.zeros(6)
    # "1 2" was followed by 3 and by 4; "2 1" by 2.
    forbidden = forbid_repeated_ngrams(scores, [1, 2, 3, 1, 2, 4, 1, 2], 3)
    assert forbidden.tolist() == [0, 0, 0, -math.inf, -math.inf, 0]
    assert forbid_repeated_ngrams(scores, [1, 1], 3).tolist() == [0] * 6
    assert forbid_repeated_ngrams(scores, [1, 1, 1], 3).tolist() == [0, -math.inf, 0, 0, 0, 0]


def test_the_full_stop_is_promoted_towards_the_maximum():
    def stop_after(said: int) -> list[float]:
        raised = promote_stop(torch.zeros(3), 1, said, minimum=10, maximum=20, bonus=0.5)
        return raised.tolist()

    assert stop_after(9) == [0, 0, 0]
    assert stop_after(10) == [0, 0.5, 0]
    assert stop_after(14) == [0, 2.5, 0]
    assert stop_after(19) == [-math.inf, 0, -math.inf]


def test_excluded_tokens_go():
    excluded = torch.tensor([False, True, False])
    assert exclude_tokens(torch.ones(3), excluded).tolist() == [1, -math.inf, 1]


def test_the_full_stop_waits_for_the_minimum_and_the_first_token_begins_a_word():
    vocabulary = _vocabulary()

    def after(said: int) -> list[int]:
        return sayable(vocabulary, said, 10).nonzero()[:, 0].tolist()

    assert after(0) == [3, 4, 5, 6, 7]
    assert after(1) == [2, 3, 4, 5, 6, 7]
    assert after(9) == after(1)
    assert after(10) == [0, 2, 3, 4, 5, 6, 7]


@given(
    seed=st.integers(0, 10_000),
    spread=st.floats(0.1, 20.0),
    minimum=st.integers(1, 10),
    room=st.integers(1, 10),
)
def test_every_generated_sequence_keeps_the_rules(seed, spread, minimum, room):
    config = replace(NleConfig(), min_tokens=minimum, max_tokens=minimum + room)
    vocabulary = _vocabulary()
    generator = torch.Generator().manual_seed(seed)
    said: list[int] = []
    while len(said) < config.max_tokens and (not said or said[-1] != STOP):
        scores = (torch.randn(SIZE, generator=generator) * spread).log_softmax(-1)
        said.append(next_token(scores, said, vocabulary, config))
    assert said[-1] == STOP
    assert STOP not in said[:-1]
    assert minimum < len(said) <= config.max_tokens
    assert EXCLUDED not in said
    assert said[0] != PIECE
    trigrams = list(zip(said, said[1:], said[2:], strict=False))
    assert len(trigrams) == len(set(trigrams))
