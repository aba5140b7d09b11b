"""The representation as JSON, there and back."""

import json

import pytest

from analysis.errors import InputError
from analysis.explain.meaning.representation import Meaning, strength_of
from tests.analysis.explain.meaning.worlds import ALL


def test_a_meaning_survives_json():
    assert Meaning.from_json(json.loads(json.dumps(ALL.to_json()))) == ALL


def _spoilt(**changes) -> dict:
    told = json.loads(json.dumps(ALL.to_json()))
    told["evidence"][0] |= changes
    return told


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"colour": "red"}, "needs exactly the fields"),
        ({"label": 3}, "label of evidence"),
        ({"share": "much"}, "share of evidence"),
        ({"share": True}, "share of evidence"),
        ({"units": ["3"]}, "whole numbers"),
        ({"units": []}, "at least one unit"),
        ({"strength": "huge"}, "strong / medium / weak"),
        ({"polarity": "maybe"}, "for / against"),
    ],
)
def test_what_is_no_evidence_is_refused(changes, complaint):
    with pytest.raises(InputError, match=complaint):
        Meaning.from_json(_spoilt(**changes))


@pytest.mark.parametrize("told", [None, [], {}, ALL.to_json() | {"more": 1}])
def test_what_is_no_meaning_is_refused(told):
    with pytest.raises(InputError, match="meaning needs exactly the fields"):
        Meaning.from_json(told)


def test_another_kind_of_unit_is_refused():
    with pytest.raises(InputError, match="latents or neurons"):
        Meaning.from_json(ALL.to_json() | {"kind": "channel"})


def test_strengths_begin_at_their_thresholds():
    assert [strength_of(share) for share in (0.3, 0.299, 0.1, 0.099)] == [
        "strong",
        "medium",
        "medium",
        "weak",
    ]


def test_the_units_for_a_class_leave_out_those_against_it():
    assert ALL.units_for == (3, 7, 1, 17)
    assert [one.label for one in ALL.of("against")] == ["sand"]
