"""A stage added to a finished audit: the canary certificate."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from analysis.canary.altered import altered_features
from analysis.canary.certificate import BACKBONE, OWN, Planted, Trial, as_never_seen, run_trials
from analysis.canary.cues import CUES
from analysis.canary.planting import (
    CORRELATIONS,
    ELSEWHERE,
    LEAST_IMAGES,
    NO_CUE,
    Plan,
    make_plan,
    too_few,
)
from analysis.canary.summary import STATED, shares
from analysis.canary.words import Vocabulary
from analysis.canary_wording import MAPS, strengths, would_have_found
from analysis.pipeline.again import audited_classifier
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import (
    class_names,
    concepts,
    encode,
    features,
    images_root,
    labels,
)
from analysis.textmap.saved import stored_cross_fit
from db.queries.frame import shown_first
from db.queries.images import image_paths
from db.schema import Canary, Measure

NAMED_AT_MOST = 20
"""Classes with too few images that a note names."""


def _run(context: Context) -> Outcome:
    everything = _vocabulary(context)
    plan = make_plan(labels(context), everything.says_so(), seed=context.config.seed)
    planted = Planted(plan, np.asarray(features(context))[plan.images], _altered(context, plan))
    vocabulary = everything.of_classes(plan.classes)
    text_map = shown_first(context.store.engine)
    assert text_map is not None
    whole = stored_cross_fit(text_map, context.store.array, len(everything.names))
    trials = list(
        run_trials(
            planted,
            vocabulary,
            as_never_seen(whole, plan.classes),
            seed=context.config.seed,
            device=context.config.device,
            progress=context.progress,
        )
    )
    rows = [{"id": i, **_row(trial, plan, vocabulary)} for i, trial in enumerate(trials, 1)]
    return Outcome(
        rows={Canary: rows, Measure: list(_measures(trials))},
        notes=[*_notes(context, plan), *_told(rows)],
    )


def _vocabulary(context: Context) -> Vocabulary:
    embeddings = (
        np.asarray(context.store.array(f"{kind}_embeddings"))
        for kind in ("prompt", "name", "concept")
    )
    names, words = tuple(class_names(context).names), tuple(concepts(context))
    return Vocabulary(names, words, *embeddings).with_cues(lambda texts: encode(context, texts))


def _altered(context: Context, plan: Plan) -> np.ndarray:
    paths = image_paths(context.store.engine)
    return altered_features(
        audited_classifier(context.store, context.config.model),
        images_root(context),
        [paths[i] for i in plan.images.tolist()],
        plan.wanted(),
        batch_size=context.config.batch_size,
        workers=context.config.workers,
        progress=context.progress,
    )


def _row(trial: Trial, plan: Plan, vocabulary: Vocabulary) -> dict[str, Any]:
    planted, found = trial.cue != NO_CUE, trial.found
    named = found.concept_id if found is not None and planted else None
    return {
        "text_map": trial.text_map,
        "correlation": trial.correlation,
        "class_id": int(plan.classes[trial.row]),
        "cue": CUES[trial.cue].name if planted else None,
        "concept": None if named is None else vocabulary.concepts[named],
        "rank": trial.rank,
        "top": None if trial.top is None else vocabulary.concepts[trial.top],
        "q": None if found is None else found.q,
        "verdict": trial.verdict,
        "accuracy_with": trial.accuracy_with,
        "accuracy_without": trial.accuracy_without,
        "n_images": int(plan.sizes[trial.row]),
    }


def _measures(trials: Sequence[Trial]) -> Iterator[dict[str, Any]]:
    stated = [one for one in trials if one.correlation == STATED]
    for text_map in (OWN, BACKBONE):
        for share in shares(stated, text_map):
            if share.n == 0:
                continue
            yield {
                "name": f"canary {share.name}, {text_map} map",
                "value": share.value,
                "floor": share.floor,
                "n": share.n,
                "what": f"Share of {share.what}, planted at {STATED:.0%} into a copy of the "
                "images; floor: words of cues that were not planted there.",
            }


def _told(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The certificate in words, a sentence for each text map."""
    planted = [row for row in rows if row["cue"] is not None]
    clean = [row for row in rows if row["cue"] is None]
    for name, found in groupby(strengths(planted, clean), key=lambda row: row.text_map):
        yield f"By the {MAPS[name]}: {would_have_found(list(found))}"


def _notes(context: Context, plan: Plan) -> Iterator[str]:
    plants = plan.cues[plan.cues != NO_CUE]
    yield (
        f"Canaries: {len(plants)} of {len(plan.classes)} classes carry one of "
        f"{len(np.unique(plants))} cues, the others carry each on {ELSEWHERE:.0%} of their "
        f"images; {len(plan.images)} images."
    )
    names = class_names(context).names
    small = too_few(labels(context), len(names)).tolist()
    if small:
        sizes = np.bincount(labels(context)[labels(context) >= 0], minlength=len(names))
        told = ", ".join(f"{names[c]} ({sizes[c]})" for c in small[:NAMED_AT_MOST])
        more = f" and {len(small) - NAMED_AT_MOST} more" if len(small) > NAMED_AT_MOST else ""
        yield (
            f"Insufficient: {len(small)} classes have fewer than {LEAST_IMAGES} images, nothing "
            f"was planted into them: {told}{more}."
        )


def _skip(context: Context) -> str | None:
    if features(context) is None:
        return "insufficient: cues are planted into labelled images, and this audit has none"
    return None


CANARY = Stage(
    name="canary",
    title="Canary certificate",
    needs=("model", "images", "text", "text_maps"),
    inputs=lambda _: {"correlations": CORRELATIONS, "elsewhere": ELSEWHERE},
    run=_run,
    skip=_skip,
)
