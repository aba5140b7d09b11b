"""Cohen's kappa against worked numbers and scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from analysis.agreement import agreement


def test_a_worked_table() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: observed .7, chance .5 · .6 + .5 · .4 = .5."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement(*zip(*pairs, strict=True))
    assert found.n == 50
    assert found.observed == pytest.approx(0.7)
    assert found.chance == pytest.approx(0.5)
    assert found.kappa == pytest.approx(0.4)
    assert found.low is not None and found.high is not None and found.kappa is not None
    assert found.low < found.kappa < found.high


def test_three_words_as_scikit_learn_has_it() -> None:
    rng = np.random.default_rng(0)
    words = np.array(["confirmed", "rejected", "needs data"])
    first = words[rng.integers(0, 3, 40)]
    second = np.where(rng.random(40) < 0.6, first, words[rng.integers(0, 3, 40)])
    found = agreement(list(first), list(second))
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second))


def test_the_same_word_always_is_no_agreement_beyond_chance() -> None:
    found = agreement(["y"] * 5, ["y"] * 5)
    assert (found.observed, found.chance, found.kappa, found.low) == (1.0, 1.0, None, None)


def test_of_a_few_there_is_no_interval() -> None:
    """All agree: the bootstrap of them would be 1 to 1, however few they are."""
    nine = agreement(["y", "n", "y"] * 3, ["y", "n", "y"] * 3)
    assert (nine.kappa, nine.low, nine.high) == (1.0, None, None)
    twelve = agreement(["y", "n", "y"] * 4, ["y", "n", "y"] * 4)
    assert (twelve.low, twelve.high) == (1.0, 1.0)


@pytest.mark.parametrize(("first", "second"), [([], []), (["y"], ["y", "n"])])
def test_nothing_in_common(first: list[str], second: list[str]) -> None:
    with pytest.raises(ValueError, match="same, non-empty"):
        agreement(first, second)
