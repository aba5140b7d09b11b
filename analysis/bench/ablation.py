"""Paper Table 6: what each part of the text map brings, and what other text encoders do (App. D).

The splits are those of ``glowworm bench zero-shot``, and everything is the paper's: raw class
embeddings, raw cosines, the generalized setting. For its two simplest rows the paper says what
stands for the held-out classes' embeddings and not what for the seen ones'; here every row is a
text map, so the seen classes' embeddings come from it too.
"""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float
from torch.nn import functional

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures
from analysis.bench.generalized import (
    METRICS,
    Tallies,
    accuracies,
    difference,
    settings,
    tallies,
)
from analysis.bench.kept import kept_ranks
from analysis.bench.zero_shot import REFERENCES, Method, Split, methods, splits
from analysis.cache import digest
from analysis.progress import Advance, Progress
from analysis.text.encoder import TextEncoder
from analysis.text.prompts import class_prompts
from analysis.textmap.base import TextMapEstimator
from analysis.textmap.mlp import MlpEstimator, train
from analysis.textmap.net import NetMap

FULL = "+ soft dropout"
"""The last step: the paper's net."""


@dataclass(frozen=True)
class MseMlpEstimator:
    """The net of ``config`` trained by the mean squared error in place of the cosine loss.

    All else is as in ``MlpEstimator.fit``, and the same seed starts from the same parameters. The
    net ends in a LayerNorm (Appendix I), which gives every output the same length before a scale
    and an offset that all classes share. So this net, too, can do little about the lengths of
    single class embeddings; whether the paper's baseline ends in one the paper does not say.
    """

    config: MlpEstimator
    name: str = "mlp"
    is_floor: bool = False

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> NetMap:
        """Train on all pairs at once; the same seed gives the same map on the same machine."""
        return train(self.config, embeddings, class_embeddings, seed=seed, loss=functional.mse_loss)

    def describe(self) -> dict[str, Any]:
        """Its configuration, as JSON."""
        return {"loss": "mse", **self.config.describe()}


@dataclass(frozen=True)
class RandomValuesEstimator:
    """Every text is random values between the smallest and the largest entry it was shown."""

    name: str = "random values"
    is_floor: bool = True

    def fit(
        self,
        embeddings: Float[np.ndarray, "classes embedding"],
        class_embeddings: Float[np.ndarray, "classes features"],
        *,
        seed: int,
    ) -> "RandomValues":
        """Note the range; the texts say nothing."""
        del embeddings
        low, high = float(class_embeddings.min()), float(class_embeddings.max())
        return RandomValues(low, high, class_embeddings.shape[1], seed)

    def describe(self) -> dict[str, Any]:
        """Nothing to configure."""
        return {}


@dataclass(frozen=True)
class RandomValues:
    """û is drawn anew for each row, whatever the row says."""

    low: float
    high: float
    dim: int
    seed: int

    def __call__(
        self, embeddings: Float[np.ndarray, "texts embedding"]
    ) -> Float[np.ndarray, "texts features"]:
        """Uniform values; the same for the same number of texts."""
        shape = (len(embeddings), self.dim)
        values = np.random.default_rng(self.seed).uniform(self.low, self.high, shape)
        return values.astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """The range, the width and the seed."""
        return {
            "range": np.array([self.low, self.high]),
            "dim": np.array([self.dim]),
            "seed": np.array([self.seed]),
        }


OWN = (MseMlpEstimator, RandomValuesEstimator, RandomValues)
"""The classes whose code the keys of ``kept_ranks`` do not hold by themselves."""


def steps(epochs: int) -> dict[str, Method]:
    """The rows of the table from the floors up to the paper's net, each a step on the one before.

    Steps that are a method of ``glowworm bench zero-shot`` are that very method, so that a fit
    kept from there serves here.
    """
    table_1 = {method.name: method for method in methods(epochs)}
    bare = MlpEstimator(epochs=epochs, soft_dropout=False, input_dropout_probability=0.0)
    return {
        "mean of the train set": table_1["mean (floor)"],
        "random values": _own("random values", RandomValuesEstimator()),
        "random parameters": Method("mlp, untrained", MlpEstimator(epochs=0), centred=False),
        "baseline (MSE loss)": _own("mlp, MSE loss", MseMlpEstimator(bare)),
        "cosine loss": Method("mlp, no augmentation", bare, centred=False),
        "+ input dropout": table_1[REFERENCES[1]],
        FULL: table_1[REFERENCES[0]],
    }


def bench_ablation(
    data: BenchData,
    *,
    epochs: int,
    count: int,
    seed: int,
    progress: Progress,
    encoders: Sequence[TextEncoder] = (),
) -> list[Figures]:
    """Both halves of Table 6 over ``count`` splits; the second only where encoders are given.

    Args:
        encoders: text encoders to compare with ``data.encoder``, under the paper's net.
    """
    drawn = list(splits(len(data.class_names), count, seed=seed))
    compared = steps(epochs)
    others = [_encoded(data, encoder) for encoder in encoders]
    with progress.task("Ablation", (len(compared) + len(others)) * count) as advance:
        rows = {
            label: _measure(method, data, drawn, seed, advance)
            for label, method in compared.items()
        }
        further = [_measure(compared[FULL], other, drawn, seed, advance) for other in others]
    read_with = {**settings(data, drawn, seed=seed), "epochs": epochs}
    figures = [_parts(rows, read_with, seed=seed)]
    if others:
        under = list(zip([data, *others], [rows[FULL], *further], strict=True))
        figures.append(_encoders(under, read_with, seed=seed))
    return figures


def _own(name: str, estimator: TextMapEstimator) -> Method:
    """A method named after its code besides, so that a fit made by other code is not used."""
    code = digest(*map(inspect.getsource, OWN))
    return Method(f"{name}, code {code}", estimator, centred=False)


def _encoded(data: BenchData, encoder: TextEncoder) -> BenchData:
    prompts = encoder.encode(class_prompts(data.class_names))
    return replace(data, encoder=encoder, prompts=prompts)


def _measure(
    method: Method, data: BenchData, drawn: Sequence[Split], seed: int, advance: Advance
) -> Tallies:
    ranks = []
    for i, split in enumerate(drawn):
        ranks.append(kept_ranks(method, data, split, seed=seed + i).generalized)
        advance(1)
    return tallies(data, drawn, ranks)


def _parts(rows: Mapping[str, Tallies], read_with: Mapping[str, object], *, seed: int) -> Figures:
    cells, before = [], None
    for label, row in rows.items():
        cells.append({"ablation": label, **_cells(row, before, seed=seed)})
        before = row
    return Figures(
        "Ablation of the text map (paper Table 6)",
        {"ablation": "ablation", **_headings("row before")},
        cells,
        read_with,
        PARTS_NOTES,
    )


def _encoders(
    under: Sequence[tuple[BenchData, Tallies]], read_with: Mapping[str, object], *, seed: int
) -> Figures:
    _, first = under[0]
    cells = [
        {
            "encoder": data.encoder.name,
            "width": data.prompts.shape[1],
            **_cells(row, None if row is first else first, seed=seed),
        }
        for data, row in under
    ]
    return Figures(
        "Text encoders under the paper's net (paper Table 6)",
        {"encoder": "text encoder", "width": "k", **_headings("first row")},
        cells,
        {**read_with, "text encoder": "one a row"},
        ENCODER_NOTES,
    )


def _cells(row: Tallies, against: Tallies | None, *, seed: int) -> dict[str, object]:
    """Each accuracy, and its difference to the other row's under ``gain_``."""
    cells: dict[str, object] = {**accuracies(row, seed=seed)}
    if against is not None:
        for metric in METRICS:
            cells[f"gain_{metric}"] = difference(row[metric], against[metric], seed=seed)
    return cells


def _headings(against: str) -> dict[str, str]:
    headings = {}
    for metric, heading in METRICS.items():
        headings[metric] = heading
        headings[f"gain_{metric}"] = f"{heading} − {against}"
    return headings


PARTS_NOTES = (
    "Test and Train: the generalized setting, an image among all classes, by the raw cosine of its "
    "feature with the regressed class embedding. The first three rows are floors.",
    "The mean says the same of every class, and ties count against the class sought, so it finds "
    "nothing. Guessing would find it once in as many times as there are classes.",
    "The last step adds the gate and, as Appendix I has it, makes the hidden layer 2k wide instead "
    "of 4d, so its difference is that of both. Dropout in the hidden layer is on in every trained "
    "row.",
    "The MSE row must first bring the scale of the net's last LayerNorm from 1 down to the size of "
    "class embeddings. At the paper's learning rate that alone takes some 400 epochs; with fewer, "
    "a part of what the row lacks may be that and not the loss.",
    "The intervals are over classes. How much a row would change with other initial parameters "
    "they do not show: each row is trained once a split. One classifier and one text encoder "
    "cannot show that the same steps help another.",
    "The pictures of seen classes may have been in the classifier's own training set, and the "
    "classifier has seen the held-out classes: only their names and weights are kept from the map.",
)
ENCODER_NOTES = (
    "The net is the paper's, whose hidden layer is twice as wide as the embedding: encoders of "
    "another width also differ in the number of parameters.",
    "The intervals are over classes and cover neither other initial parameters nor other "
    "classifiers; the settings of the training were not tuned for any one encoder here.",
)
