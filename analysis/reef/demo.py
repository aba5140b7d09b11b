"""The demo: render the reef, audit its shipped classifier, hold the findings to the truth."""

import json
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.classifier.spec import ModelSpec
from analysis.config import AuditConfig
from analysis.explain.language_model import PACKAGED
from analysis.pipeline.audit import run_audit
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import concepts
from analysis.progress import Progress
from analysis.reef.folder import write_image_folder
from analysis.reef.scorecard import FALSE_ALARM_Q, Scorecard, score_findings
from analysis.reef.shipped import CLASSIFIER_WEIGHTS, classifier_manifest
from analysis.reef.truth import REEF_TRUTH, class_names
from analysis.reef.vocabulary import vocabulary
from analysis.report import write_report
from db.layout import database
from db.queries.export import findings_records
from db.reader import AuditReader
from db.schema import Measure

IMAGE_SEED = 100
"""Apart from the seeds of training and of the manifest's test images."""


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
    _render(world, images_per_class, seed, progress)
    config = _config(world, out, seed)
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
    return Outcome(
        rows={
            Measure: [
                {
                    "name": "planted shortcuts at rank 1",
                    "value": len(card.found) / card.planted,
                    "floor": chance,
                    "n": card.planted,
                    "what": "Share of the planted shortcuts that come first among their class's "
                    "unexpected concepts; the floor is a concept drawn at random.",
                },
                {
                    "name": "clean controls accused",
                    "value": len(card.false_alarms) / card.controls,
                    "floor": None,
                    "n": card.controls,
                    "what": "Share of the classes without a planted shortcut that have any "
                    f"unexpected concept at q <= {FALSE_ALARM_Q}.",
                },
            ]
        }
    )


SCORECARD = Stage(
    name="scorecard",
    title="Scorecard",
    needs=("shortcuts",),
    inputs=lambda _: {"planted": REEF_TRUTH.planted, "controls": REEF_TRUTH.controls},
    run=_measures,
)


def shipped_spec() -> ModelSpec:
    """How the shipped classifier is loaded."""
    manifest = classifier_manifest()
    return ModelSpec(
        name=manifest["model"],
        model_args=tuple(sorted(manifest["model_args"].items())),
        checkpoint=CLASSIFIER_WEIGHTS,
        input_size=manifest["input_size"],
        mean=tuple(manifest["mean"]),
        std=tuple(manifest["std"]),
        crop_pct=manifest["crop_pct"],
        interpolation=manifest["interpolation"],
    )


def _config(world: Path, out: Path, seed: int) -> AuditConfig:
    """The audit of the shipped classifier on the rendered images."""
    return AuditConfig(
        model=shipped_spec(),
        images=world / "images",
        class_names=world / "class_names.json",
        concepts=world / "concepts.txt",
        language_model=PACKAGED,
        out=out,
        explain=4,
        seed=seed,
    )


def _render(world: Path, images_per_class: int, seed: int, progress: Progress) -> None:
    """The world as a user's own data would be: an image folder, class names and a vocabulary."""
    names = class_names()
    wanted = {"images_per_class": images_per_class, "seed": seed, "classes": len(names)}
    done = world / "rendered.json"
    if done.is_file() and json.loads(done.read_text("utf-8")) == wanted:
        return
    shutil.rmtree(world, ignore_errors=True)
    with progress.task("Rendering the reef", len(names) * images_per_class) as advance:
        write_image_folder(
            world / "images",
            images_per_class=images_per_class,
            seed=IMAGE_SEED + seed,
            progress=advance,
        )
    (world / "class_names.json").write_text(json.dumps(names, indent=1), "utf-8")
    (world / "concepts.txt").write_text("\n".join(vocabulary()) + "\n", "utf-8")
    done.write_text(json.dumps(wanted), "utf-8")  # last: a stopped rendering starts anew


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
            rows.append(row | {"truth": "FALSE ALARM"})
    return sorted(rows, key=lambda row: row["q"])


def _cues(card: Scorecard) -> list[dict[str, Any]]:
    accuracies = classifier_manifest()["accuracies"]
    return [
        {
            "class": name,
            "planted": concept,
            "found": name in card.found,
            "with_cue": accuracies["with_cue"][name],
            "without_cue": accuracies["without_cue"][name],
        }
        for name, concept in REEF_TRUTH.planted
    ]


def _summary(card: Scorecard, out: Path, report: Path) -> list[str]:
    alarms = f": {', '.join(card.false_alarms)}" if card.false_alarms else ""
    directory = shlex.quote(str(out))
    return [
        f"Planted shortcuts found at rank 1: {len(card.found)} of {card.planted}",
        f"False alarms (q <= {FALSE_ALARM_Q}): {len(card.false_alarms)} of {card.controls} "
        f"clean controls{alarms}",
        f"Report: {report}",
        f"Open the desk: glowworm serve {directory}   (or: make serve)",
    ]
