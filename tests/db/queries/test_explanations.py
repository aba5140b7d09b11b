"""Explanations of decisions."""

import pytest
from sqlalchemy import Engine

from db.queries.explanations import (
    ExplanationFilter,
    claim_units,
    claims,
    count_explanations,
    explanation,
    explanations,
    method_summaries,
)
from tests.explanation_rows import FAILS, HOLDS, LEDGER, MEASURED


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        # By image, the best score first; classes as a whole come last.
        (ExplanationFilter(), [1, 4, 2, 3, 5]),
        (ExplanationFilter(image_id=0), [1, 4]),
        (ExplanationFilter(image_id=1), [2]),
        (ExplanationFilter(class_id=2), [2, 3]),  # image 1 is taken for class 2, image 2 is one
        (ExplanationFilter(class_id=0), [1, 4, 5]),
        (ExplanationFilter(subject="class"), [5]),
        (ExplanationFilter(subject="image", method="texter"), [4]),
        (ExplanationFilter(struck=True), [1, 4]),
        (ExplanationFilter(errors=True), [2]),  # image 1 alone is taken for another class
        (ExplanationFilter(search="GLOWING thing"), [1]),
        (ExplanationFilter(search="%"), []),
    ],
)
def test_filters(full: Engine, filter: ExplanationFilter, ids: list[int]) -> None:
    assert list(explanations(full, filter)["explanation_id"]) == ids
    assert count_explanations(full, filter) == len(ids)


def test_one_explanation_brings_the_sentences_that_lost(full: Engine) -> None:
    found = explanation(full, 2)
    assert found is not None
    assert (found.class_name, found.text) == ("red crab", "a sharp teeth thing in the water")
    assert found.candidates == [{"text": "a thing", "score": 0.3}]
    assert explanation(full, 99) is None


def test_one_explanation_brings_its_ledger_and_what_its_method_keeps(full: Engine) -> None:
    tested, plain, whole = explanation(full, 1), explanation(full, 2), explanation(full, 5)
    assert tested is not None and plain is not None and whole is not None
    assert (tested.claims, tested.struck, tested.ledger) == (2, 1, LEDGER)
    assert (plain.claims, plain.struck, plain.ledger, plain.details) == (0, 0, None, {})
    assert (whole.subject, whole.image_id, whole.path) == ("class", None, None)
    assert (whole.score, whole.language_model) == (None, None)
    assert whole.details == {"roles": {"has": ["glowing"], "stands in": ["red"]}}


def test_what_is_missing_is_missing_in_the_frame(full: Engine) -> None:
    frame = explanations(full).set_index("explanation_id")
    assert list(frame["image_id"].isna()) == [False] * 4 + [True]
    assert frame["score"].isna().sum() == 1 and frame["path"][5] is None
    assert str(frame["seed"].dtype) == "Int64" and frame["seed"][4] == 7


def test_claims_come_in_the_order_of_the_text(full: Engine) -> None:
    frame = claims(full, 1)
    said = explanation(full, 1)
    assert said is not None
    assert [said.text[row.start : row.end] for row in frame.itertuples()] == list(frame["text"])
    assert list(frame["text"]) == ["glowing thing", "in the water"]
    assert list(frame["supported"]) == [True, False]
    assert [bool(reason) for reason in frame["reason"]] == [False, True]
    assert [tuple(row) for row in frame[list(MEASURED)].to_numpy()] == [HOLDS, FAILS]
    assert claims(full, 5)[list(MEASURED)].isna().all(axis=None)
    assert claims(full, 2).empty and "logit_drop" in claims(full, 2)


def test_units_of_claims_are_named(full: Engine) -> None:
    frame = claim_units(full, 1)
    assert list(frame["claim"]) == [1, 1, 2]
    assert list(frame["number"]) == [0, 2, 4]
    assert list(frame["label"]) == ["glowing", "red", "striped"]
    assert list(frame["abstained"]) == [False, True, False]
    assert list(frame["contribution"]) == [1.25, 0.25, 0.125]
    (neuron,) = claim_units(full, 4).to_dict("records")
    assert (neuron["kind"], neuron["number"]) == ("neuron", 0)


def test_what_each_method_comes_to(full: Engine) -> None:
    found = method_summaries(full)
    zero_shot, texter, pipeline = (found[name] for name in ("zero-shot", "texter", "pipeline"))
    assert (zero_shot.explanations, zero_shot.with_claims) == (3, 1)
    assert (zero_shot.claims, zero_shot.supported, zero_shot.squares) == (2, 1, (4, 2, 1))
    assert (zero_shot.above, zero_shot.scored) == (3, 3)
    assert (zero_shot.score, zero_shot.floor) == (pytest.approx(0.6), pytest.approx(0.4))
    assert (texter.explanations, texter.above, texter.scored) == (1, 1, 1)
    assert (pipeline.claims, pipeline.supported, pipeline.scored) == (1, 1, 0)
    assert (pipeline.score, pipeline.floor) == (None, None)
    assert list(method_summaries(full, ExplanationFilter(errors=True))) == ["zero-shot"]
    assert method_summaries(full, ExplanationFilter(image_id=9)) == {}
