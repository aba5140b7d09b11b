"""The fast mode of the free sentences against the faithful one, on the same images of an audit.

The faithful mode is the paper's search (section 3.2); its sentences are kept between runs, with the
time they took when they were searched for. The floor is the fast mode's sentence of another image
on this one. The judge is another text map of the audit, which steered neither search; both maps
were fitted on the same classes, so it is a second opinion, no independent one.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.bench.faithful import faithful
from analysis.bench.figures import Figures
from analysis.bench.kept_audit import drawn_images, encoder_of, model_of, setting_of
from analysis.bench.paired import mean_of
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.fast import FastSearch
from analysis.explain.grounds import Decision, Grounds
from analysis.explain.language_model import LanguageModel, load_language_model
from analysis.explain.ledger import Examiner, Ledger
from analysis.explain.methods import OPENING, said_of
from analysis.explain.scoring import TextDirection
from analysis.explain.zero_shot import Explanation
from analysis.explanation_wording import segments
from analysis.pipeline.explained import grounds_of
from analysis.progress import Progress
from analysis.textmap.base import cosine
from analysis.threads import half_the_threads, torch_threads
from db.queries.frame import kept_maps
from db.queries.images import image_paths
from db.reader import AuditReader

FAITHFUL, FAST, FLOOR = "faithful", "fast", "floor"


@dataclass(frozen=True)
class Cost:
    """What explaining images took; encodings are texts that went through the text encoder."""

    wall: float
    processor: float
    encodings: int


@dataclass(frozen=True)
class Judged:
    """What the sentences of one mode are worth."""

    measures: Mapping[str, Float[np.ndarray, " images"]]
    ledgers: tuple[Ledger, ...]


def bench_explanations(
    directory: Path, *, images: int, seed: int, progress: Progress
) -> list[Figures]:
    """What the sentences are worth, what they took, and the sentences.

    Args:
        images: at most; each of another class.

    Raises:
        InputError: the audit has no text maps, or too few labelled images.
        TextError: the audit's language model cannot be had.
    """
    with AuditReader(directory) as audit:
        encoder, drawn = encoder_of(audit), drawn_images(audit, images, seed=seed)
        steering, judging, *_ = kept_maps(audit.engine)
        grounds = grounds_of(audit, encoder, text_map=steering)
        judge = grounds_of(audit, encoder, text_map=judging).text_direction
        lm = load_language_model(setting_of(audit, "language_model"))
        title, paths = f"Sentences on {model_of(audit)}", image_paths(audit.engine)
    slow, slow_cost = _faithful(grounds, drawn, lm, seed=seed, progress=progress)
    fast, fast_cost = _fast(grounds, drawn, lm)
    decisions = [grounds.decision_on(feature) for feature in grounds.features[drawn]]
    told = {FAITHFUL: slow, FAST: fast, FLOOR: [*fast[1:], fast[0]]}
    judged = {
        mode: judge_sentences(grounds, judge, decisions, found, seed=seed)
        for mode, found in told.items()
    }
    settings = {
        "audit": directory.name,
        "images": len(drawn),
        "seed": seed,
        "text map": steering,
        "judge": judging,
        "language model": lm.known_as,
    }
    sentences = [
        {
            "image": paths[image],
            "decision": grounds.class_names[decision.class_id],
            FAITHFUL: struck(slow[i], judged[FAITHFUL].ledgers[i]),
            FAST: struck(fast[i], judged[FAST].ledgers[i]),
        }
        for i, (image, decision) in enumerate(zip(drawn, decisions, strict=True))
    ]
    costs = _costs(slow_cost, fast_cost, len(drawn))
    return [
        Figures(title, _COLUMNS, list(_worth(judged)), settings, _NOTES),
        Figures("What an image takes", _COST_COLUMNS, costs, {}, _COST_NOTES),
        Figures("The sentences", _SENTENCES, sentences, {"struck out": "~~a claim that fails~~"}),
    ]


_MEASURES = {
    "objective": "objective: cos(f, û(sentence))",
    "judge": "judge: the same by another map",
    "fluency": "fluency, nats a token",
    "claims": "claims",
    "supported": "share of claims supported",
    "units": "units cited",
    "share": "share of the lead that they hold",
    "fall": "fall of p without them, less random",
    "deletion": "deletion area, less random",
}
_COLUMNS = {
    "measure": "measure",
    FAITHFUL: FAITHFUL,
    FAST: FAST,
    FLOOR: FLOOR,
    "difference": "fast - faithful, paired",
    "beyond": "fast - floor, paired",
}
_COST_COLUMNS = {
    "mode": "mode",
    "wall": "seconds",
    "processor": "processor seconds",
    "encodings": "texts encoded",
}
_SENTENCES = {"image": "image", "decision": "decision", FAITHFUL: FAITHFUL, FAST: FAST}
_NOTES = [
    "Floor: the fast mode's sentence of the next image in place of this one's. Brackets: 95 % "
    "bootstrap over images.",
    "Both searches raise the objective, so it is no evidence of either; the judge is another text "
    "map, fitted on the same class names.",
    "Random: as many active units, mean of 200 draws. Deletion area: mean of p as cited units "
    "are masked one by one; below zero it falls faster than by random ones.",
]
_COST_NOTES = [
    "The fast mode's setup, once for all images, is in its figures. The faithful mode's are of "
    "when its sentences were searched for, which may be an earlier run on a busier machine.",
]


def _faithful(
    grounds: Grounds,
    images: Sequence[int],
    lm: LanguageModel,
    *,
    seed: int,
    progress: Progress,
) -> tuple[list[Explanation], Cost]:
    found = faithful(grounds, images, lm, NleConfig(), seed=seed, progress=progress)
    told = [one.told for one in found]
    cost = Cost(
        wall=sum(one.seconds for one in told),
        processor=sum(one.processor_seconds for one in found),
        encodings=sum(one.encodings for one in told),
    )
    return told, cost


def _fast(
    grounds: Grounds, images: Sequence[int], lm: LanguageModel
) -> tuple[list[Explanation], Cost]:
    """All images at once, with as many threads as the faithful mode has."""
    encoded = 0

    def counted(texts: Sequence[str]) -> np.ndarray:
        nonlocal encoded
        encoded += len(texts)
        return grounds.text_direction(texts)

    wall, processor = time.perf_counter(), time.process_time()
    with torch_threads(half_the_threads()):
        told = FastSearch(counted, lm, FastConfig()).explain(
            grounds.features[images] - grounds.mean
        )
    cost = Cost(time.perf_counter() - wall, time.process_time() - processor, encoded)
    return told, cost


def judge_sentences(
    grounds: Grounds,
    judge: TextDirection,
    decisions: Sequence[Decision],
    told: Sequence[Explanation],
    *,
    seed: int,
) -> Judged:
    """Measures of a sentence for each decision, whichever it was written for."""
    examiner = Examiner(grounds, seed=seed)
    ledgers = tuple(
        examiner.examine(said_of(one), decision)
        for one, decision in zip(told, decisions, strict=True)
    )
    targets = np.stack([decision.feature for decision in decisions]) - grounds.mean
    texts = [one.text for one in told]
    measures = {
        "objective": np.diag(cosine(grounds.text_direction(texts), targets)),
        "judge": np.diag(cosine(judge(texts), targets)),
        "fluency": np.array([one.fluency for one in told]),
        "claims": np.array([float(len(one.claims)) for one in ledgers]),
        "supported": np.array([_supported(one) for one in ledgers]),
        "units": np.array([float(len(one.cited)) for one in ledgers]),
        "share": np.array([one.share for one in ledgers]),
        "fall": np.array([_beyond_random(one) for one in ledgers]),
        "deletion": np.array([one.deletion.area[0] - one.deletion.area[1] for one in ledgers]),
    }
    return Judged(measures, ledgers)


def _supported(ledger: Ledger) -> float:
    """Share of the claims; none where nothing is claimed."""
    return sum(claim.supported for claim in ledger.claims) / max(1, len(ledger.claims))


def _beyond_random(ledger: Ledger) -> float:
    falls = {masked.units: masked.probability_drop for masked in ledger.masked}
    return falls["cited"] - falls["random"]


def struck(told: Explanation, ledger: Ledger) -> str:
    """A sentence without its opening, the claims that fail between ``~~``."""
    claims = [
        {"start": c.phrase.start, "end": c.phrase.end, "number": i, "supported": c.supported}
        for i, c in enumerate(ledger.claims)
    ]
    cut = segments(said_of(told).text, claims)
    return "".join(one.text if one.supported else f"~~{one.text}~~" for one in cut).removeprefix(
        OPENING
    )


def _worth(judged: Mapping[str, Judged]) -> Iterator[dict[str, Any]]:
    for key, heading in _MEASURES.items():
        of = {mode: one.measures[key] for mode, one in judged.items()}
        yield {
            "measure": heading,
            **{mode: float(values.mean()) for mode, values in of.items()},
            "difference": mean_of(of[FAST] - of[FAITHFUL]),
            "beyond": mean_of(of[FAST] - of[FLOOR]),
        }


def _costs(slow: Cost, fast: Cost, images: int) -> list[dict[str, Any]]:
    """Of one image, the mean; and how many times as much the faithful mode takes."""

    def row(cost: Cost) -> dict[str, Any]:
        return {
            "wall": cost.wall / images,
            "processor": cost.processor / images,
            "encodings": round(cost.encodings / images),
        }

    times = {key: value / vars(fast)[key] for key, value in vars(slow).items()}
    return [
        {"mode": FAITHFUL, **row(slow)},
        {"mode": FAST, **row(fast)},
        {"mode": f"{FAITHFUL} / {FAST}", **times},
    ]
