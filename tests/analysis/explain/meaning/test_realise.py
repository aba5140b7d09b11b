"""The text by rule, word for word."""

from dataclasses import replace

import pytest

from analysis.explain.meaning.realise import percent, realise
from tests.analysis.explain.meaning.worlds import ALL, GLOWING, SAND, TENTACLES, UNNAMED, meaning


def test_a_text_says_all_of_its_meaning():
    assert realise(ALL).text == (
        "Jellyfish (97 %, before squid with 2 %): the decision rests mainly on “glowing” (two "
        "latents, 41 % of what speaks for it, in the centre), partly on “two long tentacles” "
        "(20 %), and slightly on unnamed latent 17 (5 %, along the top, ten strongest images: ray "
        "4, crab 3). Against it speaks “sand” (6 %, along the bottom). With those four latents "
        "masked, its probability is 4 % and squid wins; with as many drawn at random among the "
        "active ones, 80 %."
    )


def test_phrases_are_the_evidence_where_it_stands_in_the_text():
    said = realise(ALL)
    assert [said.text[phrase.start : phrase.end] for phrase in said.phrases] == [
        "glowing",
        "two long tentacles",
        "unnamed latent 17",
        "sand",
    ]
    assert [phrase.meaning for phrase in said.phrases] == [
        "glowing",
        "two long tentacles",
        "",
        "sand",
    ]
    assert [phrase.units for phrase in said.phrases] == [(3, 7), (1,), (17,), (4,)]
    assert said.details == {"meaning": ALL.to_json(), "realiser": "deterministic"}


def test_small_parts_are_called_so():
    text = realise(meaning(UNNAMED)).text
    assert "rests on many small parts, among them unnamed latent 17 (5 % of what speaks" in text
    assert "With that latent masked" in text
    assert "with one drawn at random" in text


def test_what_no_latent_holds_is_told_where_it_is_most():
    assert "; 60 % is held by no latent." in realise(meaning(GLOWING, unheld=0.6)).text
    small = realise(meaning(UNNAMED, unheld=0.6)).text
    assert "most of what speaks for it (60 %) is held by no latent; of the small" in small
    assert "held by no" not in realise(meaning(GLOWING, unheld=0.4)).text


def test_evidence_of_one_strength_shares_its_adverb():
    strong = replace(TENTACLES, share=0.35, strength="strong")
    text = realise(meaning(GLOWING, strong, unheld=0.0)).text
    assert "speaks for it, in the centre) and “two long tentacles” (35 %). With those" in text
    assert text.count("mainly") == 1


def test_a_decision_that_no_unit_carries_is_told_so():
    said = realise(meaning(SAND))
    assert said.text == (
        "Jellyfish (97 %, before squid with 2 %): no active latent carries this decision. Against "
        "it speaks “sand” (6 % of what speaks for it, along the bottom)."
    )


def test_a_class_that_lost_stands_behind_its_rival():
    lost = replace(ALL, decided=replace(ALL.decided, lead=-1.0))
    assert realise(lost).text.startswith("Jellyfish (97 %, behind squid with 2 %): ")


def test_without_a_floor_the_text_says_why():
    assert realise(meaning(GLOWING, chance=None)).text.endswith("; no other latent is active.")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.0001, "less than 0.1 %"),
        (0.004, "0.4 %"),
        (0.0099, "1 %"),
        (0.415, "42 %"),
        (0.996, "more than 99 %"),
        (1.0, "100 %"),
    ],
)
def test_shares_are_rounded_but_never_to_none_or_all(share, words):
    assert percent(share) == words
