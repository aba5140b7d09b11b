"""Explanations in a report, with their claims."""

from typing import Any

from analysis.explanation_wording import judged, segments, told_of_claims
from analysis.report.values import plain, records
from db.engine import Engine
from db.queries import explanations, overview

MOST_EXPLANATIONS = 20
MOST_NOTES = 12
ADDED = "explain "
"""How the names of stages begin that added explanations."""
_NOT_TOLD = ("config", "candidates", "details")


def told_explanations(engine: Engine) -> list[dict[str, Any]]:
    """The first explanations, each cut at its claims, with the claims, their units and the ledger.

    Keys besides the fields of ``ExplanationInfo``: segments, rows (claims, each with ``units``),
    holding (how many claims hold, in words).
    """
    frame = explanations.explanations(engine, limit=MOST_EXPLANATIONS)
    found = [explanations.explanation(engine, int(i)) for i in frame["explanation_id"]]
    return [_told(engine, one) for one in found if one is not None]


def explanation_notes(engine: Engine) -> list[str]:
    """What the making of explanations said, each once: those that were added to the audit."""
    stages = records(overview.stages(engine))
    said = [note for s in stages if s["name"].startswith(ADDED) for note in s["notes"]]
    return list(dict.fromkeys(said))[:MOST_NOTES]


def _told(engine: Engine, one: explanations.ExplanationInfo) -> dict[str, Any]:
    rows = judged(records(explanations.claims(engine, one.explanation_id)), one.ledger)
    units = records(explanations.claim_units(engine, one.explanation_id))
    for row in rows:
        row["units"] = [unit for unit in units if unit["claim"] == row["number"]]
    told = {key: value for key, value in vars(one).items() if key not in _NOT_TOLD}
    return plain(
        told
        | {
            "segments": segments(one.text, rows),
            "rows": rows,
            "holding": told_of_claims(one.claims, one.struck),
            "ledger": one.ledger or {},
        }
    )
