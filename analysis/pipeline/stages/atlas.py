"""Stage 10: the map of classes, latents, images and words in one plane."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from analysis.atlas import KINDS
from analysis.atlas.layout import MIN_DIST, laid_out
from analysis.atlas.neighbours import centred, neighbours
from analysis.atlas.sampling import stratified
from analysis.atlas.trust import BESIDE, Share, beside_class, mixing, trustworthiness
from analysis.pipeline.families import autoencoder
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import decisions, labelling_maps, labels
from db.queries.atlas import mapped_concepts, mapped_latents
from db.schema import Measure

MOST = {"latent": 5_000, "image": 20_000, "concept": 5_000}
"""Points of a kind; classes are all there."""
NEIGHBOURS = 10
"""Of a point on the map. Fewer keep images nearer to their classes, more smooth the whole: 10, 15
and 25 were tried on three audits."""
LEAST = 20
"""Points below which there is nothing to lay out."""
OWN = {
    "image": "predicted class",
    "latent": "most pushed class",
    "concept": "class that holds it most",
}
"""The class that a point of a kind should lie beside."""
Ids = Mapping[str, np.ndarray]


def _run(context: Context) -> Outcome:
    seed = context.config.seed
    ids = _chosen(context)
    total = sum(map(len, ids.values()))
    if total < LEAST:
        return Outcome(notes=[f"The map was left out: it would have {total} points."])
    directions = {kind: centred(rows) for kind, rows in _directions(context, ids).items()}
    kinds, own = [directions[kind] for kind in KINDS], _own_classes(context, ids)
    points = np.concatenate(
        [
            np.stack([np.full(len(ids[kind]), place), ids[kind], own[kind]], axis=1)
            for place, kind in enumerate(KINDS)
        ]
    ).astype(np.int32)
    with context.progress.task("Looking for neighbours", total) as advance:
        near = neighbours(kinds, count=NEIGHBOURS, seed=seed, advance=advance)
    with context.progress.task("Laying out the map", None):
        positions = laid_out(near, np.concatenate(kinds), seed=seed)
    placed = {kind: positions[points[:, 0] == place] for place, kind in enumerate(KINDS)}
    measures = [
        *_beside(ids, own, placed, seed),
        *_neighbours(directions, placed, seed),
        _mixed(mixing(positions, points[:, 0], seed=seed)),
    ]
    return Outcome(
        rows={Measure: measures},
        arrays={"atlas.positions": positions, "atlas.points": points},
        notes=list(_notes(context, ids)),
    )


def _chosen(context: Context) -> dict[str, np.ndarray]:
    """The numbers of what is on the map, by kind."""
    engine = context.store.engine
    ids = {"class": np.arange(len(context.store.array("bias")))}
    living = [] if "units" in context.skipped else mapped_latents(engine, most=MOST["latent"])
    ids["latent"] = np.array(living, int)
    ids["image"] = np.zeros(0, int)
    if "images" not in context.skipped:
        own = labels(context)
        groups = np.where(own >= 0, own, _decided(context))
        ids["image"] = stratified(groups, MOST["image"], seed=context.config.seed)
    ids["concept"] = np.array(mapped_concepts(engine, most=MOST["concept"]), int)
    return ids


def _directions(context: Context, ids: Ids) -> dict[str, np.ndarray]:
    """A row of the classifier's space for each point."""
    store = context.store
    concepts = store.array(f"concept_directions.{labelling_maps(context)[0]}")
    found = {
        "class": np.asarray(store.array("class_embeddings")),
        "concept": concepts[ids["concept"]],
    }
    nothing = np.zeros((0, found["class"].shape[1]), np.float32)
    found["latent"] = found["image"] = nothing
    if len(ids["latent"]):
        found["latent"] = autoencoder(context).decoder_directions[ids["latent"]]
    if len(ids["image"]):
        found["image"] = store.array("features")[ids["image"]]
    return {kind: found[kind] for kind in KINDS}


def _own_classes(context: Context, ids: Ids) -> dict[str, np.ndarray]:
    """The class that each point should lie beside; see ``OWN``."""
    store = context.store
    own = {kind: np.zeros(0, int) for kind in KINDS} | {"class": ids["class"]}
    if len(ids["image"]):
        own["image"] = _decided(context)[ids["image"]]
    if len(ids["latent"]):
        own["latent"] = store.array("unit_effects.latent")[ids["latent"]].argmax(1)
    if len(ids["concept"]):
        held = store.array(f"class_concepts.weights.{labelling_maps(context)[0]}")
        own["concept"] = held[:, ids["concept"]].argmax(0)
    return own


def _beside(
    ids: Ids, own: Ids, placed: Mapping[str, np.ndarray], seed: int
) -> Iterator[dict[str, Any]]:
    if len(ids["class"]) <= BESIDE:
        return
    for kind, what in OWN.items():
        if len(ids[kind]):
            share = beside_class(placed[kind], placed["class"], own[kind], seed=seed)
            told = f"Share of the {kind}s on the map whose {what} is among the {BESIDE} class "
            yield _row(f"map: {kind}s beside their class", share, told + "points nearest to them")


def _neighbours(
    directions: Mapping[str, np.ndarray], placed: Mapping[str, np.ndarray], seed: int
) -> Iterator[dict[str, Any]]:
    for kind in KINDS:
        if len(placed[kind]) >= LEAST:
            share = trustworthiness(directions[kind], placed[kind], seed=seed)
            among = f"neighbours among {_many(kind)}"
            told = f"Trustworthiness: whether {among} on the map are so in the features too"
            yield _row(f"map: {among}", share, told)


def _decided(context: Context) -> np.ndarray:
    return context.once("decisions", lambda: decisions(context))


def _row(name: str, share: Share, what: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": share.value,
        "floor": share.floor,
        "n": share.n,
        "what": f"{what}; floor: the same points shuffled.",
    }


def _many(kind: str) -> str:
    return "classes" if kind == "class" else f"{kind}s"


def _mixed(share: Share) -> dict[str, Any]:
    return _row("map: kinds mixed", share, "") | {
        "what": "How often a neighbour on the map is of another kind, against blind chance: 1 "
        "where kinds do not matter, 0 where each lies on an island of its own."
    }


def _notes(context: Context, ids: Ids) -> Iterator[str]:
    """What had to be left out."""
    images = 0 if "images" in context.skipped else len(context.store.array("features"))
    if len(ids["image"]) < images:
        yield (
            f"The map shows {len(ids['image']):,} of {images:,} images, as many of each class as "
            "can be."
        )
    for kind in ("latent", "concept"):
        if len(ids[kind]) == MOST[kind]:
            yield f"The map shows the {MOST[kind]:,} {kind}s with the best claim to be on it."


ATLAS = Stage(
    name="atlas",
    title="Map",
    needs=(
        "model",
        "images",
        "text",
        "text_maps",
        "concepts",
        "autoencoder",
        "units",
        "labels",
        "shortcuts",
    ),
    inputs=lambda _: {"most": MOST, "neighbours": NEIGHBOURS, "min_dist": MIN_DIST},
    run=_run,
)
