"""A random language model can still say nothing but the meaning."""

from dataclasses import replace

import pytest
import torch

from analysis.explain.meaning import model_realiser
from analysis.explain.meaning.checking import check
from analysis.explain.meaning.model_realiser import realise_with_model
from analysis.explain.meaning.realise import realise
from tests.analysis.explain import tiny
from tests.analysis.explain.meaning.worlds import ALL, GLOWING, SAND, meaning

SHORT = meaning(
    replace(GLOWING, region="in the water"),
    replace(GLOWING, units=(5,), label="red", region=None),
    replace(SAND, region=None),
)
NAMED = replace(SHORT, decided=replace(SHORT.decided, class_name="crab"))


@pytest.mark.parametrize("architecture", list(tiny.ARCHITECTURES))
def test_a_random_model_says_the_meaning_and_nothing_else(architecture):
    said = realise_with_model(NAMED, tiny.language_model(architecture))
    assert said.details["realiser"] == "language model"
    assert said.details["meaning"] == NAMED.to_json()
    assert said.details["language_model"] == architecture
    assert check(said.text, NAMED) == []
    assert said.text != realise(NAMED).text
    assert {said.text[p.start : p.end] for p in said.phrases} == {"glowing", "red", "sand"}
    assert all(said.text[p.start : p.end] == p.meaning for p in said.phrases)
    assert {p.units: p.against for p in said.phrases} == {(3, 7): False, (5,): False, (4,): True}


def test_a_sentence_longer_than_the_models_context_is_said_by_rule_and_so_is_why():
    said = realise_with_model(ALL, tiny.language_model())  # 64 tokens, about one a letter
    assert said.text == realise(ALL).text
    assert said.phrases == realise(ALL).phrases
    assert said.details["realiser"] == "deterministic"
    assert said.details["why"] == "the sentence is too long for gpt2"


def test_a_sentence_with_faults_is_not_shown(monkeypatch):
    monkeypatch.setattr(model_realiser, "check", lambda text, meaning: ["one", "another"])
    said = realise_with_model(NAMED, tiny.language_model())
    assert said.text == realise(NAMED).text
    assert said.details["why"] == "one; another"


def test_nothing_to_say_is_said_by_rule():
    said = realise_with_model(meaning(SAND), tiny.language_model())
    assert "no active latent" in said.text
    assert said.details["why"] == "there is no evidence to write a sentence of"


def test_the_model_chooses_by_the_mean_log_probability_of_what_is_added():
    lm = tiny.language_model()
    longer = ["a red fish", "a red crab", "a red dark water"]
    found = model_realiser._scores(lm, "a red", longer)
    assert found is not None
    for score, text in zip(found.tolist(), longer, strict=True):
        alone = model_realiser._scores(lm, "a red", [text])
        assert alone is not None
        assert score == pytest.approx(float(alone[0]), abs=1e-5)  # padding changes nothing
        said, known = lm.encode(text), len(lm.encode("a red"))
        logits = lm.model(input_ids=torch.tensor([said])).logits[0].log_softmax(-1)
        by_hand = [float(logits[at - 1, said[at]]) for at in range(known, len(said))]
        assert score == pytest.approx(sum(by_hand) / len(by_hand), abs=1e-5)
