"""The first findings of a report, each with its evidence and its images."""

from collections.abc import Mapping
from typing import Any

from analysis.evidence_wording import EVIDENCE, claim, evidence_sentence, missing
from analysis.report.values import plain, records
from analysis.wording import finding_sentences, one_line
from db.engine import Engine
from db.queries import evidence, findings, images, repairs
from db.queries.findings import FindingFilter

MOST_FINDINGS = 60
PICTURES_PER_ROLE = 4
PICTURES_PER_FINDING = 4
ROLES = ("with", "without", "drawn", "erased")


def told_findings(engine: Engine, chosen: FindingFilter) -> list[dict[str, Any]]:
    """The first findings by verdict and strength, with the fields of ``FindingInfo`` and besides:

    reading (sentences), same (concepts that say the same), claim, missing, lines (of evidence, each
    with its name, sentence and numbers), images (by role), class_images (ids; where the evidence
    has none), repairs.
    """
    rows = records(findings.findings(engine, chosen, order="verdict", limit=MOST_FINDINGS))
    same = findings.duplicates(engine, [row["finding_id"] for row in rows])
    for row in rows:
        row["reading"] = finding_sentences(
            class_name=one_line(row["class_name"]),
            concept=f"“{one_line(row['concept'])}”",
            z_weights=row["z_weights"],
            z_features=row["z_features"],
            z_latents=row["z_latents"],
            z_name=row["z_name"],
            q=row["q"],
            name_implied=row["name_implied"],
        )
        row["same"] = list(same.loc[same["leader"] == row["finding_id"], "concept"])
        row |= _evidence(engine, row)
        row["class_images"] = [] if any(row["images"].values()) else _of_class(engine, row)
    return rows


def _evidence(engine: Engine, row: Mapping[str, Any]) -> dict[str, Any]:
    """The claim of a finding, its lines and its images by role; there may be none of either."""
    lines = evidence.evidence(engine, row["finding_id"])
    names = {
        "class_name": one_line(row["class_name"], 60),
        "concept": f"“{one_line(row['concept'], 60)}”",
    }
    return {
        "claim": claim(**names, name_implied=row["name_implied"]),
        "missing": missing(lines) if row["verdict"] != "supported" else "",
        "lines": [
            {
                "name": EVIDENCE[name].name,
                "unit": EVIDENCE[name].unit,
                "sentence": evidence_sentence(lines[name], **names),
                **plain(lines[name]),
            }
            for name in EVIDENCE
            if name in lines
        ],
        "images": _images(engine, row["finding_id"]),
        "repairs": records(repairs.repairs(engine, row["finding_id"])),
    }


def _images(engine: Engine, finding_id: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {role: [] for role in ROLES}
    for row in records(evidence.evidence_images(engine, finding_id)):
        if row["rank"] <= PICTURES_PER_ROLE:
            found[row["role"]].append(row)
    return found


def _of_class(engine: Engine, row: Mapping[str, Any]) -> list[int]:
    of_class = images.ImageFilter(class_id=row["class_id"])
    return list(images.images(engine, of_class, limit=PICTURES_PER_FINDING)["image_id"])
