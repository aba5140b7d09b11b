"""Faults made by hand, each told apart."""

import pytest

from analysis.explain.meaning.checking import check
from tests.analysis.explain.meaning.worlds import ALL

GOOD = (
    "Jellyfish because it shows “two long tentacles” and “glowing” in the centre with "
    "unnamed latent 17 along the top despite “sand” along the bottom."
)


def test_a_sentence_that_says_the_meaning_has_no_fault():
    assert check(GOOD, ALL) == []


@pytest.mark.parametrize(
    ("right", "wrong", "faults"),
    [
        ("and", "and bright", ["'bright' is not in the meaning"]),
        (
            "17",
            "18",
            ["'unnamed'", "'latent'", "'18'", "17 is said 0 times", "'along the top' is not"],
        ),
        (
            "“sand”",
            "sand",
            ["'sand' is not", "“sand” is said 0 times", "'along the bottom' is not"],
        ),
        ("“sand”", "“sand” and “sand”", ["“sand” is said 2 times"]),
        ("Jellyfish", "It", ["'it' is not", "the class 'jellyfish' is not said"]),
        ("in the centre", "along the top", ["'along the top' is not where “glowing” is"]),
        ("in the centre", "on the left", ["'on' is not", "'the' is not", "'left' is not"]),
        ("despite", "and", ["“sand” speaks against the class, not for it"]),
        ("and", "despite", ["“glowing” speaks for", "unnamed latent 17 speaks for"]),
        ("and", "!", ["'!' is not in the meaning"]),
    ],
)
def test_a_fault_is_found_and_named(right, wrong, faults):
    found = check(GOOD.replace(right, wrong, 1), ALL)
    assert len(found) == len(faults)
    assert all(fault in told for fault, told in zip(faults, found, strict=True))


def test_a_longer_word_is_not_taken_for_a_known_one():
    assert check(GOOD.replace(" and ", " and bands "), ALL) == ["'bands' is not in the meaning"]
