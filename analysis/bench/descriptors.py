"""Do concept scores mean something? A class's own descriptors against all the others'.

Lists of descriptors that a person (or a language model) wrote for each class are a truth of a kind:
a concept score that means something ranks a class's own descriptors above other classes'. Every
class is scored by a map that never saw it. The text encoder alone, asked for the name, is the rival
to beat: a map that only handed on what names and descriptors share would not beat it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import rankdata

from analysis.bench.figures import Figures, Interval
from analysis.bench.intervals import Tally, bootstrap
from analysis.concepts import hub_corrected
from analysis.errors import InputError
from analysis.progress import Progress
from analysis.shortcuts.candidates import standardise
from analysis.text.cache import encode_cached
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts
from analysis.textmap.base import cosine, unit_rows
from analysis.textmap.choose import closed_forms
from analysis.textmap.floors import RandomEstimator
from analysis.textmap.held_out import cross_fit, held_out_cosines

BEST = 50
PROMPTS = ("{}", "an image of {}", "a photo showing {}")
"""Averaged on the side of the descriptors in one of the rows."""


def bench_descriptors(
    names: Sequence[str],
    weights: Float[np.ndarray, "classes features"],
    encoder: TextEncoder,
    descriptors: Mapping[str, Sequence[str]],
    *,
    model: str,
    seed: int,
    progress: Progress,
) -> list[Figures]:
    """A row for each way of scoring: AUC and recall among the best 50, means over classes.

    Raises:
        InputError: no class has a descriptor of its own.
    """
    texts = list(dict.fromkeys(text for own in descriptors.values() for text in own))
    own = own_descriptors(names, descriptors, texts)
    rows = []
    with progress.task("Descriptors", 2 + len(closed_forms())) as advance:
        for title, scores in _scorings(names, weights, encoder, texts, seed, lambda: advance(1)):
            auc, recall = per_class(scores, own)
            rows.append(
                {"scored by": title, "auc": _mean(auc, seed), "recall": _mean(recall, seed)}
            )
    columns = {"scored by": "scored by", "auc": "AUC (%)", "recall": f"recall among {BEST} (%)"}
    settings = {
        "model": model,
        "text encoder": encoder.name,
        "classes": f"{int(own.any(1).sum())} of {len(names)} with descriptors",
        "descriptors": len(texts),
        "seed": seed,
        "intervals": "95 %, bootstrap over classes",
    }
    return [Figures("A class's own descriptors among all", columns, rows, settings, NOTES)]


NOTES = (
    "Every map is cross-fitted: none saw the class it judges. Corrected: less half of the "
    "concept's hubness, as the audit ranks concepts. Averaged: descriptors encoded in three "
    "prompts; the audit encodes them as they stand, as the paper does (§4.3).",
    "The descriptors come from the names, so that names predict them; an AUC of 50 % is chance.",
)


def load_descriptors(path: Path) -> dict[str, list[str]]:
    """``{class name: [texts]}`` as JSON.

    Raises:
        InputError: the file is missing or has another shape.
    """
    try:
        value = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the descriptors {path} ({error}): give JSON") from error
    shaped = isinstance(value, dict) and all(
        isinstance(own, list) and all(isinstance(text, str) for text in own)
        for own in value.values()
    )
    if not shaped:
        raise InputError(f"the descriptors {path} have another shape: give {{class: [texts]}}")
    return {name: [text.strip() for text in own if text.strip()] for name, own in value.items()}


def own_descriptors(
    names: Sequence[str], descriptors: Mapping[str, Sequence[str]], texts: Sequence[str]
) -> Bool[np.ndarray, "classes texts"]:
    """Which texts were written for which class; names are compared without case."""
    position = {text: i for i, text in enumerate(texts)}
    by_name = {name.casefold(): own for name, own in descriptors.items()}
    own = np.zeros((len(names), len(texts)), bool)
    for c, name in enumerate(names):
        own[c, [position[text] for text in by_name.get(name.casefold(), ())]] = True
    if not own.any():
        raise InputError("no class has descriptors: their file must name classes as the audit does")
    return own


def per_class(
    scores: Float[np.ndarray, "classes texts"], own: Bool[np.ndarray, "classes texts"]
) -> tuple[Float[np.ndarray, " described"], Float[np.ndarray, " described"]]:
    """AUC of own against other texts, and the share of own among the best, per described class."""
    aucs, recalls = [], []
    for row, mine in zip(scores, own, strict=True):
        if not mine.any():
            continue
        ranks = rankdata(row)  # from 1, the best highest, ties shared
        positives, negatives = mine.sum(), (~mine).sum()
        pairs = ranks[mine].sum() - positives * (positives + 1) / 2
        aucs.append(pairs / (positives * negatives))
        recalls.append((len(row) - ranks[mine] < BEST).mean())
    return np.array(aucs), np.array(recalls)


def _scorings(
    names: Sequence[str],
    weights: np.ndarray,
    encoder: TextEncoder,
    texts: Sequence[str],
    seed: int,
    advance: Callable[[], None],
) -> Iterator[tuple[str, np.ndarray]]:
    """Titles and scores, one at a time: each is as large as classes × texts."""
    bare = encode_cached(encoder, class_prompts(names, "{}"))
    encoded = encode_cached(encoder, texts)
    several = [encode_cached(encoder, [one.format(text) for text in texts]) for one in PROMPTS]
    averaged = unit_rows(np.mean(several, axis=0))
    alone = cosine(bare, encoded)
    yield "text encoder alone, cosine", alone
    yield "text encoder alone, corrected", hub_corrected(alone)
    advance()
    prompts = encode_cached(encoder, class_prompts(names))
    for estimator in (RandomEstimator(), *closed_forms()):
        fit = cross_fit(estimator, prompts, weights, seed=seed)
        of_map = estimator.name + (" (floor)" if estimator.is_floor else "")
        scores = held_out_cosines(fit, weights, encoded)
        yield f"{of_map}, cosine", scores
        if not estimator.is_floor:
            yield f"{of_map}, z over classes", standardise(scores)
            yield f"{of_map}, corrected", hub_corrected(scores)
            scores = held_out_cosines(fit, weights, averaged)
            yield f"{of_map}, corrected, averaged", hub_corrected(scores)
        advance()


def _mean(values: np.ndarray, seed: int) -> Interval:
    tally = Tally(values, np.ones(len(values)))
    return bootstrap(tally.percent, len(values), seed=seed)
