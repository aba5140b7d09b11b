"""Stage 9: candidate texts of every unit, scored on images that nothing was chosen on."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.pipeline.families import families, held_out_rows
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import labelling_maps
from analysis.pipeline.stages.units import skip_without_units
from db.schema import Label, Measure
from sae.label_checks import LEAST_FALL, check_metrics
from sae.label_scores import LabelScores, score_labels
from sae.labels import Candidates, find_candidates
from sae.units import Units

LABELS_PER_WAY = 5
Rows = Iterator[dict[str, Any]]


def _run(context: Context) -> Outcome:
    images = np.asarray(context.store.array("features"))
    kept, held_out = held_out_rows(len(images), seed=context.config.seed)
    centre = images[kept].mean(0)
    shown, unseen = images[kept] - centre, images[held_out] - centre
    maps = labelling_maps(context)
    found = families(context)
    measures: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    with context.progress.task("Labelling units", len(found) * len(maps)) as advance:
        for family in found:
            chosen_on, scored_on = family.units(kept), family.units(held_out)
            if family.kind == "latent":
                measures += _checks(scored_on, context.config.seed)
            for name in maps:
                concepts = np.asarray(context.store.array(f"concept_directions.{name}"))
                candidates = find_candidates(chosen_on, shown, concepts, top=LABELS_PER_WAY)
                scores = score_labels(
                    scored_on, unseen, concepts, candidates.concepts, seed=context.config.seed
                )
                for row in _rows(family.first_id, candidates, scores):
                    rows.append(row | {"id": len(rows), "text_map": name})
                advance(1)
    return Outcome(rows={Label: rows, Measure: measures})


def _rows(first_id: int, found: Candidates, scores: LabelScores) -> Rows:
    for number, i in np.argwhere(found.concepts >= 0).tolist():
        yield {
            "unit_id": first_id + number,
            "rank": i + 1,
            "concept_id": found.concepts[number, i],
            "method": _method(found, number, i),
            "cosine": _number(found.cosine[number, i]),
            "z": _number(found.z[number, i]),
            "correlation": _number(found.correlation[number, i]),
            **_scores(scores, number, i),
        }


def _method(found: Candidates, number: int, i: int) -> str:
    if found.by_pattern[number, i] and found.by_direction[number, i]:
        return "both"
    return "pattern" if found.by_pattern[number, i] else "direction"


def _scores(scores: LabelScores, number: int, i: int) -> dict[str, Any]:
    named = ("pearson", "pearson_low", "pearson_high", "auprc", "f1", "auc")
    return {name: _number(getattr(scores, name)[number, i]) for name in named} | {
        "floor_pearson": _number(scores.floor_pearson[number]),
        "abstained": bool(scores.abstained[number, i]),
    }


def _checks(latents: Units, seed: int) -> Rows:
    """Whether the metrics notice spoilt labels on the latents and images of this audit."""
    checked = check_metrics(latents, seed=seed)
    if checked.n == 0:
        return
    for what, shares, spoilt in (
        ("missing labels", checked.missing, "half of its images are taken from an exact label"),
        ("extra labels", checked.extra, "as many wrong images are added to an exact label"),
    ):
        for metric, share in shares.items():
            yield {
                "name": f"label check: {metric}, {what}",
                "value": share,
                "floor": None,
                "n": checked.n,
                "what": f"Share of the latents on which {metric} falls by {LEAST_FALL} or more "
                f"when {spoilt}.",
            }


def _number(value: Any) -> float | None:
    """None for what could not be measured (a unit active on no held-out image)."""
    return float(value) if np.isfinite(value) else None


LABELS = Stage(
    name="labels",
    title="Labels of units",
    needs=("images", "text", "text_maps", "concepts", "autoencoder", "units"),
    inputs=lambda _: {"labels": LABELS_PER_WAY},
    run=_run,
    skip=skip_without_units,
)
