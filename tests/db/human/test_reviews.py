"""Verdicts of people: what is taken, what is refused, what holds."""

from pathlib import Path

import pytest

from db.engine import reader_engine
from db.errors import StoreError
from db.human.reviews import review_finding
from db.queries.findings import FindingFilter, findings
from db.queries.human import human_version
from db.queries.reviews import current_reviews, decisions, review_history, reviewers
from db.schema import Finding
from db.store import AuditStore
from tests.people_rows import add_people
from tests.stores import CLASSES, CONCEPTS


def held(audit: Path) -> list[tuple[str, str, str, str]]:
    engine = reader_engine(audit)
    frame = current_reviews(engine)
    engine.dispose()
    columns = ["class_name", "concept", "author", "decision"]
    return [tuple(row) for row in frame[columns].to_numpy().tolist()]


@pytest.mark.parametrize(
    ("finding", "decision", "author", "comment", "said"),
    [
        (1, "sure", "ann", "", "'sure' is no decision; give one of confirmed"),
        (99, "confirmed", "ann", "", "has no finding 99"),
        (1, "confirmed", " ", "", "author has 0 characters"),
        (1, "confirmed", "ann", "x" * 2001, "comment has 2001 characters"),
        (1, "confirmed", "ann", "\udc80", "comment is no valid text"),
        (1, None, "ann", "", "ann has not decided about it"),
    ],
)
def test_what_is_refused_leaves_no_row(
    audit: Path, finding: int, decision: str | None, author: str, comment: str, said: str
) -> None:
    with pytest.raises(StoreError, match=said):
        review_finding(audit, finding, decision, author=author, comment=comment)
    assert held(audit) == []


def test_the_newest_of_each_author_holds_unless_taken_back(audit: Path) -> None:
    add_people(audit)
    # Finding 3c + p is class c with concept c + p - 1 (tests.store_rows).
    assert set(held(audit)) == {
        (CLASSES[0], CONCEPTS[0], "ann", "confirmed"),
        (CLASSES[0], CONCEPTS[0], "bob", "confirmed"),
        (CLASSES[0], CONCEPTS[1], "ann", "confirmed"),
        (CLASSES[0], CONCEPTS[1], "bob", "rejected"),
        (CLASSES[1], CONCEPTS[1], "ann", "rejected"),
        (CLASSES[1], CONCEPTS[1], "bob", "rejected"),
        (CLASSES[1], CONCEPTS[2], "bob", "needs data"),
    }


def test_history_tells_all_of_it_newest_first(audit: Path) -> None:
    add_people(audit)
    engine = reader_engine(audit)
    history = review_history(engine, 0, CONCEPTS[2])
    assert history[["author", "decision", "comment"]].to_numpy().tolist() == [
        ["ann", None, "by mistake"],
        ["ann", "needs data", ""],
    ]
    assert decisions(engine, [3]).empty
    assert decisions(engine, [2])[["author", "decision", "comment"]].to_numpy().tolist() == [
        ["ann", "confirmed", ""],
        ["bob", "rejected", "nothing to see"],
    ]
    assert reviewers(engine) == ["ann", "bob"]
    engine.dispose()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (FindingFilter(decided="anybody"), {1, 2, 4, 5}),
        (FindingFilter(decided="nobody"), {3, 6, 7, 8, 9, 10, 11, 12}),
        (FindingFilter(decided="disputed"), {2}),
        (FindingFilter(decided="confirmed"), {1, 2}),
        (FindingFilter(decided="needs data"), {5}),
        (FindingFilter(decided="not by", reviewer="ann", class_id=1), {5, 6}),
        (FindingFilter(decided="not by", reviewer="bob", class_id=0), {3}),
    ],
)
def test_findings_by_what_was_decided(
    audit: Path, asked: FindingFilter, expected: set[int]
) -> None:
    add_people(audit)
    engine = reader_engine(audit)
    assert set(findings(engine, asked)["finding_id"]) == expected
    engine.dispose()


def test_verdicts_survive_findings_made_anew(audit: Path) -> None:
    """The same pair gets another id; the verdict goes by class and concept."""
    review_finding(audit, 1, "confirmed", author="ann")
    with AuditStore.open(audit) as store:
        run = store.begin_run("test", {}, {}, 0)
        row = {"id": 77, "class_id": 0, "concept_id": 0, "text_map": "kernel", "position": 1}
        row |= {"rank": 1, "name_implied": False, "verdict": "candidate"}
        row |= dict.fromkeys(("score", "p", "q", "score_weights", "z_weights", "z_name"), 0.5)
        store.finish_stage(run, "findings", 5, "new", seconds=0.0, rows={Finding: [row]})
    engine = reader_engine(audit)
    assert decisions(engine, [77])["decision"].tolist() == ["confirmed"]
    engine.dispose()


def test_the_token_changes_with_every_word_and_no_look(audit: Path) -> None:
    engine = reader_engine(audit)
    seen = [human_version(engine)]
    review_finding(audit, 1, "confirmed", author="ann")
    seen.append(human_version(engine))
    add_people(audit)
    seen.append(human_version(engine))
    assert len(set(seen)) == 3
    engine.dispose()
