"""Paper Tables 1, 8 and 9: zero-shot classification, generalized and classical (§4.1).

A tenth of the classes is held out. In the generalized setting an image is compared with the class
embeddings of all classes, regressed from their names; in the classical one an image of a held-out
class is compared with the held-out classes alone. The paper's own methods are trained on raw class
embeddings and scored by the raw cosine with f, ours on centred ones and centred f.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from analysis.bench.data import BenchData
from analysis.textmap.base import TextMapEstimator, cosine
from analysis.textmap.calibrate import Calibration, calibrate
from analysis.textmap.choose import auto
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import rank_of
from analysis.textmap.icis import IcisEstimator
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import PAPER_EPOCHS, MlpEstimator
from analysis.textmap.stacked import StackedEstimator

TEST_SHARE = 0.1
PROTOCOL = 1
"""Raised when the protocol changes what a rank means; kept results of another are not used."""
REFERENCES = ("mlp, soft dropout", "mlp, no soft dropout")
"""The paper's two; it takes the better of them for each classifier (Appendix N)."""
AUTO = "auto"
CALIBRATED = "auto, calibrated"


@dataclass(frozen=True)
class Method:
    """An estimator and how its map is scored."""

    name: str
    estimator: TextMapEstimator | None
    """None lets held-out classes choose among the candidates of ``auto``."""
    centred: bool = True
    calibrated: bool = False


@dataclass(frozen=True)
class Ranks:
    """One method on one split; ranks count from 1."""

    generalized: Int[np.ndarray, " images"]
    """Among all classes."""
    classical: Int[np.ndarray, " images"]
    """Among the held-out classes; 0 for images of seen ones."""
    seconds: float
    """To fit the map."""
    choosing: float = 0.0
    """To choose among estimators and to calibrate, apart from that."""
    chosen: str = ""


@dataclass(frozen=True)
class Split:
    """Seen and held-out classes, sorted."""

    seen: Int[np.ndarray, " seen"]
    held_out: Int[np.ndarray, " held_out"]


def methods(epochs: int = PAPER_EPOCHS) -> list[Method]:
    """Everything compared, floors among it."""
    return [
        Method(REFERENCES[0], MlpEstimator(epochs=epochs), centred=False),
        Method(REFERENCES[1], MlpEstimator(epochs=epochs, soft_dropout=False), centred=False),
        Method("icis", IcisEstimator(), centred=False),
        Method("mean (floor)", MeanEstimator(), centred=False),
        Method("random (floor)", RandomEstimator(), centred=False),
        Method("kernel", KernelEstimator()),
        Method("stacked", StackedEstimator()),
        Method(AUTO, None),
        Method(CALIBRATED, None, calibrated=True),
    ]


def splits(classes: int, count: int, *, seed: int) -> Iterator[Split]:
    """``count`` random splits, each from its own seed."""
    size = max(1, round(TEST_SHARE * classes))
    for i in range(count):
        order = np.random.default_rng(seed + i).permutation(classes)
        yield Split(np.sort(order[size:]), np.sort(order[:size]))


def run_method(method: Method, data: BenchData, split: Split, *, seed: int) -> Ranks:
    """Fit on the seen classes' names and rank every image's class."""
    prompts, weights = data.prompts[split.seen], data.weights[split.seen]
    center = weights.mean(0) if method.centred else np.zeros_like(weights[0])
    estimator, choosing = method.estimator, 0.0
    if estimator is None:
        start = time.perf_counter()
        estimator = auto(prompts, weights, seed=seed).estimator
        choosing = time.perf_counter() - start
    calibration = Calibration()
    if method.calibrated:
        start = time.perf_counter()
        calibration = _calibrate(estimator, data, split, seed)
        choosing += time.perf_counter() - start
    start = time.perf_counter()
    text_map = estimator.fit(prompts, weights - center, seed=seed)
    seconds = time.perf_counter() - start
    ranks = _rank(method, data, split, text_map(data.prompts), seconds, calibration)
    chosen = estimator.name if method.estimator is None else ""
    if method.calibrated:
        chosen += f", α {calibration.slope:g}, δ {calibration.offset:g}"
    return replace(ranks, choosing=choosing, chosen=chosen)


def head_ranks(data: BenchData, split: Split) -> Ranks:
    """The ceiling: the classifier's own class embeddings, of held-out classes too."""
    own = data.weights - data.weights[split.seen].mean(0)
    return _rank(Method("head", None), data, split, own, 0.0)


def _calibrate(
    estimator: TextMapEstimator, data: BenchData, split: Split, seed: int
) -> Calibration:
    of_seen = np.isin(data.labels, split.seen)
    return calibrate(
        estimator,
        data.prompts[split.seen],
        data.weights[split.seen],
        data.features[of_seen],
        np.searchsorted(split.seen, data.labels[of_seen]),
        seed=seed,
    )


def _rank(
    method: Method,
    data: BenchData,
    split: Split,
    directions: Float[np.ndarray, "classes features"],
    seconds: float,
    calibration: Calibration | None = None,
) -> Ranks:
    features = data.features
    if method.centred:
        features = features - features[np.isin(data.labels, split.seen)].mean(0)
    cosines = cosine(features, directions)
    of_held_out = np.isin(data.labels, split.held_out)
    among = np.searchsorted(split.held_out, data.labels[of_held_out])
    classical = np.zeros(len(features), int)
    classical[of_held_out] = rank_of(cosines[of_held_out][:, split.held_out], among)
    scores = (calibration or Calibration())(cosines, split.held_out)
    return Ranks(rank_of(scores, data.labels), classical, seconds)
