"""Sentences and the claims they make, found by hand; and what holds of any text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.explain.claims import split
from analysis.explain.unasked import WITHHELD

WORDS = st.sampled_from(["a", "the", "red", "Fish", "with", "glowing", "is", "tail", "sea", "of"])
MARKS = st.sampled_from([" ", "  ", ", ", ". ", "; ", " (", ") ", "\n"])
SENTENCES = st.lists(st.tuples(WORDS, MARKS)).map(lambda parts: "".join(map("".join, parts)))


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "A small red fish with a glowing tail on the sand",
            ["small red fish", "glowing tail", "sand"],
        ),
        ("because it shows a jellyfish", ["jellyfish"]),
        ("red, blue and green fish", ["red", "blue", "green fish"]),
        ("the fish's tail is in the fish's mouth", ["fish's tail", "fish's mouth"]),
        ("it's a deep-sea crab: bright (red)", ["deep-sea crab", "bright", "red"]),
        ("A Crab beside a crab and the CRAB", ["Crab"]),
        ("eine kleine Qualle in der Tiefsee", ["eine kleine Qualle", "der Tiefsee"]),
        ("水母 of 深海", ["水母", "深海"]),
        ("it is one of those", []),
        ("", []),
    ],
)
def test_claims_are_the_runs_of_content_words(text: str, claims: list[str]) -> None:
    assert [phrase.meaning for phrase in split(text)] == claims


def test_a_claim_of_words_has_no_units_yet_and_speaks_for_the_class() -> None:
    (phrase,) = split("because it shows a glowing tail")
    assert (phrase.start, phrase.end) == (19, 31)
    assert phrase.units is None
    assert not phrase.against


def test_what_is_withheld_claims_nothing() -> None:
    assert [p.meaning for p in split(f"a red {WITHHELD} fish of {WITHHELD}")] == ["red", "fish"]


@given(st.one_of(st.text(), SENTENCES))
def test_claims_stand_where_they_say_and_do_not_overlap(text: str) -> None:
    claims = split(text)
    assert all(text[claim.start : claim.end] == claim.meaning != "" for claim in claims)
    assert all(one.end < other.start for one, other in pairwise(claims))


@given(st.one_of(st.text(), SENTENCES))
def test_no_claim_is_made_twice_whatever_its_capitals(text: str) -> None:
    meanings = [claim.meaning.lower() for claim in split(text)]
    assert len(meanings) == len(set(meanings))


@given(SENTENCES)
def test_claims_hold_every_content_word_and_no_joining_one(text: str) -> None:
    said = {word for claim in split(text) for word in claim.meaning.lower().split()}
    assert said == {"red", "fish", "glowing", "tail", "sea"}.intersection(
        "".join(mark if mark.isalnum() else " " for mark in text.lower()).split()
    )


@given(SENTENCES)
def test_a_claim_split_again_is_itself(text: str) -> None:
    for claim in split(text):
        (again,) = split(claim.meaning)
        assert again.meaning == claim.meaning
