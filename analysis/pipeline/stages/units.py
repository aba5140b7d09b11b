"""Stage 8: latents, neurons and channels: when they are active, and what they do."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.pipeline.families import families
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import decisions
from db import schema
from db.queries.overview import sae
from sae.deeds import Decisions, cofiring, decisions_of, largest, logit_effects, nearest
from sae.units import Units, UnitStatistics, describe_units

TOP_CLASSES = 10
NEIGHBOURS = 8
TABLES = (
    schema.Unit,
    schema.UnitClass,
    schema.UnitFires,
    schema.UnitNeighbour,
    schema.Activation,
)
Rows = Iterator[dict[str, Any]]


def _run(context: Context) -> Outcome:
    rows: dict[type[schema.Base], list[dict[str, Any]]] = {table: [] for table in TABLES}
    arrays: dict[str, np.ndarray] = {}
    weight = np.asarray(context.store.array("class_embeddings"))
    decided = decisions(context)
    found = families(context)
    with context.progress.task("Describing units", len(found)) as advance:
        for family in found:
            units, first_id = family.everywhere, family.first_id
            told = describe_units(units, seed=context.config.seed)
            under = decisions_of(units, decided, len(weight))
            rows[schema.Unit] += _units(context, first_id, units, told, under)
            rows[schema.UnitFires] += _fires(first_id, under)
            rows[schema.UnitNeighbour] += _neighbours(first_id, "cofiring", cofiring(units))
            rows[schema.Activation] += _activations(first_id, told)
            if units.directions is not None:
                effects = logit_effects(units.directions, told.mean_activation, weight)
                arrays[f"unit_effects.{units.kind}"] = effects
                rows[schema.UnitClass] += _effects(first_id, told.alive, effects)
                if units.kind == "latent":  # the axes of neurons are all at right angles
                    near = nearest(units.directions)
                    rows[schema.UnitNeighbour] += _neighbours(first_id, "nearest", near)
            advance(1)
    return Outcome(rows=rows, arrays=arrays)


def _units(
    context: Context, first_id: int, units: Units, told: UnitStatistics, under: Decisions
) -> Rows:
    latents = units.kind == "latent"
    levels = _levels(context) if latents else []
    stability = _stability(context) if latents else None
    effective, single = under.effective_classes, under.single_class
    for number in range(units.n_units):
        alive = bool(told.alive[number])
        yield {
            "id": first_id + number,
            "kind": units.kind,
            "number": number,
            "alive": alive,
            "density": told.density[number],
            "mean_activation": told.mean_activation[number],
            "max_activation": told.max_activation[number],
            "histogram": {
                "edges": told.histogram_edges[number].tolist(),
                "counts": told.histogram_counts[number].tolist(),
            },
            "level": int(np.searchsorted(levels, number, "right")) if len(levels) > 1 else None,
            "stability": None if stability is None else stability[number],
            "spread": ("single class" if single[number] else "shared") if alive else None,
            "effective_classes": effective[number] if alive else None,
        }


def _levels(context: Context) -> list[int]:
    row = sae(context.store.engine)
    return row.config.get("levels", []) if row else []


def _stability(context: Context) -> np.ndarray | None:
    if "latent_stability" not in context.store.array_names():
        return None
    return np.asarray(context.store.array("latent_stability"))


def _fires(first_id: int, under: Decisions) -> Rows:
    """The decisions with the largest shares of each unit's activation."""
    classes, shares = largest(under.share, TOP_CLASSES)
    for number, rank in np.argwhere(shares > 0).tolist():
        c = classes[number, rank]
        yield {
            "unit_id": first_id + number,
            "rank": rank + 1,
            "class_id": c,
            "share": shares[number, rank],
            "active": under.active[number, c],
            "decided": under.decided[c],
        }


def _neighbours(first_id: int, relation: str, values: np.ndarray) -> Rows:
    """The units with the largest positive values."""
    order = np.argsort(-values, axis=1, kind="stable")[:, :NEIGHBOURS]
    best = np.take_along_axis(values, order, axis=1)
    for number, rank in np.argwhere(best > 0).tolist():
        yield {
            "unit_id": first_id + number,
            "relation": relation,
            "rank": rank + 1,
            "other_id": first_id + order[number, rank],
            "value": best[number, rank],
        }


def _effects(first_id: int, alive: np.ndarray, effects: np.ndarray) -> Rows:
    classes, values = largest(effects, TOP_CLASSES)
    for number in np.flatnonzero(alive):
        for rank, (c, value) in enumerate(zip(classes[number], values[number], strict=True), 1):
            yield {"unit_id": first_id + number, "rank": rank, "class_id": c, "effect": value}


def _activations(first_id: int, told: UnitStatistics) -> Rows:
    for stratum, images, values in (
        ("top", told.top_images, told.top_values),
        ("quantile", told.quantile_images, told.quantile_values),
        ("random", told.random_images, told.random_values),
    ):
        for number, rank in np.argwhere(images >= 0).tolist():
            yield {
                "unit_id": first_id + number,
                "stratum": stratum,
                "rank": rank + 1,
                "image_id": images[number, rank],
                "value": values[number, rank],
            }


def skip_without_units(context: Context) -> str | None:
    """Where there is no autoencoder there are no units."""
    return "no sparse autoencoder was made" if "autoencoder" in context.skipped else None


UNITS = Stage(
    name="units",
    title="Latents and neurons",
    needs=("model", "images", "autoencoder"),
    inputs=lambda _: {"classes": TOP_CLASSES, "neighbours": NEIGHBOURS},
    run=_run,
    skip=skip_without_units,
)
