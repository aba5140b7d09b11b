"""Stage 12: some decisions explained by all three methods, each claim tested; and the stages by
which ``glowworm explain`` adds more."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from analysis.errors import TextError
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.meaning.pipeline import CITED
from analysis.explain.methods import METHODS, Settings
from analysis.explain.said import Method
from analysis.explain.texter.texter import TexterConfig
from analysis.pipeline.explaining import Explained, Explainer, explanation_rows
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features, labels, logits
from db import schema
from db.queries.explanations import next_explanation_id
from db.rows import Rows

NEEDS = ("model", "images", "text", "text_maps", "concepts", "autoencoder", "units", "labels")


def added_stage(name: str, explainer: Explainer, found: Sequence[Explained]) -> Stage:
    """A stage that stores more explanations; what stood under this name before is replaced."""
    return Stage(
        name=f"explain {name}",
        title="Explanations",
        needs=NEEDS,
        inputs=lambda _: {"methods": sorted({one.method for one in found})},
        run=lambda context: Outcome(rows=_rows(context, explainer, found)),
    )


def _run(context: Context) -> Outcome:
    explainer = Explainer(context, settings_of(context))
    methods, notes = _possible(explainer)
    subjects = [explainer.image(i) for i in _choose(context).tolist()]
    found = [
        one
        for method in methods
        for some in explainer.explain(method, subjects, at_once=len(subjects))
        for one in some
    ]
    return Outcome(rows=_rows(context, explainer, found), notes=[*notes, *notes_of(found)])


def _rows(context: Context, explainer: Explainer, found: Sequence[Explained]) -> Rows:
    texts, claims, units = explanation_rows(
        explainer, found, context=context, first_id=next_explanation_id(context.store.engine)
    )
    return {schema.Explanation: texts, schema.Claim: claims, schema.ClaimUnit: units}


def settings_of(context: Context) -> Settings:
    """As the audit was asked for."""
    return Settings(faithful=context.config.full_explanations, seed=context.config.seed)


def _possible(explainer: Explainer) -> tuple[tuple[Method, ...], list[str]]:
    """All methods, or those that need no language model where none can be had."""
    try:
        _ = explainer.language_model
    except TextError as error:
        kept: tuple[Method, ...] = ("texter", "pipeline")
        return kept, [f"WARNING: zero-shot explanations were left out: {error}."]
    return METHODS, []


def _choose(context: Context) -> np.ndarray:
    """Images to explain: the most confident mistakes for one half, images drawn by seed for the
    rest, each of another class as far as there are enough."""
    count = context.config.explain
    scores, known = logits(context), labels(context)
    predicted = scores.argmax(1)
    wrong = np.flatnonzero((known >= 0) & (predicted != known))
    margin = np.sort(scores[wrong], axis=1)
    by_confidence = wrong[np.argsort(margin[:, -2] - margin[:, -1], kind="stable")]
    mistakes = _of_different_classes(by_confidence, predicted, count // 2)
    drawn = np.random.default_rng(context.config.seed).permutation(len(scores))
    right = drawn[~np.isin(drawn, wrong)]
    return np.concatenate(
        [mistakes, _of_different_classes(right, predicted, count - len(mistakes))]
    )


def _of_different_classes(order: np.ndarray, classes: np.ndarray, count: int) -> np.ndarray:
    _, first = np.unique(classes[order], return_index=True)
    varied = np.concatenate([order[np.sort(first)], np.delete(order, first)])
    return varied[:count]


def notes_of(found: Sequence[Explained]) -> list[str]:
    """What was claimed and struck out, and by which search the sentences were found."""
    if not found:
        return []
    claims = [claim for one in found for claim in one.ledger.claims]
    struck = sum(not claim.supported for claim in claims)
    notes = [
        f"Explanations: {len(found)}, with {len(claims)} claims, of which {struck} did not stand "
        "the tests and are struck out."
    ]
    if any(one.told.config.get("mode") == "fast" for one in found):
        notes.append(
            "Zero-shot sentences were searched by the fast mode, a beam search in place of the "
            "paper's prefixes (audit --full-explanations and explain --full take these; minutes "
            "an image)."
        )
    return notes


def _skip(context: Context) -> str | None:
    if features(context) is None:
        return "explanations are about images, and this audit has none"
    if "units" in context.skipped:
        return "there are no latents and neurons to tie claims to"
    if context.config.explain == 0:
        return "none was asked for (--explain 0)"
    return None


EXPLANATIONS = Stage(
    name="explanations",
    title="Explanations",
    needs=NEEDS,
    inputs=lambda context: {
        "language_model": context.config.language_model,
        "count": context.config.explain,
        "faithful": context.config.full_explanations,
        "settings": [
            asdict(NleConfig() if context.config.full_explanations else FastConfig()),
            asdict(TexterConfig()),
            CITED,
        ],
    },
    run=_run,
    skip=_skip,
)
