"""A finding's evidence, the canary certificate and repairs, as the report's template takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.canary_wording import by_chance, by_cue, strengths, would_have_found
from analysis.evidence_wording import EVIDENCE, claim, evidence_sentence, missing
from analysis.wording import one_line
from db.engine import Engine
from db.queries import canary, evidence, overview, repairs
from db.queries.evidence import EvidenceLine

PICTURES_PER_ROLE = 4
ROLES = ("with", "without", "drawn", "erased")


@dataclass(frozen=True)
class Bar:
    """Where a value, its interval and its control's lie, in per cent of the width; ends that are
    not known lie where the value does."""

    zero: float
    value: float
    low: float
    high: float
    control: float | None
    control_low: float | None
    control_high: float | None


def told(engine: Engine, row: Mapping[str, Any]) -> dict[str, Any]:
    """The claim of a finding, its lines and its images by role; there may be none of either."""
    lines = evidence.evidence(engine, row["finding_id"])
    names = {
        "class_name": one_line(row["class_name"], 60),
        "concept": f"“{one_line(row['concept'], 60)}”",
    }
    bars = _bars(lines)
    return {
        "claim": claim(**names, name_implied=row["name_implied"]),
        "missing": missing(lines) if row["verdict"] != "supported" else "",
        "lines": [
            {
                "name": EVIDENCE[name].name,
                "holds": lines[name].holds,
                "sentence": evidence_sentence(lines[name], **names),
                "bar": bars.get(name),
            }
            for name in EVIDENCE
            if name in lines
        ],
        "images": _images(engine, row["finding_id"]),
        "repairs": records(repairs.repairs(engine, row["finding_id"])),
    }


def certificate(engine: Engine) -> dict[str, Any] | None:
    """What planted cues came to; None where none was planted."""
    planted, clean = (records(q(engine)) for q in (canary.planted_cues, canary.clean_twins))
    if not planted:
        return None
    found = strengths(planted, clean)
    stages, measures = overview.stages(engine), records(canary.certificate(engine))
    return {
        "in_short": would_have_found([s for s in found if s.text_map == found[0].text_map]),
        "floors": {s.text_map: by_chance(measures, s.text_map) for s in found},
        "strengths": found,
        "by_cue": by_cue(planted),
        "alarms": dict.fromkeys(
            (row["class_name"], row["top"]) for row in clean if row["verdict"] == "supported"
        ),
        "notes": [n for notes in stages.loc[stages["name"] == "canary", "notes"] for n in notes],
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain values; what is missing is None."""
    return [
        {str(name): None if _missing(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _images(engine: Engine, finding_id: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {role: [] for role in ROLES}
    for row in records(evidence.evidence_images(engine, finding_id)):
        if row["rank"] <= PICTURES_PER_ROLE:
            found[row["role"]].append(row)
    return found


def _bars(lines: Mapping[str, EvidenceLine]) -> dict[str, Bar]:
    """The lines that were measured, those of one unit on one scale."""
    bars = {}
    for unit in {words.unit for words in EVIDENCE.values()}:
        measured = {
            name: line
            for name, line in lines.items()
            if line.value is not None and EVIDENCE[name].unit == unit
        }
        ends = [end for line in measured.values() for end in _ends(line) if end is not None]
        bars |= {name: _bar(line, ends) for name, line in measured.items()}
    return bars


def _ends(line: EvidenceLine) -> tuple[float | None, ...]:
    controls = line.control, line.control_low, line.control_high
    return line.value, line.low, line.high, *controls


def _bar(line: EvidenceLine, ends: Sequence[float]) -> Bar:
    low, high = min(0.0, *ends), max(0.0, *ends)

    def place(value: float) -> float:
        return round(100 * (value - low) / ((high - low) or 1.0), 2)

    value, *others = (None if end is None else place(end) for end in _ends(line))
    assert value is not None
    left, right, control, control_low, control_high = others
    return Bar(
        zero=place(0.0),
        value=value,
        low=value if left is None else left,
        high=value if right is None else right,
        control=control,
        control_low=control if control_low is None else control_low,
        control_high=control if control_high is None else control_high,
    )
