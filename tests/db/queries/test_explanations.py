"""Explanations of decisions."""

import pytest
from sqlalchemy import Engine

from db.queries.explanations import (
    ExplanationFilter,
    count_explanations,
    explanation,
    explanations,
)


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        (ExplanationFilter(), [1, 2, 3]),
        (ExplanationFilter(image_id=1), [2]),
        (ExplanationFilter(class_id=2), [2, 3]),  # image 1 is taken for class 2, image 2 is one
        (ExplanationFilter(method="texter"), []),
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
