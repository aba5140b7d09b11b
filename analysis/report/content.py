"""All that the report says, as plain values."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from analysis.bundle.private import places, without_places
from analysis.report.blind_spots import blind_spots
from analysis.report.certificate import certificate
from analysis.report.classes import accuracies, told_classes
from analysis.report.explanations import explanation_notes, told_explanations
from analysis.report.findings import told_findings
from analysis.report.people import people
from analysis.report.provenance import provenance
from analysis.report.values import plain, records
from analysis.wording import VERDICT
from db.engine import Engine
from db.queries import findings, overview, units
from db.queries.findings import FindingFilter
from db.queries.units import Kind, UnitFilter

Clean = Callable[[Any], Any]


def report_content(engine: Engine) -> dict[str, Any]:
    """What the report says of the audit, as JSON knows it.

    Paths on the machine of whoever made the audit are cut to their last names: the report is given
    away. Two calls on the same store give the same.
    """
    run = overview.last_run(engine)
    clean = partial(without_places, known=places(run.config) if run is not None else ())
    maps = records(overview.text_maps(engine))
    first = next((row["name"] for row in maps if row["shown_first"]), None)
    kept = FindingFilter(text_map=first)
    unexpected = replace(kept, name_implied=False, folded=True)
    content = {
        "model": clean(plain(overview.model(engine))),
        "run": clean(plain(run)),
        "counts": plain(overview.counts(engine)),
        "notes": clean(_notes(engine)),
        "measures": records(overview.measures(engine)),
        "text_maps": clean(maps),
        "first_map": first,
        "sae": clean(plain(overview.sae(engine))),
        "labels": [_label_health(engine, kind) for kind in ("latent", "neuron", "channel")],
        "verdict_rules": dict(VERDICT),
        "verdicts": findings.count_verdicts(engine, unexpected),
        "unexpected": findings.count_findings(engine, unexpected),
        "findings_stored": findings.count_findings(engine, kept),
        "supported_classes": _supported_classes(engine, unexpected),
        "findings": told_findings(engine, unexpected),
        "certificate": certificate(engine),
        "people": people(engine),
        "accuracies": accuracies(engine),
        "classes": told_classes(engine, first),
        "explanations": clean(told_explanations(engine)),
        "explanation_notes": clean(explanation_notes(engine)),
        "blind_spots": clean(blind_spots(engine)),
        "provenance": clean(provenance(engine)),
    }
    return plain(content)


def _notes(engine: Engine) -> list[dict[str, str]]:
    """Warnings and fallbacks of the audit itself; what was added to it is told where it stands."""
    return [
        {"stage": stage["name"], "note": note}
        for stage in records(overview.stages(engine))
        if not stage["name"].startswith(overview.ADDED_LATER)
        for note in stage["notes"]
    ]


def _label_health(engine: Engine, kind: Kind) -> dict[str, Any]:
    """Of the living units of a kind, how many carry a label that clears its floor."""
    return {
        "kind": kind,
        "labelled": units.count_units(engine, kind, UnitFilter(alive=True, abstained=False)),
        "alive": units.count_units(engine, kind, UnitFilter(alive=True)),
        "units": units.count_units(engine, kind),
    }


def _supported_classes(engine: Engine, unexpected: FindingFilter) -> int:
    supported = replace(unexpected, verdict="supported")
    return len(set(findings.findings(engine, supported, limit=None)["class_id"]))
