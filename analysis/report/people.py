"""What people put into the audit, as the report tells it."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from analysis.agreement import agreement
from analysis.report.values import plain, records
from db.engine import Engine
from db.queries import human, lists, reviews

MOST_PAIRS = 10
"""Of reviewers whose agreement is told."""


def people(engine: Engine) -> dict[str, Any]:
    """Keys: reviewers (names), verdicts (a row for each class and concept that was decided about,
    with verdicts: [{author, decision, comment, at}]), decisions (how often each was taken),
    agreement (of each two reviewers who decided about the same: reviewers and the fields of
    ``Agreement``), labels (that people gave units), lists (list_name, entries).
    """
    rows = records(reviews.current_reviews(engine))
    about: dict[tuple[int, str], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["class_id"], row["concept"], row["at"])):
        subject = {key: row[key] for key in ("class_id", "class_name", "concept")}
        told = about.setdefault((row["class_id"], row["concept"]), {**subject, "verdicts": []})
        told["verdicts"].append({k: row[k] for k in ("author", "decision", "comment", "at")})
    decided = [row["decision"] for row in rows]
    return {
        "reviewers": sorted({row["author"] for row in rows}),
        "verdicts": list(about.values()),
        "decisions": {decision: decided.count(decision) for decision in sorted(set(decided))},
        "agreement": _agreements(list(about.values())),
        "labels": records(human.current_labels(engine)),
        "lists": records(lists.lists(engine)),
    }


def _agreements(decided: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of each two reviewers who decided about the same finding."""
    said = [{v["author"]: v["decision"] for v in row["verdicts"]} for row in decided]
    found = []
    for pair in combinations(sorted({author for row in said for author in row}), 2):
        both = [[row[author] for author in pair] for row in said if row.keys() >= set(pair)]
        if both:
            first, second = zip(*both, strict=True)
            found.append({"reviewers": list(pair), **plain(agreement(first, second))})
    return found[:MOST_PAIRS]
