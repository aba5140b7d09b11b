"""Findings: filters, order, pages."""

from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import Engine

from db.queries.export import findings_frame, findings_records, findings_with_evidence
from db.queries.findings import (
    VERDICTS,
    FindingFilter,
    count_findings,
    count_verdicts,
    duplicates,
    finding,
    findings,
)


def test_best_scores_come_first(full: Engine) -> None:
    # score = 5 - position - class / 4
    frame = findings(full)
    assert list(frame["score"]) == sorted(frame["score"], reverse=True)
    assert frame["finding_id"][0] == 1 and frame["score"][0] == 4.0


def test_class_by_class(full: Engine) -> None:
    frame = findings(full, order="class")
    assert list(frame["class_id"]) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert list(frame["position"]) == [1, 2, 3] * 4


def test_a_name_implied_finding_has_no_rank(full: Engine) -> None:
    ranks = findings(full, FindingFilter(class_id=0), order="class")["rank"]
    assert ranks.dtype == "Int64"
    assert ranks.isna().tolist() == [False, True, False]
    assert (ranks[0], ranks[2]) == (1, 2)


@pytest.mark.parametrize(
    ("filter", "number"),
    [
        (FindingFilter(), 12),
        (FindingFilter(class_id=2), 3),
        (FindingFilter(class_id=99), 0),
        (FindingFilter(concept_id=2), 3),  # classes 0, 1 and 2
        (FindingFilter(verdict="insufficient"), 1),
        (FindingFilter(name_implied=True), 4),
        (FindingFilter(name_implied=False), 8),
        (FindingFilter(text_map="mlp"), 0),
        (FindingFilter(largest_q=0.04), 8),  # q = position / 50
        (FindingFilter(search="JELLY"), 3),
        (FindingFilter(search="  glow "), 1),  # jellyfish alone holds "glowing"
        (FindingFilter(search="red"), 5),  # 3 of "red crab", "red" of classes 0 and 1 besides
        (FindingFilter(search="%"), 0),
        (FindingFilter(search="_"), 0),
        (FindingFilter(search="' or 1=1 --"), 0),
        (FindingFilter(search="x" * 100_000), 0),
        (FindingFilter(class_id=0, name_implied=False, largest_q=0.02, search="glow"), 1),
    ],
)
def test_filters(full: Engine, filter: FindingFilter, number: int) -> None:
    assert len(findings(full, filter)) == number
    assert count_findings(full, filter) == number


def test_pages_lie_side_by_side(full: Engine) -> None:
    pages = [findings(full, limit=5, offset=offset) for offset in (0, 5, 10, 15)]
    assert [len(page) for page in pages] == [5, 5, 2, 0]
    ids = [i for page in pages for i in page["finding_id"]]
    assert ids == list(findings(full, limit=None)["finding_id"])


def test_one_finding(full: Engine, weights_only: Engine) -> None:
    found = finding(full, 2)
    assert found is not None
    assert (found.class_name, found.concept, found.rank) == ("jellyfish", "sharp teeth", None)
    assert found.name_implied is True and found.z_features == 3.0
    without = finding(weights_only, 2)
    assert without is not None and without.z_features is None
    assert finding(full, 999) is None


def test_records_for_the_command_line(full: Engine, empty: Engine) -> None:
    records = findings_records(full)
    assert [(r["class"], r["concept"], r["rank"]) for r in records[:4]] == [
        ("jellyfish", "glowing", 1),
        ("jellyfish", "sharp teeth", None),
        ("jellyfish", "red", 2),
        ("shark", "sharp teeth", 1),
    ]
    assert list(records[0])[:5] == ["class", "concept", "rank", "verdict", "name_implied"]
    assert records[1]["name_implied"] is True
    assert findings_records(empty) == []


UNEXPECTED = FindingFilter(name_implied=False, folded=True)


def test_supported_ones_come_first_and_refuted_ones_last(tested: Engine) -> None:
    frame = findings(tested, UNEXPECTED, order="verdict")
    # Candidates have q .02 (class 3) and .06; the better score of two comes first.
    assert list(frame["finding_id"]) == [1, 4, 12, 10, 6, 9, 7]
    assert list(dict.fromkeys(frame["verdict"])) == list(VERDICTS)
    pages = [findings(tested, UNEXPECTED, order="verdict", limit=3, offset=o) for o in (0, 3, 6)]
    assert [i for page in pages for i in page["finding_id"]] == list(frame["finding_id"])


def test_verdicts_are_counted(tested: Engine, empty: Engine) -> None:
    assert list(count_verdicts(tested, UNEXPECTED).items()) == [
        ("supported", 1),
        ("correlational", 1),
        ("insufficient", 1),
        ("candidate", 3),
        ("refuted", 1),
    ]
    assert set(count_verdicts(empty).values()) == {0}


def test_duplicates_are_folded_under_their_leader(tested: Engine) -> None:
    # Finding 3 (jellyfish, red) says the same as 1 (jellyfish, glowing).
    of_class = findings(tested, FindingFilter(class_id=0), order="class")
    assert of_class["duplicate_of"].tolist() == [pd.NA, pd.NA, 1]
    assert of_class["rank"].isna().tolist() == [False, True, True]
    folded = findings(tested, FindingFilter(class_id=0, folded=True), order="class")
    assert list(folded["finding_id"]) == [1, 2]
    assert duplicates(tested, [1, 4]).to_dict("records") == [
        {"leader": 1, "finding_id": 3, "concept": "red"}
    ]
    assert duplicates(tested, []).empty


def test_a_folded_duplicate_is_found_under_its_leader(tested: Engine) -> None:
    red = FindingFilter(class_id=0, search="red")
    assert list(findings(tested, red)["finding_id"]) == [3]
    folded = replace(red, folded=True)
    assert list(findings(tested, folded)["finding_id"]) == [1]
    assert count_findings(tested, folded) == 1


def test_what_was_measured_of_a_finding(tested: Engine, full: Engine) -> None:
    found, older = finding(tested, 1), finding(full, 1)
    assert found is not None and older is not None
    assert (found.named_share, found.score_latents, found.z_latents) == (0.4, 0.5, 3.5)
    assert (older.named_share, older.score_latents, older.z_latents) == (None, None, None)
    assert (found.duplicate_of, older.duplicate_of) == (None, None)


def test_records_bring_their_evidence_if_asked(tested: Engine) -> None:
    records = findings_with_evidence(tested)
    jellyfish = records[:3]
    assert [r["duplicate_of"] for r in jellyfish] == [None, None, "glowing"]
    assert [r["id"] for r in jellyfish] == [1, 2, 3]
    assert [len(r["evidence"]) for r in jellyfish] == [8, 0, 0]
    named = next(line for line in jellyfish[0]["evidence"] if line["line"] == "named")
    assert named == {
        "line": "named",
        "value": 0.4,
        "low": None,
        "high": None,
        "control": 0.1,
        "control_low": None,
        "control_high": None,
        "n": 4,
        "holds": True,
        "detail": {"latents": [1, 4]},
    }
    assert list(findings_frame(tested).columns) == list(findings_records(tested)[0])
