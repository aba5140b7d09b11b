"""Lists of people, and what they looked at."""

from pathlib import Path

import numpy as np
import pytest

from db.engine import reader_engine
from db.errors import StoreError
from db.human.lists import list_subject, unlist_subject
from db.human.visits import record_visit
from db.queries.human import human_version
from db.queries.lists import entries, lists, lists_of
from db.queries.log import DEEDS, LogFilter, authors, count_log, log
from db.store import AuditStore
from tests.people_rows import DECIDED, add_people
from tests.stores import CLASSES, CONCEPTS


def test_a_list_holds_what_was_put_there_and_not_taken_out(audit: Path) -> None:
    add_people(audit)
    engine = reader_engine(audit)
    assert lists(engine)[["list_name", "entries"]].to_numpy().tolist() == [["to retrain", 4]]
    held = entries(engine, "to retrain")
    assert held[["kind", "identity", "author"]].to_numpy().tolist() == [
        ["finding", 1, "ann"],
        ["class", 1, "bob"],
        ["image", 5, "bob"],
        ["latent", 1, "ann"],
    ]
    assert held["comment"].tolist() == ["first", "", "", ""]
    assert lists_of(engine, "finding", 1) == lists_of(engine, "image", 5) == ["to retrain"]
    assert lists_of(engine, "finding", 2) == lists_of(engine, "image", 3) == []
    assert entries(engine, "no such list").empty
    engine.dispose()


def test_put_in_twice_it_is_there_once_and_may_come_back(audit: Path) -> None:
    for _ in range(2):
        list_subject(audit, " mine ", "image", 3, author="ann")
    unlist_subject(audit, "mine", "image", 3, author="ann")
    engine = reader_engine(audit)
    assert lists(engine).empty
    list_subject(audit, "mine", "image", 3, author="bob")
    assert entries(engine, "mine")["identity"].tolist() == [3]
    engine.dispose()


def test_a_listed_unit_goes_where_its_direction_goes(audit: Path) -> None:
    ways = np.eye(6, dtype=np.float32)
    list_subject(audit, "mine", "latent", 1, author="ann", direction=ways[1])
    list_subject(audit, "mine", "class", 1, author="ann")
    with AuditStore.open(audit) as store:
        store.reattach_human_labels({"latent": ways[[3, 2, 1]]})
    engine = reader_engine(audit)
    assert entries(engine, "mine")["identity"].tolist() == [2, 1]
    with AuditStore.open(audit) as store:
        store.reattach_human_labels({"latent": ways[4:]})
    assert entries(engine, "mine")["identity"].isna().tolist() == [True, False]
    engine.dispose()


@pytest.mark.parametrize("kind", ["finding", "class", "image", "latent", "channel", "castle"])
def test_what_the_audit_does_not_have_is_not_listed_or_seen(audit: Path, kind: str) -> None:
    with pytest.raises(StoreError, match=f"no {kind} 99"):
        list_subject(audit, "mine", kind, 99, author="ann")
    with pytest.raises(StoreError, match=f"no {kind} 99"):
        record_visit(audit, kind, 99, author="ann")
    engine = reader_engine(audit)
    assert lists(engine).empty
    assert count_log(engine, LogFilter(deed="looked")) == 0
    engine.dispose()


def test_a_list_needs_a_name(audit: Path) -> None:
    with pytest.raises(StoreError, match="name of the list has 0 characters"):
        list_subject(audit, " ", "class", 1, author="ann")


def test_looking_changes_no_token(audit: Path) -> None:
    engine = reader_engine(audit)
    before = human_version(engine)
    record_visit(audit, "class", 1, author="ann")
    assert human_version(engine) == before
    list_subject(audit, "mine", "class", 1, author="ann")
    assert human_version(engine) != before
    engine.dispose()


def test_the_log_tells_everything_newest_first(audit: Path) -> None:
    add_people(audit)
    engine = reader_engine(audit)
    told = log(engine, limit=None)
    counts = {deed: count_log(engine, LogFilter(deed=deed)) for deed in DEEDS}
    # Six deeds with lists, of which one takes out again
    assert counts == {"looked": 4, "decided": len(DECIDED), "labelled": 1, "listed": 6, "ran": 1}
    assert len(told) == count_log(engine) == sum(counts.values())
    assert told["at"].is_monotonic_decreasing
    assert authors(engine) == ["ann", "bob"]
    newest = told.iloc[0]
    assert (newest["deed"], newest["said"], newest["author"]) == ("labelled", "lamp", "ann")
    oldest = told.iloc[-1]
    assert (oldest["deed"], oldest["author"]) == ("ran", None)
    assert oldest["said"].startswith("glowworm audit")
    engine.dispose()


def test_the_log_names_subjects_and_what_was_said_of_them(audit: Path) -> None:
    add_people(audit)
    engine = reader_engine(audit)
    decided = log(engine, LogFilter(author="bob", deed="decided"), limit=None)
    first = decided.iloc[-1]
    assert (first["name"], first["concept"], first["said"]) == (
        CLASSES[0],
        CONCEPTS[0],
        "confirmed",
    )
    taken_out = log(engine, LogFilter(author="bob", deed="listed")).iloc[0]
    assert taken_out["said"] is None
    assert taken_out["comment"] == "odd"
    looked = log(engine, LogFilter(deed="looked"), limit=2, offset=1)
    assert looked["kind"].tolist() == ["image", "class"]
    assert looked["number"].tolist() == [5, 0]
    assert log(engine, LogFilter(author="' or 1=1 --")).empty
    engine.dispose()
