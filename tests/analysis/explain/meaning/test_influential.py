"""Masking on a linear head, counted by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.explain.grounds import Decision
from analysis.explain.meaning.influential import Weighed
from tests.analysis.explain.meaning.worlds import decision, grounds


def softmax(*logits: float) -> np.ndarray:
    odds = np.exp(logits)
    return odds / odds.sum()


def test_without_units_the_probabilities_are_those_of_the_feature_less_what_they_add():
    weighed = Weighed.of(grounds(), decision())
    # Logits are 3.5, 2, 0; latent 0 adds 2 to the first, latent 3 takes 1 and adds 1.
    assert weighed.without([]) == pytest.approx(softmax(3.5, 2, 0), rel=1e-5)
    assert weighed.without([0, 3]) == pytest.approx(softmax(2.5, 1, 0), rel=1e-5)


def test_the_latent_that_takes_most_of_the_probability_comes_first_and_none_that_takes_nothing():
    weighed = Weighed.of(grounds(), decision())
    assert weighed.influential(2) == (0, 2)  # latent 1 adds 1.5, but 1 of it to the rival too
    assert weighed.influential(9) == (0, 2, 1)  # 3 speaks against the class


def test_a_latent_that_is_off_is_neither_cited_nor_masked_at_random():
    weighed = Weighed.of(grounds(), decision(0, 1, 1, 0))
    assert weighed.masker.active.tolist() == [1, 2]
    assert set(weighed.influential(3)) == {1, 2}


def test_a_neuron_below_its_mean_is_not_cited_since_its_label_is_not_there():
    weighed = Weighed.of(grounds(), decision(1, 1, 1, -1))  # -1 · -1 speaks for the class
    assert 3 not in weighed.influential(4)
    held = sum(weighed.share(number) for number in (0, 1, 2))
    assert held < 1 - weighed.unheld - 0.1  # and yet its part counts


def test_shares_are_parts_of_all_that_raises_the_log_probability_above_the_mean_image():
    weighed = Weighed.of(grounds(), decision())
    shares = [weighed.share(number) for number in range(4)]
    assert sum(shares[:3]) == pytest.approx(1, abs=1e-5)
    assert shares[3] < 0
    # Parts add up to log p(f) - log p(mean), so their sum over the positive ones is known.
    rise = np.log(softmax(3.5, 2, 0)[0]) - np.log(1 / 3)
    positive = rise / sum(shares)
    # Latents 0 and 2 add only to the class, 2 and 1 to its logit: their parts are as 2 to 1.
    assert shares[0] == pytest.approx(2 * shares[2], rel=1e-5)
    assert positive > rise


def test_what_no_unit_holds_has_its_share():
    feature = np.array([2.0, 0, 0, 0], np.float32)
    half = Decision(feature, 0, np.array([1.0, 0, 0, 0], np.float32))  # the latent holds half
    weighed = Weighed.of(grounds(), half)
    assert weighed.unheld == pytest.approx(0.5)
    assert weighed.share(0) == pytest.approx(0.5)


def test_what_speaks_against_is_the_unit_without_which_the_class_is_more_probable():
    assert Weighed.of(grounds(), decision()).opposing() == 3
    assert Weighed.of(grounds(), decision(1, 1, 1, 0)).opposing() is None
    assert Weighed.of(grounds(), decision(1, 1, 1, 0.01)).opposing() is None  # not notable


def test_the_floor_is_the_mean_over_all_sets_of_as_many_active_units():
    weighed = Weighed.of(grounds(), decision())
    every = [weighed.without(pair)[0] for pair in itertools.combinations(range(4), 2)]
    assert weighed.chance(2, seed=0) == pytest.approx(np.mean(every), abs=0.05)
    assert weighed.chance(2, seed=0) == weighed.chance(2, seed=0)
    assert weighed.chance(4, seed=0) is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 3.0]), min_size=4, max_size=4),
    st.integers(1, 4),
)
def test_every_unit_cited_takes_something_besides_the_others(activations, count):
    weighed = Weighed.of(grounds(), decision(*activations))
    cited = weighed.influential(count)
    left = [weighed.without(cited[:number])[0] for number in range(len(cited) + 1)]
    assert len(cited) <= count
    assert all(after < before for before, after in itertools.pairwise(left))
