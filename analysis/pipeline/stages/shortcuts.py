"""Stage 9: suspected shortcuts of every class, and the evidence for the strong ones."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from analysis.pipeline.erasing import Eraser
from analysis.pipeline.families import autoencoder
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import class_names, concepts, features, labelling_maps, labels
from analysis.shortcuts.candidates import NAME_IMPLIED_SHARE, NAME_IMPLIED_Z, Candidates, Side
from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.shortcuts.pictures import Picture, pictures
from analysis.shortcuts.survey import KEPT_PER_CLASS, Found, Survey, survey
from analysis.shortcuts.verdict import LARGEST_Q, LEAST_SHARE
from analysis.text.kinds import names_a_kind, names_say
from analysis.textmap.saved import stored_cross_fit
from db.schema import Evidence, EvidenceImage, Finding

MOST_ERASED = 40
"""Findings of a text map whose regions are erased, the smallest q first."""
Rows = dict[type[Any], list[dict[str, Any]]]


def _run(context: Context) -> Outcome:
    rows: Rows = {Finding: [], Evidence: [], EvidenceImage: []}
    implied: dict[str, np.ndarray] = {}
    names = labelling_maps(context)
    texts, head, seen = _texts(context), _head(context), _seen(context)
    eraser = None if seen is None or seen.autoencoder is None else Eraser.of(context)
    with context.progress.task("Searching classes", len(names) * len(head.weight)) as advance:
        for name in names:
            fit = stored_cross_fit(name, context.store.array, len(head.weight))
            found = survey(fit, texts, head, seen, seed=context.config.seed, progress=advance)
            _put(rows, name, found, _erased(context, eraser, found))
            implied[f"name_implied.{name}"] = found.candidates.name_implied
    return Outcome(rows=rows, arrays=implied)


def _texts(context: Context) -> Texts:
    arrays = (
        np.asarray(context.store.array(f"{kind}_embeddings"))
        for kind in ("prompt", "name", "concept")
    )
    names, words = class_names(context).names, concepts(context)
    return Texts(*arrays, kinds=names_a_kind(names, words), said=names_say(names, words))


def _head(context: Context) -> Head:
    return Head(*(np.asarray(context.store.array(name)) for name in ("class_embeddings", "bias")))


def _seen(context: Context) -> Seen | None:
    images = features(context)
    if images is None:
        return None
    latents = None if "autoencoder" in context.skipped else autoencoder(context)
    return Seen(images, labels(context), latents)


def _erased(
    context: Context, eraser: Eraser | None, found: Survey
) -> dict[tuple[int, int], tuple[Found, list[Picture]]]:
    """The strongest tested findings with one line more, and the images it rests on."""
    if eraser is None:
        return {}
    tested = sorted((f for f in found.findings if f.case is not None), key=lambda f: f.q)
    told = {}
    with context.progress.task("Erasing regions", min(MOST_ERASED, len(tested))) as advance:
        for finding in tested[:MOST_ERASED]:
            assert finding.case is not None
            line, images = eraser.test(finding.case)
            pair = finding.class_id, finding.concept_id
            told[pair] = replace(finding, lines=(*finding.lines, line)), images
            advance(1)
    return told


def _put(
    rows: Rows,
    text_map: str,
    found: Survey,
    erased: dict[tuple[int, int], tuple[Found, list[Picture]]],
) -> None:
    """Findings, their evidence and their images as rows."""
    first_id = len(rows[Finding])
    pairs = [(finding.class_id, finding.concept_id) for finding in found.findings]
    ids = {pair: first_id + i for i, pair in enumerate(pairs)}
    for pair, plain in zip(pairs, found.findings, strict=True):
        finding, more = erased.get(pair, (plain, []))
        rows[Finding].append(
            {
                "id": ids[pair],
                "text_map": text_map,
                "duplicate_of": _id_of(finding.duplicate_of, finding.class_id, ids),
                **_fields(finding),
                **_scores(found.candidates, *pair),
            }
        )
        rows[Evidence] += [asdict(line) | {"finding_id": ids[pair]} for line in finding.lines]
        if finding.case is not None:
            shown = [*pictures(finding.case), *more]
            rows[EvidenceImage] += [asdict(p) | {"finding_id": ids[pair]} for p in shown]


def _id_of(concept: int | None, class_id: int, ids: Mapping[tuple[int, int], int]) -> int | None:
    return None if concept is None else ids[class_id, concept]


def _fields(finding: Found) -> dict[str, Any]:
    named = ("class_id", "concept_id", "position", "rank", "name_implied", "verdict", "named_share")
    return {name: getattr(finding, name) for name in named} | {
        "score": finding.strength,
        "q": finding.q,
    }


def _scores(judged: Candidates, c: int, u: int) -> dict[str, float | None]:
    sides = {"weights": judged.weights, "features": judged.features, "latents": judged.latents}
    scores = dict(item for name, side in sides.items() for item in _side(name, side, c, u))
    return scores | {"p": float(judged.p[c, u]), "z_name": float(judged.z_name[c, u])}


def _side(name: str, side: Side | None, c: int, u: int) -> Iterator[tuple[str, float | None]]:
    seen = side is not None and bool(np.isfinite(side.score[c, u]))
    yield f"score_{name}", float(side.score[c, u]) if side is not None and seen else None
    yield f"z_{name}", float(side.z[c, u]) if side is not None and seen else None


SHORTCUTS = Stage(
    name="shortcuts",
    title="Shortcuts",
    needs=("model", "images", "text", "text_maps", "autoencoder"),
    inputs=lambda _: {
        "kept": KEPT_PER_CLASS,
        "name_implied": [NAME_IMPLIED_Z, NAME_IMPLIED_SHARE],
        "largest_q": LARGEST_Q,
        "least_share": LEAST_SHARE,
        "erased": MOST_ERASED,
    },
    run=_run,
)
