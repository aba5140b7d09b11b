"""The canary certificate in a report: what planted cues came to."""

from typing import Any

from analysis.canary_wording import by_chance, by_cue, strengths, would_have_found
from analysis.report.values import plain, records
from db.engine import Engine
from db.queries import canary, overview


def certificate(engine: Engine) -> dict[str, Any] | None:
    """None where nothing was planted. Else: in_short, floors (a sentence for each text map),
    strengths, cues (each with found, as many rows as strengths: [at rank 1, of] or None), alarms
    (clean classes with a supported finding), notes.
    """
    planted, clean = (records(q(engine)) for q in (canary.planted_cues, canary.clean_twins))
    if not planted:
        return None
    found = strengths(planted, clean)
    stages, measures = overview.stages(engine), records(canary.certificate(engine))
    alarms = dict.fromkeys(
        (row["class_name"], row["top"]) for row in clean if row["verdict"] == "supported"
    )
    return {
        "in_short": would_have_found([s for s in found if s.text_map == found[0].text_map]),
        "floors": {s.text_map: by_chance(measures, s.text_map) for s in found},
        "strengths": plain(found),
        "cues": [
            {"cue": cue, "found": [counts.get((s.text_map, s.correlation)) for s in found]}
            for cue, counts in by_cue(planted).items()
        ],
        "alarms": [{"class_name": name, "top": top} for name, top in alarms],
        "notes": [n for notes in stages.loc[stages["name"] == "canary", "notes"] for n in notes],
    }
