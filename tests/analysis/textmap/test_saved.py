"""Maps as arrays of bytes: every map comes back as it was, every fold in its place."""

import numpy as np
import pytest

from analysis.textmap.base import FittedTextMap, TextMapEstimator
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import cross_fit, held_out_scores
from analysis.textmap.kernel import KernelEstimator, KernelMap
from analysis.textmap.mlp import MlpEstimator
from analysis.textmap.saved import pack, pack_cross_fit, unpack, unpack_cross_fit

ESTIMATORS = [
    MlpEstimator(epochs=3),
    MlpEstimator(epochs=3, soft_dropout=False),
    KernelEstimator(),
    MeanEstimator(),
    RandomEstimator(),
]
IDS = ["mlp", "mlp without soft dropout", "kernel", "mean", "random"]


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((17, 6), np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return embeddings, rng.standard_normal((17, 5), np.float32)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=IDS)
def test_a_map_comes_back_as_it_was(
    estimator: TextMapEstimator, pairs: tuple[np.ndarray, np.ndarray]
) -> None:
    fitted = estimator.fit(*pairs, seed=0)
    packed = pack(fitted)
    assert packed.dtype == np.uint8 and packed.ndim == 1
    again = unpack(estimator.name, packed)
    assert isinstance(again, FittedTextMap)
    unseen = np.random.default_rng(1).standard_normal((4, 6)).astype(np.float32)
    np.testing.assert_array_equal(again(unseen), fitted(unseen))
    assert again(unseen).dtype == np.float32
    for name, value in fitted.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], value)


def test_the_kernels_scalars_come_back(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = KernelEstimator(gamma=2.0, ridge=0.1).fit(*pairs, seed=0)
    again = unpack("kernel", pack(fitted))
    assert isinstance(again, KernelMap)
    assert (again.gamma, again.ridge) == (2.0, 0.1)
    assert again.leave_one_out_cosine == fitted.leave_one_out_cosine


def test_a_map_read_from_a_read_only_file_works(
    pairs: tuple[np.ndarray, np.ndarray], tmp_path
) -> None:
    """As the store hands it over: memory-mapped and not writable."""
    fitted = MlpEstimator(epochs=2).fit(*pairs, seed=0)
    np.save(tmp_path / "map.npy", pack(fitted))
    packed = np.load(tmp_path / "map.npy", mmap_mode="r")
    np.testing.assert_array_equal(unpack("mlp", packed)(pairs[0]), fitted(pairs[0]))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=IDS)
def test_folds_come_back_in_order_with_the_classes_they_never_saw(
    estimator: TextMapEstimator, pairs: tuple[np.ndarray, np.ndarray]
) -> None:
    fit = cross_fit(estimator, *pairs, seed=0)
    packed = pack_cross_fit(fit)
    assert list(packed) == ["fold0", "fold1", "fold2", "fold3", "fold4"]
    again = unpack_cross_fit(estimator.name, dict(reversed(packed.items())))
    assert again.estimator == estimator.name
    for before, after in zip(fit.folds, again.folds, strict=True):
        np.testing.assert_array_equal(before.held_out, after.held_out)
        np.testing.assert_array_equal(before.center, after.center)
        np.testing.assert_array_equal(before.text_map(pairs[0]), after.text_map(pairs[0]))
    assert held_out_scores(again, *pairs) == held_out_scores(fit, *pairs)


def test_no_code_is_in_the_bytes(pairs: tuple[np.ndarray, np.ndarray]) -> None:
    """safetensors begins with the length of a JSON header; a pickle would not."""
    packed = pack(MeanEstimator().fit(*pairs, seed=0)).tobytes()
    length = int.from_bytes(packed[:8], "little")
    assert packed[8:9] == b"{" and packed[8 : 8 + length].rstrip().endswith(b"}")
