"""The bench of feature extraction, on a tiny classifier."""

from pathlib import Path

import pytest

from analysis.bench.features import FeatureBench, _summary, bench_features, measure_features
from analysis.errors import InputError
from tests.analysis.images.conftest import make_classifier, noise


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for index in range(6):
        noise(index).save(tmp_path / f"{index}.png")
    return tmp_path


def test_all_three_are_measured(root: Path) -> None:
    bench = measure_features(make_classifier(), root, repeats=2, batch_size=4)
    assert (bench.images, bench.repeats) == (6, 2)
    assert min(bench.decoding, bench.forward, bench.extraction) > 0
    assert bench.ratio_to_larger > bench.ratio_to_sum > 0


def test_ratios_are_medians_over_repeats_not_ratios_of_medians() -> None:
    # extraction / (decoding + forward) is 4/2, 3/3, 9/3 by repeat: median 2.
    bench = _summary(5, [[1.0, 1.0, 2.0], [1.0, 2.0, 1.0], [4.0, 3.0, 9.0]])
    assert bench == FeatureBench(5, 3, 1.0, 1.0, 4.0, 2.0, 4.0)


def test_the_table_names_what_was_measured(root: Path) -> None:
    rows = bench_features(make_classifier(), root, repeats=1)
    assert [row["what"] for row in rows] == [
        "bare decoding",
        "bare forward pass",
        "extraction",
        "extraction / sum",
        "extraction / larger",
    ]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no pictures"):
        measure_features(make_classifier(), tmp_path)
