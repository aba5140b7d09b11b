"""Trials: a cue that both maps can name is found, in a world made of directions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest

from analysis.canary import certificate
from analysis.canary.certificate import (
    BACKBONE,
    OWN,
    Planted,
    Trial,
    as_never_seen,
    audit_refitted,
    first_named,
    never_seen,
    run_trials,
)
from analysis.canary.cues import CUES
from analysis.canary.planting import CORRELATIONS, NO_CUE, make_plan
from analysis.canary.summary import shares
from analysis.canary.words import Vocabulary
from analysis.progress import Silent
from analysis.shortcuts.survey import Found
from analysis.textmap.base import unit_rows
from analysis.textmap.held_out import CrossFit, Fold

CLASSES, EACH, DIM, CONCEPTS = 32, 15, 96, 60


@dataclass(frozen=True)
class Identity:
    """A text map for a world in which texts and features share one space."""

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        return embeddings

    def arrays(self) -> dict[str, np.ndarray]:
        return {}


@pytest.fixture(scope="module")
def planted() -> Planted:
    """Features are the class's name, noise and, where it is planted, the cue's direction."""
    plan = make_plan(
        np.repeat(np.arange(CLASSES), EACH), np.zeros((CLASSES, len(CUES)), bool), seed=0
    )
    rng = np.random.default_rng(1)
    noise = 0.1 * rng.standard_normal((len(plan.images), DIM))
    clean = (texts("name", CLASSES)[plan.classes[plan.labels]] + noise).astype(np.float32)
    rows, cues = plan.wanted().T
    return Planted(plan, clean, clean[rows] + 1.5 * texts("cue", len(CUES))[cues])


def texts(kind: str, count: int) -> np.ndarray:
    rng = np.random.default_rng({"name": 2, "cue": 3, "concept": 4}[kind])
    return unit_rows(rng.standard_normal((count, DIM))).astype(np.float32)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    names = tuple(f"thing number {i}" for i in range(CLASSES))
    concepts = tuple(f"word {i}" for i in range(CONCEPTS))
    of_cue = {word: texts("cue", len(CUES))[i] for i, cue in enumerate(CUES) for word in cue.words}
    rows = texts("name", CLASSES)
    plain = Vocabulary(names, concepts, rows, rows, texts("concept", CONCEPTS))
    return plain.with_cues(lambda words: np.stack([of_cue[word] for word in words]))


@pytest.fixture(scope="module")
def trials(planted: Planted, vocabulary: Vocabulary) -> list[Trial]:
    backbone = never_seen("identity", Identity(), CLASSES)
    with pytest.MonkeyPatch.context() as monkeypatch:  # latents take seconds and are not needed
        monkeypatch.setattr(certificate, "_latents", lambda *_, **__: None)
        told = run_trials(planted, vocabulary, backbone, seed=0, device="cpu", progress=Silent())
        return list(told)


def test_every_class_stands_once_for_each_map_and_correlation(trials: list[Trial]) -> None:
    keys = {(one.correlation, one.text_map, one.row) for one in trials}
    assert len(trials) == len(keys) == len(CORRELATIONS) * 2 * CLASSES


def test_planted_cues_come_first_by_a_map_that_knows_them(trials: list[Trial]) -> None:
    plants = [one for one in trials if one.text_map == BACKBONE and one.cue != NO_CUE]
    assert len(plants) == 3 * 8  # a quarter of 32 classes
    assert [one.rank for one in plants] == [1] * len(plants)
    assert all(one.top is not None and one.found is not None for one in plants)
    assert "supported" not in {one.verdict for one in plants}  # there are no latents to test


def test_the_head_leans_on_what_was_planted(trials: list[Trial]) -> None:
    plants = [one for one in trials if one.cue != NO_CUE and one.correlation == 1.0]
    assert all(one.accuracy_with == 1.0 for one in plants)
    assert all((one.accuracy_without or 0) <= 1.0 for one in plants)
    assert {one.accuracy_with for one in trials if one.cue == NO_CUE} == {None}


def test_words_of_other_cues_do_not_come_as_high(trials: list[Trial]) -> None:
    plants = [one for one in trials if one.text_map == BACKBONE and one.cue != NO_CUE]
    assert max(one.by_chance[0] for one in plants) == 0.0


def test_an_audit_of_the_refitted_head_sees_all_images_with_their_cues(planted: Planted) -> None:
    audited = audit_refitted(planted, 0.95, seed=0, device="cpu", progress=Silent())
    seen, plan = audited.seen, planted.plan
    assert (seen.features == planted.features(plan.carried(0.95))).all()
    assert (seen.labels == plan.labels).all()
    latents = seen.autoencoder
    assert latents is not None
    centred = seen.centred
    left = seen.features - latents.decode(latents.encode(seen.features))
    assert (left**2).sum() < 0.9 * (centred**2).sum()  # they are trained on these features
    decided = audited.head.logits(planted.clean[plan.held_out]).argmax(axis=1)
    assert (decided == plan.labels[plan.held_out])[plan.own[plan.held_out] == NO_CUE].mean() > 0.9


def test_features_of_a_strength(planted: Planted) -> None:
    plan = planted.plan
    carried = plan.carried(0.8)
    added = planted.features(carried) - planted.clean
    assert (added[carried == NO_CUE] == 0).all()
    expected = 1.5 * texts("cue", len(CUES))[carried[carried != NO_CUE]]
    np.testing.assert_allclose(added[carried != NO_CUE], expected, atol=1e-5)


def found(concept: int, **fields: object) -> Found:
    given = {"position": 1, "rank": 1, "name_implied": False, "duplicate_of": None, "q": 0.01}
    return Found(0, concept, strength=3.0, **given | fields)  # pyright: ignore[reportArgumentType]


def test_the_best_accepted_finding_or_the_one_that_it_was_merged_with() -> None:
    first, second = found(10), found(11, rank=2)
    same = found(12, rank=None, duplicate_of=10)
    implied = found(13, rank=None, name_implied=True)
    findings = [first, same, implied, second]
    assert first_named(findings, [11]) is second
    assert first_named(findings, [11, 12]) is first
    assert first_named(findings, [13]) is None
    assert first_named(findings, [99]) is None


def test_chosen_classes_keep_the_fold_that_never_saw_them() -> None:
    folds = tuple(Fold(np.array(c), np.zeros(2), Identity()) for c in ([0, 3], [1, 4], [2, 5]))
    fit = as_never_seen(CrossFit("identity", folds), np.array([3, 4, 1]))
    assert [fold.held_out.tolist() for fold in fit.folds] == [[0], [1, 2]]


def trial(cue: int, finding: Found | None, with_: float = 1.0, without: float = 0.0) -> Trial:
    shown = (None, None) if cue == NO_CUE else (with_, without)
    return Trial(0.95, OWN, 0, cue, finding, None, *shown, by_chance=(0.25, 0.5))


def test_shares_are_counted_by_hand() -> None:
    supported = replace(found(1), verdict="supported")
    told: Sequence[Trial] = [
        trial(0, found(1)),
        trial(1, found(1, rank=4), with_=0.5, without=0.45),  # not relied on
        trial(2, None),
        trial(NO_CUE, supported),
        trial(NO_CUE, found(2, q=0.04)),
        trial(NO_CUE, found(2, q=0.06)),
        trial(NO_CUE, None),
    ]
    counted = {one.name: (one.hits, one.n, one.floor) for one in shares(told, OWN)}
    assert counted == {
        "recall@1": (1, 3, 0.25),
        "recall@5": (2, 3, 0.5),
        "recall@1, relied on": (1, 2, 0.25),
        "false alarms": (1, 4, None),
        "false alarms at q": (2, 4, None),
    }
    assert [one.rank for one in told] == [1, 4, None, None, None, None, None]
    assert told[2].verdict == "missed"
