"""The demo: render the reef, audit its shipped classifier, hold the findings to the truth."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.pipeline.audit import run_audit
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import concepts
from analysis.progress import Progress
from analysis.reef.prepared import reef_config, render_reef, shipped_spec
from analysis.reef.scorecard import FALSE_ALARM_Q, Scorecard, score_findings
from analysis.reef.shipped import classifier_manifest
from analysis.reef.truth import REEF_TRUTH
from analysis.report.written import write_report
from db.layout import database
from db.queries.export import findings_records
from db.reader import AuditReader
from db.schema import Measure


@dataclass(frozen=True)
class DemoResult:
    """What the demo prints."""

    findings: list[dict[str, Any]]
    cues: list[dict[str, Any]]
    summary: list[str]
    scorecard: Scorecard


def run_demo(
    out: Path, *, images_per_class: int, seed: int, progress: Progress, command: str
) -> DemoResult:
    """Audit the reef into ``out``; what is already there and unchanged is kept."""
    world = out.with_name(f"{out.name}-world")
    render_reef(world, images_per_class=images_per_class, seed=seed, progress=progress)
    config = reef_config(shipped_spec(), world, out, seed=seed, explain=4)
    run_audit(
        config,
        progress=progress,
        command=command,
        resume=database(out).exists(),
        more_stages=(SCORECARD,),
    )
    report = write_report(out)
    with AuditReader(out) as audit:
        records = findings_records(audit.engine)
    card = score_findings(records, REEF_TRUTH)
    return DemoResult(
        findings=_accused(records),
        cues=_cues(card),
        summary=_summary(card, out, report),
        scorecard=card,
    )


def _measures(context: Context) -> Outcome:
    """The scorecard as measures of the store, so that desk and report show it too."""
    card = score_findings(findings_records(context.store.engine), REEF_TRUTH)
    chance = 1 / len(concepts(context))
    told = (
        (
            "planted shortcuts at rank 1", len(card.found), card.planted, chance,
            "Share of the planted shortcuts that come first among their class's unexpected "
            "concepts; the floor is a concept drawn at random.",
        ),
        (
            "planted shortcuts supported", len(card.supported), card.planted, None,
            "Share of the planted shortcuts that come first and whose verdict is supported.",
        ),
        (
            "clean controls accused", len(card.false_alarms), card.controls, None,
            "Share of the classes without a planted shortcut that have any unexpected concept at "
            f"q <= {FALSE_ALARM_Q}.",
        ),
        (
            "clean controls with a supported finding", len(card.false_verdicts), card.controls,
            None,
            "Share of the classes without a planted shortcut of which any unexpected concept is "
            "called supported.",
        ),
    )  # fmt: skip
    rows = [
        {"name": name, "value": hits / n, "floor": floor, "n": n, "what": what}
        for name, hits, n, floor, what in told
    ]
    return Outcome(rows={Measure: rows})


SCORECARD = Stage(
    name="scorecard",
    title="Scorecard",
    needs=("shortcuts",),
    inputs=lambda _: {"planted": REEF_TRUTH.planted, "controls": REEF_TRUTH.controls},
    run=_measures,
)


def _accused(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Unexpected concepts of the plainly named classes, each with what is true of it."""
    planted = dict(REEF_TRUTH.planted)
    rows = []
    for row in records:
        name = row["class"]
        if row["rank"] is None or row["q"] > FALSE_ALARM_Q:
            continue
        if name in planted:
            rows.append(row | {"truth": "planted" if planted[name] == row["concept"] else ""})
        elif name in REEF_TRUTH.controls:
            false = row["verdict"] == "supported"
            rows.append(row | {"truth": "FALSE VERDICT" if false else "false alarm"})
    return sorted(rows, key=lambda row: row["q"])


def _cues(card: Scorecard) -> list[dict[str, Any]]:
    accuracies = classifier_manifest()["accuracies"]
    return [
        {
            "class": name,
            "planted": concept,
            "found": name in card.found,
            "supported": name in card.supported,
            "with_cue": accuracies["with_cue"][name],
            "without_cue": accuracies["without_cue"][name],
        }
        for name, concept in REEF_TRUTH.planted
    ]


def _summary(card: Scorecard, out: Path, report: Path) -> list[str]:
    directory = shlex.quote(str(out))
    return [
        f"Planted shortcuts found at rank 1: {len(card.found)} of {card.planted}; "
        f"supported: {len(card.supported)} of {card.planted}",
        f"Clean controls with a supported finding: {_of(card.false_verdicts, card.controls)}",
        f"Clean controls with any unexpected concept at q <= {FALSE_ALARM_Q}: "
        f"{_of(card.false_alarms, card.controls)}",
        f"Report: {report}",
        f"Open the desk: glowworm serve {directory}   (or: make serve)",
    ]


def _of(names: tuple[str, ...], total: int) -> str:
    return f"{len(names)} of {total}" + (f": {', '.join(names)}" if names else "")
