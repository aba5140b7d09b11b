"""What a decision loses without the units that an explanation cites, against what others cost it.

The units are those of the pipeline method, which searches for them; the bound is the best set of as
many units that there is, found by trying all. It tells whether a decision hangs on so few units at
all: where twice as many random ones are half of all active ones, no choice can be many times worse.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any, get_args

import numpy as np
from jaxtyping import Float

from analysis.bench.figures import Figures
from analysis.bench.kept_audit import drawn_images, encoder_of, model_of
from analysis.bench.paired import ratio_of
from analysis.explain.grounds import Decision, Grounds, UnitKind
from analysis.explain.ledger import Examiner
from analysis.explain.masking import Masker
from analysis.explain.meaning.pipeline import explain_by_pipeline
from analysis.pipeline.explained import grounds_of
from analysis.progress import Progress
from db.reader import AuditReader

COUNTS = (3, 1)
"""Units cited at most."""
MOST_SETS = 20_000
"""Sets that are tried for the bound; where there are more it is left out."""
CITED, RANDOM, BEST = "cited", "random", "best set there is"


@dataclass(frozen=True)
class Loss:
    """What masking one set of units does to a decision; of random sets the mean.

    Attributes:
        logit: fall of the class's logit less the mean of all classes'.
        probability: fall of the class's probability.
        lost: share of the sets without which another class wins; None where it was not counted.
    """

    logit: float
    probability: float
    lost: float | None = None


@dataclass(frozen=True)
class Weighed:
    """One decision: how many units are active and cited, and what masking each set costs."""

    active: int
    cited: int
    losses: dict[str, Loss]


def bench_masking(
    directories: Sequence[Path], *, images: int, seed: int, progress: Progress
) -> list[Figures]:
    """A table for each audit.

    Args:
        images: at most; each of another class.

    Raises:
        InputError: an audit has no text map, or too few labelled images.
    """
    return [_of_audit(path, images=images, seed=seed, progress=progress) for path in directories]


_COLUMNS = {
    "units": "up to",
    "masked": "masked",
    "probability": "p falls by",
    "probability times": "cited / this",
    "probability bound": "best set / this",
    "logit": "logit falls by",
    "logit times": "cited / this",
    "lost": "another class wins, %",
}
_NOTES = [
    "Logit: of the class less the mean of all classes'. Brackets: 95 % bootstrap over images of a "
    "ratio of means, paired.",
    "Random: as many of all active units, the cited ones among them; equal mass: random ones until "
    "they hold as much activation; both the mean of 200 draws. Largest activation: the most active "
    "ones. Plain top concepts: those that say most for the three concepts of highest cosine.",
    "Best set there is: of all sets of as many active units the one without which p is smallest.",
]


def _of_audit(directory: Path, *, images: int, seed: int, progress: Progress) -> Figures:
    rows: list[dict[str, Any]] = []
    told: dict[str, str] = {}
    with AuditReader(directory) as audit:
        encoder, drawn = encoder_of(audit), drawn_images(audit, images, seed=seed)
        for kind in get_args(UnitKind):
            grounds = grounds_of(audit, encoder, kind=kind)
            if grounds.units.kind != kind:
                continue
            decisions = [grounds.decision_on(feature) for feature in grounds.features[drawn]]
            for count in COUNTS:
                weighed = weigh(grounds, decisions, count, seed=seed, progress=progress)
                rows += ({"units": f"{count} {kind}s"} | row for row in _rows(weighed))
                told[f"{kind}s cited, {count} at most"] = _span([one.cited for one in weighed])
                told[f"{kind}s active"] = _span([one.active for one in weighed])
        title = f"Units masked: {model_of(audit)}"
    settings = {"audit": directory.name, "images": len(drawn), "seed": seed, **told}
    return Figures(title, _COLUMNS, rows, settings, _NOTES)


def _span(counts: Sequence[int]) -> str:
    return f"{np.mean(counts):.1f} ({min(counts)} to {max(counts)})"


def weigh(
    grounds: Grounds, decisions: Sequence[Decision], count: int, *, seed: int, progress: Progress
) -> list[Weighed]:
    """Every decision without the units that the pipeline method cites, ``count`` at most."""
    examiner, found = Examiner(grounds, seed=seed), []
    with progress.task(f"Masking {grounds.units.kind}s", len(decisions)) as advance:
        for decision in decisions:
            said = explain_by_pipeline(grounds, decision, count=count, seed=seed)
            ledger = examiner.examine(said, decision)
            masker = Masker.of(grounds, decision)
            losses = {m.units: Loss(m.logit_drop, m.probability_drop) for m in ledger.masked}
            tried = {
                CITED: masker.mask(ledger.cited),
                RANDOM: masker.random(len(ledger.cited), seed=seed),
                BEST: best_set(masker, len(ledger.cited)),
            }
            losses |= {n: _loss(masker, masks) for n, masks in tried.items() if masks is not None}
            found.append(Weighed(len(masker.active), len(ledger.cited), losses))
            advance(1)
    return found


def best_set(masker: Masker, count: int) -> Float[np.ndarray, "1 active"] | None:
    """The mask of ``count`` active units that takes most from the class's probability.

    None where there are more than ``MOST_SETS`` such masks.
    """
    active = len(masker.active)
    sets = comb(active, count)
    if sets > MOST_SETS:
        return None
    masks = np.zeros((sets, active))
    chosen = np.array(list(combinations(range(active), count)), int)
    np.put_along_axis(masks, chosen, 1, axis=1)
    return masks[masker.fall(masks).probability.argmax()][None]


def _loss(masker: Masker, masks: Float[np.ndarray, "sets active"]) -> Loss:
    fall = masker.fall(masks)
    won = masker.probabilities(masks).argmax(axis=1)
    return Loss(
        logit=float(fall.logit.mean()),
        probability=float(fall.probability.mean()),
        lost=float((won != masker.class_id).mean()),
    )


def _rows(weighed: Sequence[Weighed]) -> Iterator[dict[str, Any]]:
    """A row for each set that every decision has."""
    names = [n for n in weighed[0].losses if all(n in one.losses for one in weighed)]
    falls = {
        name: {
            scale: np.array([getattr(one.losses[name], scale) for one in weighed])
            for scale in ("probability", "logit")
        }
        for name in names
    }
    for name, fall in falls.items():
        told: dict[str, Any] = {"masked": name, "lost": _lost(weighed, name)}
        for scale, values in fall.items():
            told[scale] = float(values.mean())
            if name not in (CITED, BEST):
                told[f"{scale} times"] = ratio_of(falls[CITED][scale], values)
                if BEST in falls:
                    told[f"{scale} bound"] = ratio_of(falls[BEST][scale], values)
        yield told


def _lost(weighed: Sequence[Weighed], name: str) -> float | None:
    lost = [loss for one in weighed if (loss := one.losses[name].lost) is not None]
    return 100 * float(np.mean(lost)) if lost else None
