"""A canary certificate, counted and in words; counts by hand from ``tests.evidence_rows``."""

from analysis.canary_wording import by_chance, by_cue, strengths, would_have_found
from tests.evidence_rows import CANARIES

NAMES = ("text_map", "correlation", "class_id", "cue", "rank", "top", "q", "verdict")
ROWS = [
    dict(zip((*NAMES, "accuracy_with", "accuracy_without"), row, strict=True)) for row in CANARIES
]
PLANTED = [row for row in ROWS if row["cue"] is not None]
CLEAN = [row for row in ROWS if row["cue"] is None]


def test_own_map_first_and_strong_correlations_first() -> None:
    found = strengths(PLANTED, CLEAN)
    assert [(s.text_map, s.correlation) for s in found] == [
        ("own", 1.0),
        ("own", 0.8),
        ("backbone", 1.0),
        ("backbone", 0.8),
    ]


def test_counts() -> None:
    strong, weak, *_ = strengths(PLANTED, CLEAN)
    assert (strong.planted, strong.at_1, strong.at_5, strong.supported) == (2, 2, 2, 1)
    assert (strong.clean, strong.alarms) == (1, 0)
    assert (weak.planted, weak.at_1, weak.at_5, weak.supported) == (2, 0, 1, 1)
    assert (weak.clean, weak.alarms) == (1, 1)
    assert strong.accuracy_with is not None and abs(strong.accuracy_with - 0.85) < 1e-9
    assert weak.accuracy_without == 0.5


def test_a_map_that_is_not_known_comes_last() -> None:
    other = [row | {"text_map": "another"} for row in PLANTED[:1]]
    assert [s.text_map for s in strengths([*other, *PLANTED], CLEAN)][-1] == "another"


def test_nothing_planted() -> None:
    assert strengths([], []) == []
    assert by_cue([]) == {}


def test_in_one_sentence() -> None:
    assert would_have_found(strengths(PLANTED, CLEAN)[:2]) == (
        "Of cues planted into these images this audit would have found at rank 1: 2 of 2 where "
        "100 % of a class's images carry them, 0 of 2 where 80 % of a class's images carry them; "
        "false alarms on clean classes: 0 of 1, 1 of 1."
    )


def test_cue_by_cue() -> None:
    found = by_cue(PLANTED)
    assert list(found) == ["glow", "tint"]
    assert found["tint"][("own", 1.0)] == (1, 1)
    assert found["tint"][("own", 0.8)] == (0, 1)


def test_the_floor() -> None:
    measures = [{"name": "recall@1, own map", "floor": 0.125}]
    assert "12.5 % of these classes" in by_chance(measures, "own")
    assert by_chance(measures, "backbone") == "No floor is stored."
