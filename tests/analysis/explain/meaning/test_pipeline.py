"""From units to a text, in a small world."""

import numpy as np
import pytest

from analysis.explain.meaning.pipeline import explain_by_pipeline, meaning_of, told_units
from analysis.explain.meaning.representation import Meaning
from analysis.explain.unasked import unasked_words
from tests.analysis.explain import tiny
from tests.analysis.explain.meaning.worlds import decision, grounds

CORNER = np.pad(np.ones((1, 2)), ((0, 4), (0, 3)))
MAPS = {0: CORNER, 2: CORNER, 3: np.ones((5, 5))}


def test_units_of_one_label_are_one_piece_of_evidence_at_the_place_of_their_joint_map():
    told = meaning_of(grounds(), decision(), MAPS, seed=0)
    first, second, against = told.evidence
    assert (first.label, first.units, first.region) == ("glowing", (0, 2), "in the upper left")
    assert (second.label, second.units, second.region) == (None, (1,), None)
    assert (against.label, against.units, against.polarity) == ("sand", (3,), "against")
    assert against.region == "all over the image"
    assert first.share + second.share == pytest.approx(1, abs=1e-5)
    assert told.units_for == (0, 2, 1)


def test_the_mask_is_that_of_the_units_for_the_class():
    told = meaning_of(grounds(), decision(), count=1, seed=0)
    odds = np.exp([1.5, 2, 0])
    assert told.masked.probability == pytest.approx(odds[0] / odds.sum(), rel=1e-5)
    assert told.masked.winner == "squid"
    assert told.masked.chance is not None
    assert told.masked.chance > told.masked.probability
    assert told.decided.lead == pytest.approx(1.5)


def test_maps_are_wanted_of_all_units_that_are_told():
    told = meaning_of(grounds(), decision(), seed=0)
    assert sorted(told_units(grounds(), decision())) == sorted(
        number for one in told.evidence for number in one.units
    )


def test_a_listed_label_is_left_out_unless_asked_for():
    listed = min(unasked_words())
    world = grounds((listed, None, "red", "sand"))
    assert listed not in explain_by_pipeline(world, decision(), seed=0).text
    assert "unnamed latent 0" in explain_by_pipeline(world, decision(), seed=0).text
    assert listed in explain_by_pipeline(world, decision(), filter_words=False, seed=0).text


def test_the_text_carries_its_meaning():
    said = explain_by_pipeline(grounds(), decision(), MAPS, seed=0)
    assert said.method == "pipeline"
    assert Meaning.from_json(said.details["meaning"]) == meaning_of(
        grounds(), decision(), MAPS, seed=0
    )


def test_a_language_model_may_write_it():
    said = explain_by_pipeline(
        grounds(("red", None, "red", "sand")),
        decision(2, 0, 1, 0),
        language_model=tiny.language_model(),
        seed=0,
    )
    assert said.details["realiser"] == "language model"
    assert "“red”" in said.text
