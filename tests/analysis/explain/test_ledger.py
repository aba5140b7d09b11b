"""Claims tested on a decision whose every number is worked out by hand (see ``worlds``)."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax

from analysis.explain import ledger as module  # pytest would collect an imported ExaminedClaim
from analysis.explain.ledger import Examiner, Ledger
from analysis.explain.said import Phrase, Said
from tests.analysis.explain import worlds


def _examine(*phrases: Phrase, class_id: int | None = None, seed: int = 0) -> Ledger:
    grounds = worlds.grounds()
    decision = grounds.decision_on(grounds.features[0], class_id)
    said = Said("zero-shot", "because it shows", phrases)
    return Examiner(grounds, seed=seed).examine(said, decision)


def _words(meaning: str) -> Phrase:
    return Phrase(0, len(meaning), meaning)


def _units(*units: int, against: bool = False, meaning: str = "") -> Phrase:
    return Phrase(0, 1, meaning, units, against)


def _test(phrase: Phrase, class_id: int | None = None) -> module.ExaminedClaim:
    (claim,) = _examine(phrase, class_id=class_id).claims
    return claim


def _probability(*logits: float) -> float:
    return float(softmax(logits)[0])


def test_a_claim_that_is_seen_leant_on_and_masked_stands() -> None:
    claim = _test(_words("glow"))
    assert (claim.supported, claim.reason) == (True, "")
    assert claim.seen is not None
    assert claim.seen.projection == pytest.approx(2)  # 3 on its axis, of which the mean has 1
    assert claim.seen.presence == pytest.approx(2 / 1.5**0.5)  # of 2, -1, -1, 0
    assert claim.units == (0,)
    assert claim.contributions == pytest.approx((3,))
    assert claim.logit_drop == pytest.approx(3)
    assert claim.probability_drop == pytest.approx(
        _probability(3.5, -1, -2.5) - _probability(0.5, 0.5, -1)
    )


def test_the_floors_are_means_over_the_other_active_units() -> None:
    """One of units 1, 2 and 3 falls by 1, 0 or -0.5. Of equal mass, 3 of the 4 that they hold: what
    falls is their sum, 0.5, less the one missing unit of activation: -0.5, 0.5 or 1 is left."""
    claim = _test(_words("glow"))
    assert claim.logit_random == pytest.approx(0.5 / 3, abs=0.12)
    assert claim.logit_random_high == pytest.approx(1)
    assert claim.logit_mass == pytest.approx(1 / 3, abs=0.12)
    assert claim.logit_mass_high == pytest.approx(1)
    before = _probability(3.5, -1, -2.5)
    after = [_probability(2.5, -1, -1.5), before, _probability(4, -1.5, -2.5)]
    assert claim.probability_random == pytest.approx(before - np.mean(after), abs=0.01)


def test_a_claim_that_the_image_does_not_show_is_struck() -> None:
    claim = _test(_words("sand"))
    assert claim.seen is not None
    assert claim.seen.presence == pytest.approx(0)  # as much sand as in the mean image
    assert claim.reason == "the image does not show it (+0.0 SD of all images)"
    assert not claim.supported


def test_a_claim_as_far_as_one_standard_deviation_counts_as_seen() -> None:
    claim = _test(_words("stripes"))  # 1, -1, 1, -1
    assert claim.seen is not None
    assert claim.seen.presence == pytest.approx(1)
    assert "show" not in claim.reason


def test_the_slope_adds_up_to_what_the_way_from_the_mean_image_gains() -> None:
    """Integrated gradients are complete: along all of f − mean, (2, 1, 1, 0), they give
    log p at the image less log p at the mean, whose logits are 1, 0 and -1."""
    claim = _test(_words("glow glow tail stripes"))
    assert claim.seen is not None
    gained = log_softmax([3.5, -1, -2.5])[0] - log_softmax([1, 0, -1])[0]
    assert claim.seen.slope * 6**0.5 == pytest.approx(gained, rel=1e-3)


def test_the_slopes_of_two_classes_differ_by_their_weights() -> None:
    won, other = _test(_words("glow")), _test(_words("glow"), class_id=2)
    assert won.seen is not None
    assert other.seen is not None
    assert won.seen.slope - other.seen.slope == pytest.approx(1.5)  # 1 and -0.5


def test_a_claim_that_does_not_make_the_class_likelier_is_struck() -> None:
    reason = "more of it would make the class less likely"
    assert _test(_words("stripes")).reason == reason  # no class looks at them
    assert _test(_words("glow"), class_id=2).reason == reason  # it is for the class that won


def test_a_claim_whose_unit_answers_to_its_label_instead_is_struck() -> None:
    """Over the images unit 0 is 3, 0, 0, 1, just as the glow is; glow and tail together are 5, 0,
    2, 1 (correlation .87), glow twice and tail once 8, 0, 2, 2 (.95)."""
    assert (
        _test(_words("moonlight")).reason
        == "its unit is called “glow” and answers to that rather than to this"
    )
    assert _test(_words("glow glow tail")).supported
    assert _test(_units(0, meaning="moonlight")).supported  # its name was chosen by a person


@pytest.mark.parametrize("word", ["dark", "aardvark"])
def test_a_claim_that_no_active_unit_makes_is_struck(word: str) -> None:
    claim = _test(_words(word))
    assert claim.units == ()
    assert claim.reason == "no unit that is active on the image says it"
    assert claim.logit_drop == claim.logit_random == claim.logit_mass == 0


def test_a_claim_whose_units_fall_short_of_random_ones_is_struck() -> None:
    reason = "masking its units moves the odds of the class no more than masking others"
    assert _test(_units(3)).reason == reason  # it speaks against the class
    assert _test(_units(2)).reason == reason  # it says nothing of it
    short = _test(_units(1, 2))  # 1, where the others give 2.5
    assert short.logit_drop == pytest.approx(1)
    assert short.logit_random == pytest.approx(2.5)  # only 0 and 3 are left, always both
    assert short.odds_drop < short.odds_random
    assert short.reason == reason
    assert _test(_units(0)).supported


def test_what_is_said_against_the_class_is_tested_the_other_way_round() -> None:
    against = _test(_units(3, against=True))
    assert against.supported
    assert against.logit_drop == pytest.approx(-0.5)
    wrongly = _test(_units(0, against=True))
    assert (
        wrongly.reason
        == "masking its units moves the odds of the class no more than masking others"
    )


def test_units_without_a_name_are_masked_without_being_looked_for() -> None:
    claim = _test(_units(0, 1))
    assert claim.seen is None
    assert claim.units == (0, 1)
    assert claim.contributions == pytest.approx((3, 1))
    assert claim.logit_drop == pytest.approx(4)


def test_units_with_a_name_must_be_seen_too() -> None:
    assert _test(_units(0, meaning="glow")).supported
    assert _test(_units(0, meaning="sand")).reason.startswith("the image does not show it")


def test_words_are_tied_to_the_units_that_say_most_of_them() -> None:
    """ "moonlight" lies evenly along axes 0 and 1, of which unit 0 says 3 and unit 1 says 2: the
    first is above half. Of "glow tail tail" unit 1 says 4 and comes first."""
    assert _test(_words("moonlight")).units == (0,)
    assert _test(_words("glow tail tail")).units == (1,)
    assert _test(_words("glow tail tail stripes stripes")).units == (1, 2)  # 4 and 4 of 11
    assert _test(_words("pattern")).units == (2,)  # unit 0 says the opposite


def test_the_ledger_takes_every_cited_unit_once_and_leaves_out_what_is_against() -> None:
    ledger = _examine(_words("tail"), _units(1, 0), _units(3, against=True))
    assert ledger.cited == (1, 0)
    assert len(ledger.claims) == 3
    assert ledger.probability == pytest.approx(_probability(3.5, -1, -2.5))
    assert ledger.logit == pytest.approx(2.5)  # (2, 1, 1, 0) from the mean, along (1, .5, 0, -.5)
    assert ledger.share == pytest.approx(4 / 2.5)


def test_cited_units_stand_beside_as_many_of_every_baseline() -> None:
    masked = {row.units: row for row in _examine(_units(0, 1)).masked}
    assert next(iter(masked)) == "cited"
    assert {row.count for row in masked.values()} == {2}
    assert masked["cited"].logit_drop == pytest.approx(4)
    assert masked["cited"].probability_drop == pytest.approx(
        _probability(3.5, -1, -2.5) - _probability(-0.5, 0.5, 0)
    )
    assert masked["largest activation"].logit_drop == pytest.approx(3)  # units 0 and 2
    # glow, and tail and stripes alike: unit 0 says 3 of them, units 1 and 2 each 2
    assert masked["plain top concepts"].logit_drop == pytest.approx(4)
    # two of four units, and 4 of 7 of their activation, of a fall of 3.5 in all
    assert masked["random"].logit_drop == pytest.approx(3.5 / 2, abs=0.3)
    assert masked["random, equal mass"].logit_drop == pytest.approx(3.5 * 4 / 7, abs=0.4)


def test_curves_begin_and_end_where_they_must() -> None:
    ledger = _examine(_units(0, 1))
    assert ledger.deletion.cited == pytest.approx(
        [_probability(3.5, -1, -2.5), _probability(0.5, 0.5, -1), _probability(-0.5, 0.5, 0)]
    )
    # all four masked leave logits of 0; put back are units 0, then 1
    assert ledger.insertion.cited == pytest.approx(
        [1 / 3, _probability(3, -1.5, -1.5), _probability(4, -1.5, -2.5)]
    )
    assert ledger.deletion.random[0] == pytest.approx(ledger.probability)
    assert ledger.insertion.random[0] == pytest.approx(1 / 3)
    assert ledger.deletion.area[0] < ledger.deletion.area[1]
    assert ledger.insertion.area[0] > ledger.insertion.area[1]
    assert ledger.insertion.area[0] == pytest.approx(np.mean(ledger.insertion.cited))


def test_an_explanation_that_claims_nothing_accounts_for_nothing() -> None:
    ledger = _examine()
    assert ledger.claims == ledger.cited == ()
    assert ledger.share == 0
    assert [row.logit_drop for row in ledger.masked] == [0] * 5
    assert ledger.deletion.cited == pytest.approx([ledger.probability])


def test_all_cited_units_at_once_leave_none_to_draw_against() -> None:
    claim = _test(_units(0, 1, 2, 3))
    assert claim.logit_random == claim.logit_mass == 0
    assert claim.logit_drop == pytest.approx(3.5)


@given(st.lists(st.lists(st.integers(0, 3), unique=True, min_size=1), max_size=4))
def test_the_whole_ledger_is_consistent(sets: Sequence[Sequence[int]]) -> None:
    ledger = _examine(*(_units(*units) for units in sets))
    assert sorted(ledger.cited) == sorted({unit for units in sets for unit in units})
    cited = ledger.masked[0]
    assert cited.logit_drop == pytest.approx(ledger.share * ledger.logit, abs=1e-6)
    assert ledger.deletion.cited[-1] == pytest.approx(ledger.probability - cited.probability_drop)
    assert len(ledger.insertion.random) == len(ledger.deletion.cited) == len(ledger.cited) + 1
    for claim in ledger.claims:
        assert sum(claim.contributions) == pytest.approx(claim.logit_drop)
        assert claim.supported == (claim.logit_drop > max(0, claim.logit_random))


def test_the_seed_decides_the_draws() -> None:
    assert _examine(_words("glow")) == _examine(_words("glow"))
    other = _examine(_words("glow"), seed=1).claims[0]
    assert other.logit_random != _examine(_words("glow")).claims[0].logit_random
