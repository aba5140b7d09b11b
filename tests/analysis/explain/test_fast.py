"""The beam search on toys: what it tells is computed again from scratch, its rules are counted."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from analysis.explain.config import FastConfig
from analysis.explain.fast import FastSearch, Stem
from analysis.explain.language_model import LanguageModel, wrap_language_model
from analysis.explain.unasked import WITHHELD, has_unasked, unasked_words
from analysis.explain.zero_shot import tidy
from analysis.textmap.base import cosine
from tests.analysis.explain import tiny

QUICK = replace(
    FastConfig(), beams=3, candidates=64, encoded=4, sentences=2, exchanges=2, words=4, read=4
)
NARROW = replace(QUICK, beams=1, children=1, candidates=4, encoded=1, likeliest=1)
"""A beam of one stem that sees few tokens, and leaves much to exchange."""
LISTED = min(unasked_words())
WANTED = ("glowing", "crab", "water")


MIXED = np.stack([tiny.wanted("fish"), tiny.wanted("water") - tiny.wanted("red")])


@pytest.fixture(scope="module")
def lm() -> LanguageModel:
    return tiny.language_model()


@pytest.fixture(scope="module")
def features() -> np.ndarray:
    return np.stack([tiny.wanted(word) for word in WANTED])


@pytest.fixture
def stems(monkeypatch: pytest.MonkeyPatch) -> list[Stem]:
    """Sentences that were told, with their tokens."""
    told: list[Stem] = []
    candidate = FastSearch._candidate

    def recording(search: FastSearch, stem: Stem):
        told.append(stem)
        return candidate(search, stem)

    monkeypatch.setattr(FastSearch, "_candidate", recording)
    return told


def _search(lm: LanguageModel, config: FastConfig = QUICK) -> FastSearch:
    return FastSearch(tiny.bag_of_words, lm, config)


def test_every_sentence_says_the_wanted_word(lm, features) -> None:
    for word, told in zip(WANTED, _search(lm).explain(features), strict=True):
        assert word in told.text.split()


def test_scores_are_cosines_computed_again(lm, features) -> None:
    for feature, told in zip(features, _search(lm).explain(features), strict=True):
        for candidate in told.candidates:
            expected = cosine(tiny.bag_of_words([candidate.text]), feature[None])[0, 0]
            assert candidate.score == pytest.approx(float(expected), abs=1e-5)


@pytest.mark.parametrize("config", [QUICK, NARROW])
def test_fluency_is_the_mean_log_probability_token_by_token(lm, stems, config) -> None:
    explanations = _search(lm, config).explain(MIXED)
    candidates = [c for told in explanations for c in told.candidates]
    for stem, candidate in zip(stems, candidates, strict=True):
        context = lm.encode(candidate.hard_prompt)
        logs = []
        for i, token in enumerate(stem.tokens):
            before = torch.tensor([[*context, *stem.tokens[:i]]])
            logs.append(lm.model(input_ids=before).logits[0, -1].log_softmax(-1)[token].item())
        assert candidate.fluency == pytest.approx(np.mean(logs), abs=1e-4)


def test_texts_are_what_the_tokens_say(lm, features, stems) -> None:
    explanations = _search(lm).explain(features)
    candidates = [c for told in explanations for c in told.candidates]
    for stem, candidate in zip(stems, candidates, strict=True):
        assert candidate.raw == candidate.hard_prompt + lm.decode([stem.tokens])[0]
        assert candidate.text == tidy(lm.decode([stem.tokens])[0])


@pytest.mark.parametrize(
    "config",
    [
        QUICK,
        replace(QUICK, exchanges=0),
        replace(QUICK, words=300),  # more than there are words
        replace(QUICK, min_tokens=1, max_tokens=4),
        replace(QUICK, min_tokens=5, max_tokens=6, fluency=1.0),
        replace(NARROW, sentences=1),
        replace(NARROW, fluency=1.0, repetition_penalty=1.0),  # what is likeliest repeats itself
    ],
)
def test_every_sentence_keeps_the_rules_of_decoding(lm, features, stems, config) -> None:
    _search(lm, config).explain(features)
    assert len(stems) >= len(features)
    vocabulary = lm.vocabulary
    for stem in stems:
        said = stem.tokens
        assert config.min_tokens < len(said) <= config.max_tokens
        assert said[-1] == vocabulary.stop
        assert vocabulary.starts_word[said[0]]
        assert not vocabulary.excluded[list(said[:-1])].any()
        trigrams = list(zip(said, said[1:], said[2:], strict=False))
        assert len(trigrams) == len(set(trigrams))


def test_candidates_are_told_best_first_and_none_twice(lm, features) -> None:
    search = _search(lm)
    for told in search.explain(features):
        worths = [c.score + QUICK.fluency * c.fluency for c in told.candidates]
        assert worths == sorted(worths, reverse=True)
        texts = [c.text for c in told.candidates]
        assert 1 <= len(texts) == len(set(texts)) <= QUICK.sentences
        best = told.candidates[0]
        assert (told.text, told.raw) == (best.text, best.raw)
        assert (told.score, told.fluency) == (best.score, best.fluency)


def test_exchanging_words_never_lowers_what_is_raised(lm) -> None:
    def worths(rounds: int) -> np.ndarray:
        told = _search(lm, replace(NARROW, exchanges=rounds)).explain(MIXED)
        return np.array([one.score + NARROW.fluency * one.fluency for one in told])

    without, once, twice = map(worths, (0, 1, 2))
    assert (once >= without - 1e-6).all()
    assert (twice >= once - 1e-6).all()
    assert (twice > without + 0.1).any()


def test_words_are_exchanged_for_words_only(lm) -> None:
    """However well a digit fits, and however few words there are to try."""

    def likes_digits(texts: Sequence[str]) -> np.ndarray:
        digits = np.array([[any(map(str.isdigit, text))] for text in texts], np.float32)
        return np.hstack([tiny.bag_of_words(texts), 2 * digits])

    feature = np.append(tiny.wanted("glowing") + tiny.wanted("crab"), 2).astype(np.float32)
    search = FastSearch(likes_digits, lm, replace(QUICK, words=len(lm.vocabulary), read=300))
    (told,) = search.explain(feature[None])
    assert not any(map(str.isdigit, told.raw))


def test_only_whole_words_are_exchanged_and_none_that_is_said(lm) -> None:
    def token(text: str) -> int:
        (only,) = lm.tokenizer.encode(text, add_special_tokens=False)
        return only

    fish, piece, crab, red = map(token, (" fish", "f", " crab", " red"))
    fit = torch.zeros(len(lm.vocabulary))
    fit[[fish, crab, red]] = torch.tensor([3.0, 2.0, 1.0])
    search = _search(lm, replace(QUICK, words=3))
    stop = lm.vocabulary.stop
    said = Stem(0, (fish, piece, crab, stop), (-1.0,) * 4)  # "fishf crab."
    assert [v.tokens for v in search._variants(said, fit)] == [(fish, piece, red, stop)]
    whole = Stem(0, (fish, crab, stop), (-1.0,) * 3)
    variants = [v.tokens for v in search._variants(whole, fit)]
    assert variants == [(red, crab, stop), (fish, red, stop)]


def test_many_images_at_once_are_told_the_same_as_one_at_a_time(lm, features) -> None:
    together = _search(lm).explain(features)
    for feature, told in zip(features, together, strict=True):
        (alone,) = _search(lm).explain(feature[None])
        assert [c.text for c in alone.candidates] == [c.text for c in told.candidates]
        assert alone.score == pytest.approx(told.score, abs=1e-5)
        assert alone.fluency == pytest.approx(told.fluency, abs=1e-4)


def test_the_length_of_a_feature_does_not_matter(lm, features) -> None:
    one, scaled = (_search(lm).explain(features * by) for by in (1, 7))
    assert [told.text for told in one] == [told.text for told in scaled]


def test_a_search_again_says_the_same_and_encodes_nothing_anew(lm, features) -> None:
    asked: list[list[str]] = []

    def text_direction(texts: Sequence[str]) -> np.ndarray:
        asked.append(list(texts))
        return tiny.bag_of_words(texts)

    search = FastSearch(text_direction, lm, QUICK)
    words = len(asked.pop())
    assert words == int(lm.vocabulary.starts_word.sum())
    first = search.explain(features)
    encoded = [text for texts in asked for text in texts]
    assert len(encoded) == len(set(encoded)) == search.encodings
    assert first[0].encodings == round(search.encodings / len(features))
    again = search.explain(features)
    assert [text for texts in asked for text in texts] == encoded
    assert [told.candidates for told in again] == [told.candidates for told in first]
    assert again[0].encodings == 0
    assert again[0].seconds > 0


def test_progress_is_told_by_token_and_by_round(lm, features) -> None:
    told: list[tuple[int, int]] = []
    config = replace(QUICK, min_tokens=2, max_tokens=4, exchanges=2)
    _search(lm, config).explain(features, lambda done, of: told.append((done, of)))
    assert told == [(done, 6) for done in range(1, 7)]


def test_no_features_have_no_sentences(lm) -> None:
    assert _search(lm).explain(np.zeros((0, len(tiny.WORDS)), np.float32)) == []


def test_a_stem_without_tokens_is_worth_its_score(lm) -> None:
    search = _search(lm, replace(QUICK, fluency=0.5))
    assert search.worth(Stem(0, score=0.25)) == 0.25
    assert search.worth(Stem(0, (1, 2), (-1.0, -3.0), score=0.25)) == pytest.approx(-0.75)


def _rude() -> tuple[LanguageModel, np.ndarray]:
    """A language model that knows a listed word as one token, and a feature that holds it."""
    words = tiny.tokenizer((*tiny.WORDS, LISTED))
    lm = wrap_language_model("rude", "0" * 64, tiny.gpt2(len(words)), words)
    (token,) = words.encode(f" {LISTED}", add_special_tokens=False)
    assert lm.vocabulary.unasked[token]
    return lm, np.eye(len(tiny.WORDS) + 1, dtype=np.float32)[-1:]


def _hears_listed(texts: Sequence[str]) -> np.ndarray:
    heard = [[0.05 + float(has_unasked(text))] for text in texts]
    return np.hstack([tiny.bag_of_words(texts), np.array(heard, np.float32)])


def test_listed_words_are_said_only_where_they_are_asked_for() -> None:
    lm, feature = _rude()
    (told,) = FastSearch(_hears_listed, lm, QUICK).explain(feature)
    assert not any(has_unasked(candidate.text) for candidate in told.candidates)
    unfiltered = replace(QUICK, filter_words=False)
    (asked,) = FastSearch(_hears_listed, lm, unfiltered).explain(feature)
    assert has_unasked(asked.text)
    assert asked.score > told.score


def test_clean_sentences_come_first_and_others_are_withheld(lm, features) -> None:
    """A listed word of two tokens passes the vocabulary, not what is told."""
    search = _search(lm)
    clean = Stem(0, (1,), (-9.0,), text="a red crab", score=0.1)
    rude = Stem(0, (2,), (-1.0,), text=f"a red {LISTED}", score=0.9)
    assert search._best([rude, clean]) == [clean, rude]
    told = search._told([rude], seconds=1.0, encodings=1)
    assert told.text == f"a red {WITHHELD}"
    assert _search(lm, replace(QUICK, filter_words=False))._best([clean, rude]) == [rude, clean]
