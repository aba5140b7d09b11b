"""The constants are the paper's, and impossible ones are refused."""

import json
from dataclasses import asdict

import pytest

from analysis.errors import UsageError
from analysis.explain.config import FastConfig, NleConfig


def test_defaults_are_the_papers_constants():
    config = NleConfig()
    assert (config.prefixes, config.iterations, config.candidates) == (5, 20, 512)
    assert (config.learning_rate, config.weight_decay, config.fluency_weight) == (0.01, 0.3, 0.8)
    assert (config.repetition_penalty, config.ngram) == (2.0, 3)
    assert (config.min_tokens, config.max_tokens) == (10, 20)
    assert len(config.hard_prompts) == 9


def test_the_fast_mode_decodes_by_the_same_rules():
    faithful, fast = asdict(NleConfig()), asdict(FastConfig())
    shared = faithful.keys() & fast.keys()
    assert {"candidates", "min_tokens", "max_tokens", "ngram", "filter_words"} <= shared
    assert all(faithful[name] == fast[name] for name in shared)


def test_listed_words_are_filtered_unless_they_are_asked_for():
    assert NleConfig().filter_words
    assert not NleConfig(filter_words=False).filter_words


def test_a_config_can_be_recorded_as_json():
    assert json.loads(json.dumps(asdict(NleConfig())))["iterations"] == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"candidates": 0},
        {"iterations": 0},
        {"min_tokens": 20},
        {"temperature": 0.0},
        {"repetition_penalty": 0.5},
        {"hard_prompts": ()},
    ],
)
def test_impossible_constants_are_refused(changes):
    with pytest.raises(UsageError):
        NleConfig(**changes)
