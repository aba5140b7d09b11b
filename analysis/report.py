"""The report of an audit: one HTML file that needs nothing beside it.

Read from the store by ``db.queries``; rendered by a template that escapes everything. The file
holds no script and asks for nothing from anywhere.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.canary_wording import CANARY, MAPS
from analysis.errors import UsageError
from analysis.explanation_wording import CLAIMS, METHOD, TERM
from analysis.report_evidence import certificate, records, told
from analysis.report_explanations import told_explanations
from analysis.wording import LIMITS, MEANING, VERDICT, finding_sentences, one_line
from db.engine import Engine, reader_engine
from db.files import write_whole
from db.queries import classes, findings, images, overview, units
from db.queries.findings import FindingFilter
from db.queries.units import Kind, UnitFilter

MOST_FINDINGS = 60
MOST_CLASSES = 200
CONCEPTS_PER_CLASS = 8
PICTURES_PER_FINDING = 4


@dataclass(frozen=True)
class LabelHealth:
    """Of the living units of a kind, how many carry a label that clears its floor."""

    kind: str
    labelled: int
    alive: int
    units: int


def write_report(directory: Path, target: Path | None = None) -> Path:
    """Write the report of the audit in ``directory``; by default to ``report.html`` in it.

    The file appears whole or not at all. Raises StoreError where the store cannot be read,
    UsageError where the file cannot be written.
    """
    target = directory / "report.html" if target is None else target
    page = render_report(directory)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, page.encode())
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written ({error.strerror}): give another file to --html"
        ) from error
    return target


def render_report(directory: Path) -> str:
    """The report as HTML."""
    engine = reader_engine(directory)
    try:
        content = _content(engine)
    finally:
        engine.dispose()
    environment = Environment(
        loader=PackageLoader("analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "name": one_line,
        "percent": _percent,
        "number": _number,
        "signed": _signed,
        "spaced": _spaced,
        "tiny": _tiny,
    }
    return environment.get_template("report.html.j2").render(audit=directory.name, **content)


def _content(engine: Engine) -> dict[str, Any]:
    maps = records(overview.text_maps(engine))
    first = next((row["name"] for row in maps if row["shown_first"]), None)
    kept = FindingFilter(text_map=first)
    unexpected = replace(kept, name_implied=False, folded=True)
    return {
        "written": datetime.now(UTC),
        "model": overview.model(engine),
        "run": overview.last_run(engine),
        "counts": overview.counts(engine),
        "measures": records(overview.measures(engine)),
        "stages": records(overview.stages(engine)),
        "text_maps": maps,
        "first_map": first,
        "sae": overview.sae(engine),
        "labels": [_label_health(engine, kind) for kind in ("latent", "neuron")],
        "findings": _findings(engine, unexpected),
        "count_unexpected": findings.count_findings(engine, unexpected),
        "count_findings": findings.count_findings(engine, kept),
        "classes": _classes(engine, first),
        "without_images": overview.classes_without_images(engine),
        "explanations": _explanations(engine),
        "claims": {"meaning": CLAIMS, "terms": METHOD | TERM},
        "skipped": records(overview.skipped_images(engine, limit=50)),
        "limits": LIMITS,
        "meaning": MEANING,
        "verdicts": VERDICT,
        "count_verdicts": findings.count_verdicts(engine, unexpected),
        "certificate": certificate(engine),
        "canary": {"meaning": CANARY, "maps": MAPS},
        "added_later": overview.ADDED_LATER,
    }


def _findings(engine: Engine, chosen: FindingFilter) -> list[dict[str, Any]]:
    """The first findings by verdict and strength, each with its evidence, its reading in words and
    images: those of the evidence, else some of the class."""
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
        row |= told(engine, row)
        shown = [image for images_of_role in row["images"].values() for image in images_of_role]
        for image in shown:
            image["picture"] = next(iter(_pictures(engine, [image["image_id"]])), None)
        row["pictures"] = [] if shown else _of_class(engine, row["class_id"])
    return rows


def _of_class(engine: Engine, class_id: int) -> list[str]:
    of_class = images.ImageFilter(class_id=class_id)
    shown = images.images(engine, of_class, limit=PICTURES_PER_FINDING)["image_id"]
    return _pictures(engine, [int(i) for i in shown])


def _classes(engine: Engine, text_map: str | None) -> list[dict[str, Any]]:
    """Classes with their best concepts by the weights."""
    rows = records(classes.classes(engine, order="findings", limit=MOST_CLASSES))
    for row in rows:
        row["concepts"] = []
        if text_map is not None:
            best = classes.class_concepts(
                engine, row["class_id"], text_map, limit=CONCEPTS_PER_CLASS
            )
            row["concepts"] = [c for c in records(best) if c["source"] == "weights"]
    return rows


def _explanations(engine: Engine) -> list[dict[str, Any]]:
    rows = told_explanations(engine)
    for row in rows:
        of_image = [] if row["image_id"] is None else [row["image_id"]]
        row["pictures"] = _pictures(engine, of_image)
    return rows


def _label_health(engine: Engine, kind: Kind) -> LabelHealth:
    return LabelHealth(
        kind=kind,
        labelled=units.count_units(engine, kind, UnitFilter(alive=True, abstained=False)),
        alive=units.count_units(engine, kind, UnitFilter(alive=True)),
        units=units.count_units(engine, kind),
    )


def _pictures(engine: Engine, image_ids: Sequence[int]) -> list[str]:
    """Thumbnails as addresses that carry the picture itself."""
    jpegs = images.thumbnails(engine, image_ids)
    return [
        f"data:image/jpeg;base64,{base64.b64encode(jpegs[i]).decode()}"
        for i in image_ids
        if i in jpegs
    ]


def _percent(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _signed(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{round(value, digits) + 0.0:+.{digits}f}"


def _spaced(text: str, limit: int) -> str:
    """A stretch of a sentence as one line, a space kept at either end."""
    if not text.strip():
        return " "
    return " " * text[0].isspace() + one_line(text, limit) + " " * text[-1].isspace()


def _tiny(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"
