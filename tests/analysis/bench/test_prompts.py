"""Table 7: which texts are trained and tested with, the average, and the spread."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.bench.data import BenchData
from analysis.bench.figures import Figures, Interval
from analysis.bench.prompts import (
    AVERAGED,
    AVERAGED_TOO,
    BARE_NAME,
    FLOOR,
    PAPER_PROMPTS,
    SPREAD,
    averaged,
    bench_prompts,
)
from analysis.bench.zero_shot import Method, run_method, splits
from analysis.progress import Silent
from analysis.text.prompts import CLASS_PROMPT, class_prompts
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.stacked import StackedEstimator
from tests.analysis.bench.conftest import NAMES, WordEncoder, make_data

FRAMES = {word for prompt in PAPER_PROMPTS for word in prompt.split()} - {"{}"}
SEED = 5


def _bench(data: BenchData, **changes: Any) -> Figures:
    arguments: dict[str, Any] = {"count": 2, "seed": SEED, "progress": Silent()}
    (figures,) = bench_prompts(data, **arguments | changes)
    return figures


def _row(figures: Figures, label: str) -> dict[str, Any]:
    return dict(next(row for row in figures.rows if row["prompt"] == label))


def _accuracies(method: Method, data: BenchData) -> dict[str, float]:
    """The same map by the zero-shot protocol, where training and test prompt are one."""
    found: dict[str, list[bool]] = {"test1": [], "test5": [], "train1": []}
    for i, split in enumerate(splits(len(NAMES), 2, seed=SEED)):
        ranks = run_method(method, data, split, seed=SEED + i).generalized.tolist()
        for rank, label in zip(ranks, data.labels.tolist(), strict=True):
            if label in split.held_out.tolist():
                found["test1"].append(rank <= 1)
                found["test5"].append(rank <= 5)
            else:
                found["train1"].append(rank <= 1)
    return {metric: 100 * sum(hits) / len(hits) for metric, hits in found.items()}


def _shifted(data: BenchData) -> BenchData:
    """A constant and noise in all features: raw and centred cosines now find different classes."""
    noise = np.random.default_rng(1).standard_normal(data.features.shape).astype(np.float32)
    return replace(data, weights=data.weights + 1, features=data.features + 1 + 0.5 * noise)


def _values(row: dict[str, Any]) -> dict[str, float]:
    return {metric: row[metric].value for metric in ("test1", "test5", "train1")}


def test_the_rows_are_the_paper_s_and_ours(data: BenchData) -> None:
    figures = _bench(data)
    assert [row["prompt"] for row in figures.rows] == [
        "an image of a {}",
        "an image of the {}",
        "an image of one {}",
        "an image of a large {}",
        "an image of a nice {}",
        "an image of a weird {}",
        "a cropped image of a {}",
        "a black and white image of the {}",
        "{}",
        AVERAGED,
        AVERAGED_TOO,
        SPREAD,
        FLOOR,
    ]
    assert "Table 7" in figures.title
    assert figures.settings["text map"] == "stacked, centred class embeddings"


def test_the_training_prompt_is_the_zero_shot_protocol_and_differs_by_nothing(
    data: BenchData,
) -> None:
    shifted = _shifted(data)
    row = _row(_bench(shifted), CLASS_PROMPT)
    stacked = StackedEstimator()
    assert _values(row) == pytest.approx(_accuracies(Method("stacked", stacked), shifted))
    raw = Method("stacked", stacked, centred=False)
    assert _values(row) != pytest.approx(_accuracies(raw, shifted))
    assert row["difference"] == Interval(0.0, 0.0, 0.0)


def test_the_paper_s_map_is_trained_and_scored_raw(data: BenchData) -> None:
    shifted = _shifted(data)
    mlp = MlpEstimator(epochs=60)
    figures = _bench(shifted, estimator=mlp)
    values = _values(_row(figures, CLASS_PROMPT))
    assert values == pytest.approx(_accuracies(Method("mlp", mlp, centred=False), shifted))
    assert values != pytest.approx(_accuracies(Method("mlp", mlp), shifted))
    assert figures.settings["text map"] == "mlp, raw class embeddings"
    assert figures.settings["epochs"] == 60


def test_training_with_the_average_is_the_protocol_on_averaged_texts(data: BenchData) -> None:
    texts = [data.encoder.encode(class_prompts(NAMES, prompt)) for prompt in PAPER_PROMPTS]
    mean = sum(text.astype(float) for text in texts) / len(texts)
    mean = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    of_average = replace(data, prompts=mean.astype(np.float32))
    expected = _accuracies(Method("stacked", StackedEstimator()), of_average)
    assert _values(_row(_bench(data), AVERAGED_TOO)) == pytest.approx(expected)


def test_every_class_goes_through_each_tested_prompt() -> None:
    encoder = WordEncoder()
    data = make_data(encoder)
    encoder.asked.clear()
    _bench(data, count=1)
    others = [*PAPER_PROMPTS[1:], BARE_NAME]
    assert encoder.asked == [class_prompts(NAMES, prompt) for prompt in others]
    assert encoder.asked[-1][0] == "red fish"


def test_other_words_make_a_difference_to_the_paired_prompt(data: BenchData) -> None:
    figures = _bench(data)
    reference = _row(figures, CLASS_PROMPT)["test5"].value
    differences = []
    for prompt in (*PAPER_PROMPTS[1:], BARE_NAME, AVERAGED, AVERAGED_TOO, FLOOR):
        row = _row(figures, prompt)
        assert row["difference"].value == pytest.approx(row["test5"].value - reference)
        differences.append(row["difference"].value)
    assert min(differences) < 0


def test_nothing_moves_where_the_encoder_hears_the_name_alone() -> None:
    figures = _bench(make_data(WordEncoder(deaf_to=sorted(FRAMES))))
    expected = _values(_row(figures, CLASS_PROMPT))
    assert expected["test5"] > 0
    for label in (*PAPER_PROMPTS, BARE_NAME, AVERAGED, AVERAGED_TOO):
        row = _row(figures, label)
        assert _values(row) == expected
        assert row["difference"] == Interval(0.0, 0.0, 0.0)
    spread = _row(figures, SPREAD)
    assert [spread[metric] for metric in expected] == [Interval(0.0, 0.0, 0.0)] * 3


def test_the_spread_is_over_the_paper_s_eight_alone() -> None:
    class Clipped(WordEncoder):
        """Says the same of every text without the word "image"."""

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            return super().encode([text if "image" in text else "nothing" for text in texts])

    figures = _bench(make_data(Clipped()))
    spread = _row(figures, SPREAD)
    for metric in ("test1", "test5", "train1"):
        values = [_row(figures, prompt)[metric].value for prompt in PAPER_PROMPTS]
        assert _row(figures, BARE_NAME)[metric].value < min(values)
        assert spread[metric].value == pytest.approx(max(values) - min(values))
        assert 0 <= spread[metric].low <= spread[metric].high
    assert "difference" not in spread


def test_the_floor_knows_nothing(data: BenchData) -> None:
    figures = _bench(data, count=4)
    floor, ours = _row(figures, FLOOR), _row(figures, CLASS_PROMPT)
    assert floor["test5"].value < ours["test5"].low
    assert floor["train1"].value < 20 < ours["train1"].value


def test_averages_have_length_one() -> None:
    one, other = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.6, 0.8]])
    half = 0.5**0.5
    # (1, 0) + (.6, .8) = (1.6, .8), of length √3.2.
    expected = [[half, half], [1.6 / 3.2**0.5, 0.8 / 3.2**0.5]]
    np.testing.assert_allclose(averaged([one, other]), expected)
    np.testing.assert_allclose(averaged([other] * 8), other)
