"""The certificate's frames."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.engine import reader_engine
from db.queries.canary import certificate, clean_twins, planted_cues
from db.schema import Canary, Measure
from db.store import AuditStore


def row(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "text_map": "own",
        "correlation": 0.95,
        "class_id": 0,
        "cue": "tint",
        "concept": "green",
        "rank": 1,
        "top": "green",
        "q": 0.01,
        "verdict": "supported",
        "accuracy_with": 0.9,
        "accuracy_without": 0.1,
        "n_images": 12,
    } | fields


MISSED = {"concept": None, "rank": None, "top": "red", "q": None, "verdict": "missed"}
CLEAN = {"cue": None, "concept": None, "rank": None, "verdict": "candidate"} | dict.fromkeys(
    ("accuracy_with", "accuracy_without")
)


@pytest.fixture
def certified(audit: Path) -> Engine:
    """The small store with three planted classes and a clean one."""
    measure = {"value": 0.5, "floor": 0.0, "n": 2, "what": "Share of planted cues."}
    rows = {
        Canary: [
            row(1, class_id=1, correlation=1.0),
            row(2, class_id=2, **MISSED),
            row(3, text_map="backbone"),
            row(4, class_id=3, **CLEAN),
        ],
        Measure: [measure | {"name": "canary recall@1, own map"}],
    }
    with AuditStore.open(audit) as store:
        run = store.begin_run("glowworm canary", {}, {}, 0)
        store.finish_stage(run, "canary", 20, "hash", seconds=1.0, rows=rows)
        store.end_run(run, "done")
    return reader_engine(audit)


def test_planted_classes_by_map_and_correlation(certified: Engine) -> None:
    frame = planted_cues(certified)
    assert frame["text_map"].tolist() == ["backbone", "own", "own"]
    assert frame["class_name"].tolist() == ["jellyfish", "red crab", "shark"]
    assert frame["rank"].dtype == "Int64"
    assert frame["rank"].isna().tolist() == [False, True, False]
    assert frame["verdict"].tolist() == ["supported", "missed", "supported"]


def test_clean_classes_stand_apart(certified: Engine) -> None:
    frame = clean_twins(certified)
    assert frame["class_name"].tolist() == ["octopus in a cave"]
    assert frame["accuracy_with"].isna().tolist() == [True]
    assert frame["verdict"].tolist() == ["candidate"]


def test_measures_of_the_certificate_alone(certified: Engine) -> None:
    frame = certificate(certified)
    assert frame["name"].tolist() == ["recall@1, own map"]
    assert (frame["value"].tolist(), frame["n"].tolist()) == ([0.5], [2])


def test_before_one_was_made(full: Engine) -> None:
    for query in (planted_cues, clean_twins, certificate):
        assert query(full).empty
