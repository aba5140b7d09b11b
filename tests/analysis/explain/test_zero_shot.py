"""The search on toys whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.explain import zero_shot
from analysis.explain.config import NleConfig
from analysis.explain.decoding import next_token
from analysis.explain.language_model import wrap_language_model
from analysis.explain.prefix import next_token_logits
from analysis.explain.scoring import SentenceScorer
from analysis.explain.unasked import WITHHELD, has_unasked, unasked_words
from analysis.explain.zero_shot import Candidate, Explanation, chosen, explain, tidy
from tests.analysis.explain import tiny

QUICK = replace(
    NleConfig(), iterations=3, candidates=64, min_tokens=4, max_tokens=8, learning_rate=0.1
)
LONGER = replace(QUICK, iterations=8, candidates=512)


@pytest.fixture(scope="module")
def lm():
    return tiny.language_model()


@pytest.fixture(scope="module")
def steered(lm):
    return _explain(lm, "glowing")


def _explain(lm, word: str, config: NleConfig = QUICK, *, seed: int = 0) -> Explanation:
    return explain(tiny.wanted(word), tiny.bag_of_words, lm, config, seed=seed)


def _say_bare(lm, hard_prompt: str, config: NleConfig) -> str:
    """The same decoding without prefixes."""
    context = lm.encode(hard_prompt)
    said: list[int] = []
    while len(said) < config.max_tokens and lm.vocabulary.stop not in said:
        tokens = torch.tensor([*context, *said])
        scores = next_token_logits(lm.model, tokens).log_softmax(-1)
        said.append(next_token(scores, said, lm.vocabulary, config))
    return tidy(lm.decode([said])[0])


@pytest.mark.parametrize("architecture", ["gpt2", "llama", "gpt_neox"])
def test_the_search_finds_the_wanted_word_that_the_bare_model_does_not_say(architecture):
    lm = tiny.language_model(architecture)
    told = _explain(lm, "glowing", LONGER)
    bare = [_say_bare(lm, prompt, LONGER) for prompt in LONGER.hard_prompts]
    bare_scores = SentenceScorer(tiny.wanted("glowing"), tiny.bag_of_words)(bare)
    assert "glowing" in told.text.split()
    assert told.score > bare_scores.max() + 0.2


def test_the_best_candidate_is_chosen_and_scored_as_it_is_shown(steered):
    assert len(steered.candidates) == QUICK.iterations
    best = max(steered.candidates, key=lambda c: c.score)
    assert (steered.text, steered.raw, steered.score) == (best.text, best.raw, best.score)
    for candidate in steered.candidates:
        expected = SentenceScorer(tiny.wanted("glowing"), tiny.bag_of_words)([candidate.text])
        assert candidate.score == pytest.approx(float(expected[0]))
        assert candidate.hard_prompt in QUICK.hard_prompts
        assert candidate.raw.startswith(candidate.hard_prompt)
        assert tidy(candidate.raw.removeprefix(candidate.hard_prompt)) == candidate.text
    assert steered.sentence == f"because it shows {steered.text}"
    assert steered.seconds > 0


def test_the_seed_decides_everything(lm, steered):
    again, other = _explain(lm, "glowing"), _explain(lm, "glowing", seed=1)
    assert again.candidates == steered.candidates
    assert again.encodings == steered.encodings
    assert other.candidates != steered.candidates


def test_candidates_are_capped_by_the_vocabulary(lm):
    config = replace(QUICK, iterations=1, candidates=10_000)
    sayable = int((~lm.vocabulary.excluded).sum())
    told = _explain(lm, "fish", config)
    assert told.encodings <= (sayable + 1) * config.max_tokens + 1


def test_progress_is_told_by_iteration(lm):
    told: list[tuple[int, int]] = []
    explain(
        tiny.wanted("fish"),
        tiny.bag_of_words,
        lm,
        replace(QUICK, iterations=2, candidates=4),
        seed=0,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(1, 2), (2, 2)]


def _record(monkeypatch) -> tuple[list[list[int]], list[int]]:
    """Sentences as they are said, and the prefix updates made."""
    sentences: list[list[int]] = []
    updates: list[int] = []

    def recording(scores, generated, vocabulary, config):
        if not generated:
            sentences.append([])
        chosen = next_token(scores, generated, vocabulary, config)
        sentences[-1].append(chosen)
        return chosen

    class Counting(torch.optim.AdamW):
        def step(self, *arguments, **options):
            updates.append(1)
            return super().step(*arguments, **options)

    monkeypatch.setattr(zero_shot, "next_token", recording)
    monkeypatch.setattr(torch.optim, "AdamW", Counting)
    return sentences, updates


def test_one_prefix_update_a_token_and_fluency_under_the_bare_model(lm, monkeypatch):
    sentences, updates = _record(monkeypatch)
    told = _explain(lm, "glowing")
    assert len(updates) == sum(map(len, sentences))
    for said, candidate in zip(sentences, told.candidates, strict=True):
        context = lm.encode(candidate.hard_prompt)
        logits = lm.model(input_ids=torch.tensor([[*context, *said]])).logits[0]
        log_probabilities = logits.log_softmax(-1)[len(context) - 1 : -1]
        expected = log_probabilities[range(len(said)), said].mean()
        assert candidate.fluency == pytest.approx(expected.item(), abs=1e-4)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 1_000), minimum=st.integers(1, 4), room=st.integers(1, 4))
def test_every_sentence_keeps_the_rules(lm, monkeypatch, seed, minimum, room):
    config = replace(
        QUICK, iterations=2, candidates=8, min_tokens=minimum, max_tokens=minimum + room
    )
    with monkeypatch.context() as patched:
        sentences, _ = _record(patched)
        _explain(lm, "fish", config, seed=seed)
    assert len(sentences) == config.iterations
    for said in sentences:
        assert minimum < len(said) <= config.max_tokens
        assert said[-1] == lm.vocabulary.stop
        assert not lm.vocabulary.excluded[said[:-1]].any()
        trigrams = list(zip(said, said[1:], said[2:], strict=False))
        assert len(trigrams) == len(set(trigrams))


def test_the_bare_model_is_left_as_it_was(lm):
    before = {name: p.clone() for name, p in lm.model.named_parameters()}
    _explain(lm, "red", replace(QUICK, iterations=1, candidates=8))
    assert all(torch.equal(p, before[name]) for name, p in lm.model.named_parameters())


def test_tidy_leaves_one_clean_phrase():
    assert tidy("  a red  fish, .") == "a red fish"
    assert tidy(" a fish.") == "a fish"
    assert tidy(" The fish of Ohio.") == "the fish of Ohio"
    assert tidy(" Another fish") == "Another fish"
    assert tidy("") == ""


def test_a_feature_of_zeros_scores_zero(lm):
    nothing = np.zeros(len(tiny.WORDS), np.float32)
    config = replace(QUICK, iterations=1, candidates=4)
    assert explain(nothing, tiny.bag_of_words, lm, config, seed=0).score == 0


LISTED = min(unasked_words())


def _candidate(text: str, score: float) -> Candidate:
    return Candidate(text, f"Image of {text}.", "Image of", score, -3.0)


def _chosen(*candidates: Candidate, filter_words: bool = True) -> Explanation:
    config = replace(QUICK, filter_words=filter_words)
    return chosen(candidates, config, seconds=2.0, encodings=7)


def test_a_sentence_with_a_listed_word_is_passed_over():
    rude, clean, less = (
        _candidate(f"a {LISTED}", 0.9),
        _candidate("a fish", 0.5),
        _candidate("", 0.0),
    )
    told = _chosen(less, rude, clean)
    assert (told.text, told.raw, told.score) == ("a fish", clean.raw, 0.5)
    assert (told.seconds, told.encodings) == (2.0, 7)
    asked = _chosen(less, rude, clean, filter_words=False)
    assert (asked.text, asked.score) == (f"a {LISTED}", 0.9)


def test_where_no_sentence_may_be_shown_the_best_is_withheld():
    told = _chosen(_candidate(f"{LISTED} in water", 0.3), _candidate(f"a red {LISTED}", 0.4))
    assert (told.text, told.score) == (f"a red {WITHHELD}", 0.4)


def test_the_search_says_a_listed_word_only_where_it_is_asked_for():
    words = tiny.tokenizer((*tiny.WORDS, LISTED))
    lm = wrap_language_model("rude", "0" * 64, tiny.gpt2(len(words)), words)

    def heard(texts):
        return np.array([[0.1, float(has_unasked(text))] for text in texts], np.float32)

    feature = np.array([0, 1], np.float32)
    told = explain(feature, heard, lm, LONGER, seed=0)
    assert not any(has_unasked(candidate.text) for candidate in told.candidates)
    asked = explain(feature, heard, lm, replace(LONGER, filter_words=False), seed=0)
    assert has_unasked(asked.text)
