"""The three methods behind one call, on small grounds and a tiny language model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.errors import TextError
from analysis.explain import methods
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.fast import FastSearch
from analysis.explain.grounds import Decision, Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.ledger import Examiner
from analysis.explain.methods import METHODS, OPENING, Settings, Told, Tools, said_of, tell
from analysis.explain.said import Method
from analysis.explain.unasked import unasked_words
from analysis.explain.zero_shot import Explanation, explain
from tests.analysis.explain import tiny, worlds

QUICK: dict[str, Any] = {"candidates": 16, "min_tokens": 2, "max_tokens": 5}


@pytest.fixture(scope="module")
def lm() -> LanguageModel:
    return tiny.language_model()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches of few tokens."""
    monkeypatch.setattr(methods, "FastConfig", lambda **kw: FastConfig(beams=2, **QUICK, **kw))
    monkeypatch.setattr(methods, "NleConfig", lambda **kw: NleConfig(iterations=2, **QUICK, **kw))


@pytest.fixture
def grounds() -> Grounds:
    return worlds.grounds()


@pytest.fixture
def decisions(grounds: Grounds) -> list[Decision]:
    return [grounds.decision_on(feature) for feature in grounds.features[:3]]


def _tell(
    method: Method,
    grounds: Grounds,
    decisions: list[Decision],
    lm: LanguageModel | None = None,
    **settings: Any,
) -> list[Told]:
    return list(tell(method, grounds, decisions, Settings(**settings), Tools(language_model=lm)))


@pytest.mark.parametrize("faithful", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_tells_every_decision_in_a_form_that_can_be_tested(
    method: Method, faithful: bool, grounds: Grounds, decisions: list[Decision], lm: LanguageModel
) -> None:
    advanced: list[int] = []
    told = list(
        tell(
            method,
            grounds,
            decisions,
            Settings(faithful=faithful),
            Tools(language_model=lm),
            advance=advanced.append,
        )
    )
    assert len(told) == sum(advanced) == 3
    examiner = Examiner(grounds, seed=0)
    for one, decision in zip(told, decisions, strict=True):
        assert one.said.method == method
        for phrase in one.said.phrases:
            assert 0 <= phrase.start < phrase.end <= len(one.said.text)
        assert len(examiner.examine(one.said, decision).claims) == len(one.said.phrases)
        assert one.seconds >= 0
        assert one.config["filter_words"]


def test_zero_shot_needs_a_language_model(grounds: Grounds, decisions: list[Decision]) -> None:
    with pytest.raises(TextError, match="--language-model"):
        _tell("zero-shot", grounds, decisions)


def test_the_fast_mode_is_the_beam_search_on_centred_features(
    grounds: Grounds, decisions: list[Decision], lm: LanguageModel
) -> None:
    told = _tell("zero-shot", grounds, decisions, lm)
    settings = methods.FastConfig()
    expected = FastSearch(grounds.text_direction, lm, settings).explain(
        np.stack([decision.feature - 1 for decision in decisions])  # the mean is 1 everywhere
    )
    for one, found in zip(told, expected, strict=True):
        assert one.words == found.text
        assert one.said.text == OPENING + found.text
        assert one.fluency == pytest.approx(found.fluency)  # in batches of another size
        assert [c["text"] for c in one.candidates] == [c.text for c in found.candidates]
        assert one.config["mode"] == "fast"


def test_the_faithful_mode_is_the_papers_search_by_its_seed(
    grounds: Grounds, decisions: list[Decision], lm: LanguageModel
) -> None:
    told = _tell("zero-shot", grounds, decisions, lm, faithful=True, seed=3)
    found = explain(
        decisions[1].feature - 1, grounds.text_direction, lm, methods.NleConfig(), seed=3
    )
    assert told[1].words == found.text
    assert [c["score"] for c in told[1].candidates] == [c.score for c in found.candidates]
    assert told[1].config["mode"] == "faithful"
    assert told[1].config["iterations"] == 2


def test_more_images_than_are_grown_at_once_are_told_in_parts(
    grounds: Grounds, decisions: list[Decision], lm: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _tell("zero-shot", grounds, decisions, lm)
    few = replace(methods.FastConfig(), at_once=2)
    monkeypatch.setattr(methods, "FastConfig", lambda **_: few)
    advanced: list[int] = []
    parts = list(
        tell("zero-shot", grounds, decisions, Settings(), Tools(lm), advance=advanced.append)
    )
    assert advanced == [2, 1]
    assert [one.words for one in parts] == [one.words for one in whole]


def test_the_words_that_are_scored_leave_out_what_only_joins_and_what_is_against(
    grounds: Grounds, decisions: list[Decision]
) -> None:
    (texter, *_) = _tell("texter", grounds, decisions)
    assert texter.said.text == OPENING + texter.words
    assert texter.fluency is None
    (pipeline, *_) = _tell("pipeline", grounds, decisions)
    # of image 0 units 0 and 1 speak for the class, unit 3, the sand, against it
    assert pipeline.words == "glow, tail"
    assert [p.meaning for p in pipeline.said.phrases if p.against] == ["sand"]


@pytest.mark.parametrize("method", ["texter", "pipeline"])
def test_listed_words_are_told_only_where_they_are_asked_for(
    method: Method, grounds: Grounds, decisions: list[Decision]
) -> None:
    listed = min(unasked_words())
    rude = replace(
        grounds,
        concepts=(listed, *grounds.concepts[1:]),
        units=replace(grounds.units, labels=(listed, *grounds.units.labels[1:])),
    )
    assert listed not in _tell(method, rude, decisions)[0].said.text
    assert listed in _tell(method, rude, decisions, filter_words=False)[0].said.text


def test_an_outside_judge_selects_among_the_sentences_found(
    grounds: Grounds, decisions: list[Decision], lm: LanguageModel
) -> None:
    def last(number: int, texts: Sequence[str]) -> np.ndarray | None:
        return np.arange(len(texts), dtype=np.float32) if number == 0 else None

    judged = list(tell("zero-shot", grounds, decisions, Settings(), Tools(lm, fit=last)))
    plain = _tell("zero-shot", grounds, decisions, lm)
    assert len(judged[0].candidates) > 1
    assert judged[0].words == judged[0].candidates[-1]["text"]
    assert judged[0].fluency == judged[0].candidates[-1]["fluency"]
    assert judged[0].config["selection"] == "CLIP-score"
    assert [one.words for one in judged[1:]] == [one.words for one in plain[1:]]
    assert plain[0].config["selection"] == judged[1].config["selection"] == "cosine"


def test_the_pipelines_text_by_a_language_model_needs_one(
    grounds: Grounds, decisions: list[Decision]
) -> None:
    with pytest.raises(TextError, match="--language-model"):
        _tell("pipeline", grounds, decisions, written_by_model=True)


def test_maps_are_asked_for_by_the_number_of_the_decision(
    grounds: Grounds, decisions: list[Decision]
) -> None:
    left = np.zeros((4, 4))
    left[:, 0] = 1

    def maps(number: int) -> dict[int, np.ndarray] | None:
        return {0: left} if number == 0 else None

    plain = _tell("pipeline", grounds, decisions)
    told = list(tell("pipeline", grounds, decisions, Settings(), Tools(maps=maps)))
    assert "left" in told[0].said.text
    assert "left" not in plain[0].said.text
    assert [one.said.text for one in told[1:]] == [one.said.text for one in plain[1:]]


def test_a_free_sentence_is_split_into_claims_of_its_own_words_only() -> None:
    told = Explanation("a red fish in the sea", "", 0.5, -3.0, (), 1.0, 1)
    said = said_of(told)
    assert said.text == "because it shows a red fish in the sea"
    assert [phrase.meaning for phrase in said.phrases] == ["red fish", "sea"]
    assert all(said.text[p.start : p.end] == p.meaning for p in said.phrases)


def test_the_settings_decide_which_words_are_filtered(
    grounds: Grounds, decisions: list[Decision], lm: LanguageModel
) -> None:
    for faithful in (False, True):
        (told,) = _tell(
            "zero-shot", grounds, decisions[:1], lm, faithful=faithful, filter_words=False
        )
        assert told.config["filter_words"] is False
