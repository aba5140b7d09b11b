"""What held-out classes choose: epochs, and the map shown first."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from analysis.textmap import choose
from analysis.textmap.choose import (
    EPOCHS_TRIED,
    FEW_CLASSES,
    SHORT_EPOCHS,
    auto,
    choose_epochs,
    favoured,
)
from analysis.textmap.floors import MeanEstimator, RandomEstimator
from analysis.textmap.held_out import HeldOutScores, cross_fit, held_out_scores
from analysis.textmap.kernel import KernelEstimator
from analysis.textmap.mlp import MlpEstimator


def scores(mrr: float, **others: float) -> HeldOutScores:
    return HeldOutScores(**{"cosine": 0.0, "top1": 0.0, "top5": 0.0, "mrr": mrr, "n": 10} | others)


def test_the_best_reciprocal_rank_is_favoured_whatever_else_is_scored() -> None:
    assert favoured({"mlp": scores(0.4, top1=0.1), "kernel": scores(0.3, top1=0.9)}) == "mlp"
    assert favoured({"mlp": scores(0.2), "kernel": scores(0.3)}) == "kernel"
    assert favoured({"mlp": scores(0.3), "kernel": scores(0.3)}) == "mlp"  # the first of equals


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    embeddings = rng.standard_normal((15, 4), np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return embeddings, embeddings @ rng.standard_normal((4, 5), np.float32)


def test_epochs_are_those_that_rank_the_first_fold_best(
    pairs: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "epochs_tried", lambda _: (1, 60))
    chosen, tried = choose_epochs(MlpEstimator(), *pairs, seed=0)
    assert set(tried) == {1, 60}
    for epochs, mrr in tried.items():
        fit = cross_fit(MlpEstimator(epochs=epochs), *pairs, seed=0)
        first = replace(fit, folds=fit.folds[:1])
        assert mrr == pytest.approx(held_out_scores(first, *pairs).mrr)
    assert chosen.epochs == max(tried, key=lambda epochs: tried[epochs])


@pytest.mark.parametrize(("mrr", "best"), [((0.1, 0.2), 150), ((0.2, 0.1), 50), ((0.2, 0.2), 50)])
def test_fewer_epochs_win_a_draw(
    mrr: tuple[float, float],
    best: int,
    pairs: tuple[np.ndarray, np.ndarray],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = count()
    monkeypatch.setattr(choose, "cross_fit", lambda *_, **__: None)
    monkeypatch.setattr(choose, "held_out_scores", lambda *_: scores(mrr[next(calls)]))
    chosen, tried = choose_epochs(MlpEstimator(dropout=0.1), *pairs, seed=0)
    assert chosen == MlpEstimator(dropout=0.1, epochs=best)
    assert tried == dict(zip(EPOCHS_TRIED, mrr, strict=True))


def test_the_callback_counts_every_epoch_tried(
    pairs: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "epochs_tried", lambda _: (2, 3))
    epochs: list[int] = []
    choose_epochs(MlpEstimator(on_epoch=lambda: epochs.append(1)), *pairs, seed=0)
    assert len(epochs) == 5


def test_many_classes_are_trained_shortly_without_a_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "cross_fit", lambda *_, **__: pytest.fail("nothing to choose"))
    many = np.zeros((FEW_CLASSES + 1, 2), np.float32)
    assert choose_epochs(MlpEstimator(), many, many, seed=0) == (
        MlpEstimator(epochs=SHORT_EPOCHS),
        {},
    )


def test_auto_takes_the_best_and_keeps_the_losers_scores(
    pairs: tuple[np.ndarray, np.ndarray],
) -> None:
    tried = (MeanEstimator(), RandomEstimator(), KernelEstimator())
    choice = auto(*pairs, seed=0, tried=tried)
    assert choice.estimator == KernelEstimator()
    assert set(choice.mrr) == {"mean", "random", "kernel"}
    for estimator in tried:
        fit = cross_fit(estimator, *pairs, seed=0)
        assert choice.mrr[estimator.name] == pytest.approx(held_out_scores(fit, *pairs).mrr)
    assert choice.seconds > 0
