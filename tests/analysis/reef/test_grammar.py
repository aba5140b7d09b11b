"""The caption grammar."""

import re

from analysis.reef.grammar import article, plural, sentences
from analysis.reef.grammar_words import OPENINGS


def test_sentences_are_the_same_for_the_same_seed():
    assert sentences(20, seed=1) == sentences(20, seed=1)
    assert sentences(20, seed=1) != sentences(20, seed=2)


def test_sentences_look_like_sentences():
    for sentence in sentences(500, seed=0):
        assert re.fullmatch(r"[A-Z][a-z]*( [a-z]+)+\.", sentence), sentence
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", sentence), sentence


def test_most_sentences_begin_with_the_decoders_openings():
    texts = sentences(500, seed=0)
    opened = sum(text.startswith(OPENINGS) for text in texts)
    assert 0.8 < opened / len(texts) < 0.95


def test_articles_and_plurals():
    assert article("orange crab") == "an"
    assert article("red octopus") == "a"
    assert plural("crab") == "crabs"
    assert plural("jellyfish") == "jellyfish"
    assert plural("wolf") == "wolves"
