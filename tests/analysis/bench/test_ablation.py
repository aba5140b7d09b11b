"""Table 6: what its rows are, the baseline that it needs, and the differences between rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from analysis.bench.ablation import (
    FULL,
    MseMlpEstimator,
    RandomValuesEstimator,
    bench_ablation,
    steps,
)
from analysis.bench.data import BenchData
from analysis.bench.figures import Figures, Interval
from analysis.bench.generalized import METRICS
from analysis.bench.zero_shot import Method, methods, run_method, splits
from analysis.progress import Silent
from analysis.text.prompts import class_prompts
from analysis.textmap.base import TextMapEstimator, unit_rows
from analysis.textmap.mlp import MlpEstimator
from tests.analysis.bench.conftest import COLOURS, FEATURES, NAMES, WIDTH, WordEncoder

ROWS = [
    "mean of the train set",
    "random values",
    "random parameters",
    "baseline (MSE loss)",
    "cosine loss",
    "+ input dropout",
    "+ soft dropout",
]
EPOCHS = 40


def _bench(data: BenchData, **changes: Any) -> list[Figures]:
    arguments: dict[str, Any] = {"epochs": EPOCHS, "count": 2, "seed": 3, "progress": Silent()}
    return bench_ablation(data, **arguments | changes)


def _row(figures: Figures, label: str) -> dict[str, Any]:
    return dict(next(row for row in figures.rows if row["ablation"] == label))


def _fit(estimator: TextMapEstimator | None, pairs: tuple[np.ndarray, np.ndarray], seed: int = 1):
    assert estimator is not None
    return estimator.fit(*pairs, seed=seed)


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    embeddings = unit_rows(rng.standard_normal((20, 16)).astype(np.float32))
    return embeddings, 0.5 * rng.standard_normal((20, 8)).astype(np.float32) + 0.1


@pytest.fixture
def bare() -> MlpEstimator:
    return MlpEstimator(epochs=200, soft_dropout=False, input_dropout_probability=0.0)


def test_the_rows_are_those_of_the_paper(data: BenchData) -> None:
    (figures,) = _bench(data)
    assert [row["ablation"] for row in figures.rows] == ROWS
    assert "Table 6" in figures.title
    assert (figures.settings["epochs"], figures.settings["splits"]) == (EPOCHS, 2)
    assert set(figures.columns) >= {"test1", "test5", "train1", "gain_test1"}


def test_the_mean_finds_nothing(data: BenchData) -> None:
    # Sixteen columns are computed alike by every matrix library, so that ties stay exact.
    few = replace(
        data,
        class_names=NAMES[:16],
        prompts=data.prompts[:16],
        weights=data.weights[:16],
        bias=data.bias[:16],
        features=data.features[data.labels < 16],
        labels=data.labels[data.labels < 16],
    )
    (figures,) = _bench(few, epochs=1)
    mean = _row(figures, "mean of the train set")
    assert {mean[metric] for metric in METRICS} == {Interval(0.0, 0.0, 0.0)}


def test_the_paper_s_net_finds_more_than_any_floor(data: BenchData) -> None:
    (figures,) = _bench(data, epochs=150)
    full = _row(figures, FULL)
    for floor in ROWS[:3]:
        assert full["test5"].low > _row(figures, floor)["test5"].value
        assert full["train1"].value > 2 * _row(figures, floor)["train1"].value


def test_differences_are_those_to_the_row_before(data: BenchData) -> None:
    (figures,) = _bench(data)
    drawn = list(splits(len(NAMES), 2, seed=3))

    def counted(label: str, most: int) -> float:
        """Images of held-out classes that are found, in percent, one after the other."""
        found = []
        for i, split in enumerate(drawn):
            ranks = run_method(steps(EPOCHS)[label], data, split, seed=3 + i).generalized
            for rank, of in zip(ranks.tolist(), data.labels.tolist(), strict=True):
                if of in split.held_out.tolist():
                    found.append(rank <= most)
        return 100 * sum(found) / len(found)

    for label, before in (("cosine loss", "baseline (MSE loss)"), (FULL, "+ input dropout")):
        row = _row(figures, label)
        assert row["test5"].value == pytest.approx(counted(label, 5))
        gained = counted(label, 1) - counted(before, 1)
        assert row["gain_test1"].value == pytest.approx(gained)
    assert "gain_test1" not in figures.rows[0]


def test_each_trained_step_changes_one_thing() -> None:
    def described(label: str) -> dict[str, Any]:
        estimator = steps(9)[label].estimator
        assert estimator is not None
        return estimator.describe()

    def changed(label: str, before: str) -> dict[str, Any]:
        ours, theirs = described(label), described(before)
        return {key: ours.get(key) for key in ours | theirs if ours.get(key) != theirs.get(key)}

    assert changed("cosine loss", "baseline (MSE loss)") == {"loss": None}
    assert changed("+ input dropout", "cosine loss") == {"input_dropout_probability": 0.3}
    assert changed("+ soft dropout", "+ input dropout") == {"soft_dropout": True}
    assert described(FULL)["epochs"] == described("baseline (MSE loss)")["epochs"] == 9
    assert not any(method.centred for method in steps(9).values())
    assert steps(9)[FULL] in methods(9)
    assert steps(9)["+ input dropout"] in methods(9)


def test_training_lowers_the_squared_error_below_that_of_the_mean(
    pairs: tuple[np.ndarray, np.ndarray], bare: MlpEstimator
) -> None:
    embeddings, targets = pairs

    def error(estimator: TextMapEstimator) -> float:
        return float(((_fit(estimator, pairs)(embeddings) - targets) ** 2).mean())

    variance = float(((targets - targets.mean(0)) ** 2).mean())
    trained = error(MseMlpEstimator(bare))
    assert trained < 0.5 * variance
    assert error(MseMlpEstimator(replace(bare, epochs=1))) > variance
    assert error(bare) > 2 * trained, "the cosine loss does not look at the squared error"


def test_the_baseline_is_the_net_without_soft_dropout_from_the_same_start(
    pairs: tuple[np.ndarray, np.ndarray], bare: MlpEstimator
) -> None:
    untrained = replace(bare, epochs=0)
    ours, theirs = (_fit(one, pairs).arrays() for one in (MseMlpEstimator(untrained), untrained))
    assert ours.keys() == theirs.keys()
    assert ours["1.weight"].shape == (4 * 8, 16)  # W1 ∈ R^{k×4d}, transposed
    for name, value in ours.items():
        np.testing.assert_array_equal(value, theirs[name])


def test_the_baseline_repeats_itself_and_leaves_the_global_generator_alone(
    pairs: tuple[np.ndarray, np.ndarray], bare: MlpEstimator
) -> None:
    short = MseMlpEstimator(replace(bare, epochs=3))
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first, again, other = (_fit(short, pairs, seed)(pairs[0]) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_random_values_fill_the_range_of_the_training_entries(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    embeddings, targets = pairs
    low, high = min(targets.ravel().tolist()), max(targets.ravel().tolist())
    texts = np.tile(embeddings, (50, 1))
    values = _fit(RandomValuesEstimator(), pairs)(texts)
    assert values.shape == (1000, 8)
    assert low <= values.min() < low + 0.01 * (high - low)
    assert high >= values.max() > high - 0.01 * (high - low)
    assert values.mean() == pytest.approx((low + high) / 2, abs=0.05 * (high - low))
    np.testing.assert_array_equal(values, _fit(RandomValuesEstimator(), pairs)(-texts))
    assert not np.array_equal(values, _fit(RandomValuesEstimator(), pairs, seed=2)(texts))


def test_random_parameters_have_never_seen_a_class_embedding(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    embeddings, targets = pairs
    estimator = steps(9)["random parameters"].estimator
    fitted = _fit(estimator, pairs)(embeddings)
    np.testing.assert_array_equal(fitted, _fit(estimator, (embeddings, -targets))(embeddings))
    assert len(np.unique(fitted, axis=0)) == len(embeddings)


def test_a_second_run_trains_nothing(data: BenchData, monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = _bench(data, epochs=2)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("trained again")

    for estimator in (MlpEstimator, MseMlpEstimator):
        monkeypatch.setattr(estimator, "fit", refuse)
    (second,) = _bench(data, epochs=2)
    assert second.as_json() == first.as_json()
    with pytest.raises(AssertionError, match="trained again"):
        _bench(data, epochs=3)


def test_another_encoder_is_a_row_against_the_first(data: BenchData) -> None:
    deaf = WordEncoder(deaf_to=COLOURS)
    deaf.name = "colour-blind"
    same = WordEncoder()
    _, figures = _bench(data, encoders=(same, deaf))
    assert [row["encoder"] for row in figures.rows] == ["words", "words", "colour-blind"]
    assert [row["width"] for row in figures.rows] == [WIDTH] * 3
    assert same.asked == deaf.asked == [class_prompts(NAMES)]
    first, again, blind = figures.rows
    assert "gain_test1" not in first
    assert again["gain_test5"] == Interval(0.0, 0.0, 0.0)
    assert blind["gain_train1"].high < 0, "six classes share each text"
    assert figures.settings["text encoder"] == "one a row"


def test_rows_of_the_table_are_scored_raw(data: BenchData) -> None:
    """A constant added to all class embeddings and features changes raw cosines alone."""
    shifted = replace(data, weights=data.weights + 5, features=data.features + 5)
    split = next(splits(len(NAMES), 1, seed=0))
    assert shifted.weights.shape[1] == FEATURES
    raw = steps(EPOCHS)[FULL]
    centred = Method(raw.name, raw.estimator)
    ranks = [run_method(one, shifted, split, seed=0).generalized for one in (raw, centred)]
    (figures,) = _bench(shifted, count=1, seed=0)
    seen = ~np.isin(data.labels, split.held_out)
    expected, other = (100 * np.mean(rank[seen] <= 1) for rank in ranks)
    assert expected != other
    assert _row(figures, FULL)["train1"].value == pytest.approx(expected)
