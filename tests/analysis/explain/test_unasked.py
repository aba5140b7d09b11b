"""The listed words, found as whole words and taken out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.explain.unasked import WITHHELD, has_unasked, unasked_words, withhold

LISTED = sorted(unasked_words())
PLAIN = st.sampled_from(["a", "red", "crab", "Sea", "glowing", "striped"])


def test_the_list_is_of_single_lower_case_words() -> None:
    assert len(LISTED) > 50
    assert all(word == word.lower() and word.isalpha() for word in LISTED)


@pytest.mark.parametrize("shape", ["{}", "a {} crab", "{}.", "({})", "\n{}\n", "crab-{}", "a,{}"])
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_a_listed_word_is_found_wherever_it_stands_alone(shape: str, case) -> None:
    for word in LISTED:
        text = shape.format(case(word))
        assert has_unasked(text), text
        assert withhold(text) == shape.format(WITHHELD)


@pytest.mark.parametrize(
    "text", ["Scunthorpe", "a peacock", "grass", "class", "an assassin bug", "a cocktail", ""]
)
def test_words_that_only_hold_a_listed_one_stay(text: str) -> None:
    assert not has_unasked(text)
    assert withhold(text) == text


@given(st.lists(st.one_of(PLAIN, st.sampled_from(LISTED))))
def test_what_is_withheld_is_gone_and_the_rest_stays(words: list[str]) -> None:
    told = withhold(" ".join(words))
    assert not has_unasked(told)
    assert told.split() == [WITHHELD if word in LISTED else word for word in words]
