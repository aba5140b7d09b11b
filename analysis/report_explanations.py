"""Explanations with their claims, as the report's template takes them."""

from typing import Any

from analysis.explanation_wording import segments, told_of_claims
from analysis.report_evidence import records
from db.engine import Engine
from db.queries import explanations

MOST_EXPLANATIONS = 20


def told_explanations(engine: Engine) -> list[dict[str, Any]]:
    """The first explanations, each cut at its claims, with the claims, their units and the ledger.

    Keys besides the fields of ``ExplanationInfo``: segments, rows (claims, each with ``units``),
    holding (how many claims hold, in words).
    """
    frame = explanations.explanations(engine, limit=MOST_EXPLANATIONS)
    found = [explanations.explanation(engine, int(i)) for i in frame["explanation_id"]]
    return [_told(engine, one) for one in found if one is not None]


def _told(engine: Engine, one: explanations.ExplanationInfo) -> dict[str, Any]:
    rows = records(explanations.claims(engine, one.explanation_id))
    units = records(explanations.claim_units(engine, one.explanation_id))
    for row in rows:
        row["units"] = [unit for unit in units if unit["claim"] == row["number"]]
    return vars(one) | {
        "segments": segments(one.text, rows),
        "rows": rows,
        "holding": told_of_claims(one.claims, one.struck),
        "ledger": one.ledger or {},
    }
