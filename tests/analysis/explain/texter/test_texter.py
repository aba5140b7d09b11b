"""The whole method on grounds that can be followed by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError, UsageError
from analysis.explain.said import Said
from analysis.explain.texter.texter import OPENING, Texter, TexterConfig, sentence
from analysis.explain.texter.visualiser import ConceptImage
from tests.analysis.explain.texter import worlds


def _said(image: int, **changes) -> Said:
    known = worlds.grounds()
    return Texter(known, TexterConfig(**changes), seed=0)(worlds.decision(known, image))


def test_the_text_names_what_spoke_for_the_class_and_not_the_class():
    said = _said(0, texts=1)
    assert said.method == "texter"
    assert said.text == "because it shows glowing"
    assert [p.meaning for p in said.phrases] == ["glowing"]
    assert said.phrases[0].units is None


def test_emphasis_brings_what_decided_to_the_fore():
    # Image 2 less the mean is (1/4, -3/4, 2); latent 0, there by 1, alone speaks for its class.
    def glow(emphasis: float) -> float:
        told = _said(2, texts=6, emphasis=emphasis).details["texts"]
        return next(text["score"] for text in told if text["text"] == "glowing")

    assert glow(0.0) == pytest.approx(0.25 / np.linalg.norm([0.25, -0.75, 2]), abs=1e-6)
    assert glow(3.0) == pytest.approx(3.25 / np.linalg.norm([3.25, -0.75, 2]), abs=1e-6)


def test_details_say_what_the_text_rests_on():
    details = _said(0).details
    assert [(u["unit"], u["kind"], u["label"]) for u in details["influential"]] == [
        (0, "latent", "glow")
    ]
    assert details["influential"][0]["attribution"] > 0
    assert details["texts"][0]["text"] == "glowing"
    assert details["joint"] == "text map"
    assert details["concept_image"] is None
    json.dumps(details)


def test_another_class_may_be_explained():
    known = worlds.grounds()
    asked = replace(worlds.decision(known, 1), class_id=0)
    found = Texter(known, seed=0)(asked)
    assert found.details["influential"] == []  # latent 1 speaks for the shark


def test_the_text_is_the_same_for_the_same_seed():
    assert _said(0) == _said(0)


def test_where_no_concept_is_left_the_error_names_the_fix():
    known = worlds.grounds(("jellyfish",))
    texter = Texter(known, seed=0)
    with pytest.raises(InputError, match="--concepts"):
        texter(worlds.decision(known, 0))


def test_a_concept_image_stands_for_the_feature():
    def murky(target: np.ndarray, mean: np.ndarray, *, seed: int) -> ConceptImage:
        return ConceptImage(
            np.zeros((2, 2, 3), np.uint8), mean + np.array([0, 4, 0], np.float32), 0.5
        )

    known = worlds.grounds()
    asked = worlds.decision(known, 0)
    said = Texter(known, TexterConfig(texts=1), seed=0, visualiser=murky)(asked)
    assert said.phrases[0].meaning in ("murky water", "a shark's fin")
    made = said.details["concept_image"]
    assert made["kept"] is False and made["cosine"] == 0.5
    murky_feature = known.mean + np.array([0, 4, 0], np.float32)
    # Two classes: p is the logistic function of the difference of the logits.
    margins = [known.head.logits(f[None])[0] for f in (murky_feature, asked.feature)]
    odds = [1 / (1 + np.exp(-(m[0] - m[1]))) for m in margins]
    assert made["ratio"] == pytest.approx(odds[0] / odds[1], rel=1e-5)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_every_phrase_stands_where_it_says(texts: list[str]):
    said, phrases = sentence(texts)
    assert [said[p.start : p.end] for p in phrases] == texts
    assert said.startswith(OPENING)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["sand"], "because it shows sand"),
        (["sand", "ice"], "because it shows sand and ice"),
        (["sand", "ice", "kelp"], "because it shows sand, ice and kelp"),
        (["big, red fins", "ice"], "because it shows big, red fins; and ice"),
        (["sand", "big, red fins", "ice"], "because it shows sand; big, red fins; and ice"),
    ],
)
def test_sentences(texts: list[str], said: str):
    assert sentence(texts)[0] == said


@pytest.mark.parametrize("changes", [{"units": 0}, {"texts": 0}, {"emphasis": -1.0}])
def test_constants_out_of_range(changes: dict):
    with pytest.raises(UsageError, match="at least one"):
        TexterConfig(**changes)
