"""The zero-shot protocol on a world that names explain."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.bench import kept
from analysis.bench.data import BenchData
from analysis.bench.zero_shot import (
    AUTO,
    CALIBRATED,
    REFERENCES,
    Method,
    head_ranks,
    methods,
    run_method,
    splits,
)
from analysis.bench.zero_shot_table import CEILING, bench_zero_shot
from analysis.progress import Silent
from analysis.textmap.base import cosine
from analysis.textmap.floors import MeanEstimator
from analysis.textmap.kernel import KernelEstimator

KERNEL = Method("kernel", KernelEstimator())
MEAN = Method("mean (floor)", MeanEstimator(), centred=False)


def test_splits_hold_a_tenth_out_and_differ() -> None:
    drawn = list(splits(30, 4, seed=0))
    for split in drawn:
        assert len(split.held_out) == 3
        assert sorted([*split.seen, *split.held_out]) == list(range(30))
    assert len({tuple(split.held_out) for split in drawn}) > 1
    again = next(splits(30, 1, seed=0))
    assert again.held_out.tolist() == drawn[0].held_out.tolist()
    assert len(next(splits(4, 1, seed=0)).held_out) == 1  # at least one


def test_ranks_are_those_of_the_cosines(data: BenchData) -> None:
    split = next(splits(30, 1, seed=0))
    center = data.weights[split.seen].mean(0)
    fitted = KernelEstimator().fit(
        data.prompts[split.seen], data.weights[split.seen] - center, seed=0
    )
    of_seen = np.isin(data.labels, split.seen)
    cosines = cosine(data.features - data.features[of_seen].mean(0), fitted(data.prompts))
    ranks = run_method(KERNEL, data, split, seed=0)
    for i, label in enumerate(data.labels):
        assert ranks.generalized[i] == (cosines[i] >= cosines[i, label]).sum()
        if label in split.held_out:
            among = cosines[i, split.held_out]
            assert ranks.classical[i] == (among >= cosines[i, label]).sum()
        else:
            assert ranks.classical[i] == 0
    assert ranks.seconds > 0


def test_a_paper_method_takes_raw_embeddings(data: BenchData) -> None:
    shifted = replace(data, weights=data.weights + 3, features=data.features + 5)
    split = next(splits(30, 1, seed=0))
    ours = [run_method(KERNEL, one, split, seed=0).generalized for one in (data, shifted)]
    np.testing.assert_array_equal(*ours)  # centring takes a common shift away
    raw = Method("raw", KernelEstimator(), centred=False)
    theirs = [run_method(raw, one, split, seed=0).generalized for one in (data, shifted)]
    assert (theirs[0] != theirs[1]).any()


@pytest.mark.parametrize("name", [AUTO, CALIBRATED])
def test_nothing_of_the_held_out_classes_reaches_the_map(data: BenchData, name: str) -> None:
    """Their weights and pictures may be anything: the pictures of seen classes rank the same."""
    method = next(one for one in methods(2) if one.name == name)
    split = next(splits(30, 1, seed=0))
    weights, features = data.weights.copy(), data.features.copy()
    weights[split.held_out] = np.nan
    of_seen = np.isin(data.labels, split.seen)
    features[~of_seen] = -features[~of_seen]
    garbled = replace(data, weights=weights, features=features)
    first, second = (run_method(method, one, split, seed=0) for one in (data, garbled))
    assert first.chosen == second.chosen
    np.testing.assert_array_equal(first.generalized[of_seen], second.generalized[of_seen])


def test_the_ceiling_is_the_classifiers_own_head(data: BenchData) -> None:
    split = next(splits(30, 1, seed=0))
    assert (head_ranks(data, split).generalized == 1).mean() > 0.95


def test_the_tables_hold_ceiling_floor_and_ratios(data: BenchData) -> None:
    chosen = [one for one in methods(60) if one.name in (REFERENCES[0], "kernel")]
    absolute, relative = bench_zero_shot(
        data, compared=[*chosen, MEAN], count=2, seed=0, progress=Silent()
    )
    rows = {row["method"]: row for row in absolute.rows}
    assert list(rows) == [CEILING, REFERENCES[0], "kernel", "mean (floor)"]
    assert rows["mean (floor)"]["test1"].value == 0
    assert rows[CEILING]["test1"].value >= rows["kernel"]["test1"].value > 50
    kernel = rows["kernel"]
    seen, unseen = kernel["train1"].value, kernel["test1"].value
    assert kernel["harmonic"].value == pytest.approx(2 * seen * unseen / (seen + unseen))
    ratios = {row["method"]: row for row in relative.rows}
    assert ratios["kernel"]["train1"].value == pytest.approx(
        seen / rows[REFERENCES[0]]["train1"].value
    )
    assert ratios["mean (floor)"]["train1"].value == 0


def test_a_second_run_fits_nothing(data: BenchData, monkeypatch: pytest.MonkeyPatch) -> None:
    def tables() -> list[dict[str, object]]:
        made = bench_zero_shot(data, compared=[KERNEL], count=2, seed=0, progress=Silent())
        return [one.as_json() for one in made]

    first = tables()
    monkeypatch.setattr(kept, "run_method", lambda *_, **__: pytest.fail("fitted anew"))
    assert tables() == first
    with pytest.raises(pytest.fail.Exception, match="fitted anew"):
        bench_zero_shot(data, compared=[KERNEL], count=2, seed=1, progress=Silent())


def test_nothing_is_told_in_multiples_of_nothing(data: BenchData) -> None:
    """A net trained for one epoch on no more than its start finds no unseen class at rank 1."""
    blind = Method(REFERENCES[0], MeanEstimator(), centred=False)
    _, relative = bench_zero_shot(
        data, compared=[blind, KERNEL], count=1, seed=0, progress=Silent()
    )
    assert relative.rows[0]["test1"] is None
    assert "–" in relative.as_markdown()


def test_a_damaged_kept_fit_is_made_again(data: BenchData) -> None:
    first = bench_zero_shot(data, compared=[KERNEL], count=1, seed=0, progress=Silent())
    (path,) = kept.cache_dir("zero-shot").glob("*.npz")
    for content in (b"", b"garbage", path.read_bytes()[:100]):
        path.write_bytes(content)
        again = bench_zero_shot(data, compared=[KERNEL], count=1, seed=0, progress=Silent())
        assert again[0].rows[1]["test5"] == first[0].rows[1]["test5"]


def test_no_picture_of_a_held_out_class_gives_no_figure_and_strict_json(data: BenchData) -> None:
    split = next(splits(30, 1, seed=0))
    seen = ~np.isin(data.labels, split.held_out)
    few = replace(data, labels=data.labels[seen], features=data.features[seen])
    absolute, *_ = bench_zero_shot(few, compared=[KERNEL], count=1, seed=0, progress=Silent())
    assert absolute.as_json()["rows"][1]["test1"] is None
    assert absolute.cells()[1]["test1"] == "–"


def test_the_table_says_how_long_the_mlp_was_trained(data: BenchData) -> None:
    short = [one for one in methods(3) if one.name == REFERENCES[0]]
    tables = bench_zero_shot(data, compared=short, count=1, seed=0, progress=Silent())
    assert tables[0].settings["epochs of the mlp"] == "3 (the paper: 2500)"
