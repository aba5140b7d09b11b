"""The whole search on a small world: found, named, tested, merged."""

import numpy as np
import pytest

from analysis.shortcuts.inputs import Head, Seen, Texts
from analysis.shortcuts.survey import KEPT_PER_CLASS, Found, survey
from analysis.textmap.base import unit_rows
from analysis.textmap.held_out import CrossFit, Fold
from sae.autoencoder import SparseAutoencoder, Threshold
from sae.centring import Centring

CLASSES, WORDS, PER_CLASS = 40, 12, 12
D = WORDS + CLASSES
CUE, TWIN = 3, 4  # two words of one direction and nearly one meaning


class Exact:
    """A text map that knows every word's direction: the axes of the embedding are the features'."""

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        return np.pad(embeddings, ((0, 0), (0, D - embeddings.shape[1]))).astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        return {}


def world(seed: int = 0):
    """Every class has an axis of its own; words are drawn onto a tenth of all images, and class 5
    has word ``CUE`` on nearly all of its images and in its weights."""
    rng = np.random.default_rng(seed)
    words = np.eye(WORDS, dtype=np.float32)
    words[TWIN] = unit_rows(words[[CUE]] + 0.2 * words[[TWIN]])[0]
    names = unit_rows(rng.standard_normal((CLASSES, WORDS)).astype(np.float32) * 0.1 + 0.5)
    weight = np.zeros((CLASSES, D), np.float32)
    weight[:, WORDS:] = 2 * np.eye(CLASSES)
    weight[:, :WORDS] = 0.1 * rng.standard_normal((CLASSES, WORDS))
    weight[5, CUE] = 2
    labels = np.repeat(np.arange(CLASSES), PER_CLASS)
    features = 0.05 * rng.standard_normal((len(labels), D)).astype(np.float32)
    features[np.arange(len(labels)), WORDS + labels] += 1
    shown = rng.random((len(labels), WORDS)) < 0.1
    shown[labels == 5, CUE] = np.arange(PER_CLASS) > 0
    shown[:, TWIN] = False
    features[:, :WORDS] += shown
    latents = SparseAutoencoder(
        encoder_weight=np.eye(D, dtype=np.float32), encoder_bias=np.zeros(D, np.float32),
        decoder_weight=np.eye(D, dtype=np.float32), decoder_bias=np.zeros(D, np.float32),
        gate=Threshold(np.full(D, 0.5, np.float32)), subtract_decoder_bias=False,
        centring=Centring(np.zeros(D, np.float32), 1.0),
    )  # fmt: skip
    folds = tuple(
        Fold(held, np.zeros(D, np.float32), Exact()) for held in np.array_split(np.arange(40), 4)
    )
    texts = Texts(names, names, words, np.zeros(WORDS, bool), np.zeros((CLASSES, WORDS), bool))
    head = Head(weight, np.zeros(CLASSES, np.float32))
    return CrossFit("exact", folds), texts, head, Seen(features, labels, latents)


@pytest.fixture(scope="module")
def found() -> tuple[Found, ...]:
    return survey(*world(), seed=0).findings


def test_the_planted_cue_comes_first_and_is_supported(found: tuple[Found, ...]):
    first = next(f for f in found if f.class_id == 5 and f.rank == 1)
    assert first.concept_id in (CUE, TWIN)
    assert first.verdict == "supported"
    assert first.q <= 0.05
    lines = {line.line: line for line in first.lines}
    assert lines["named"].detail["latents"] == [CUE]
    assert first.named_share == lines["named"].value


def test_what_says_the_same_is_merged_and_ranks_skip_it(found: tuple[Found, ...]):
    of_class = [f for f in found if f.class_id == 5]
    pair = [f for f in of_class if f.concept_id in (CUE, TWIN)]
    leader, other = sorted(pair, key=lambda f: f.position)
    assert leader.rank == 1
    assert leader.duplicate_of is None
    assert other.rank is None
    assert other.duplicate_of == leader.concept_id
    ranks = [f.rank for f in of_class if f.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))


def test_no_other_class_is_convicted_and_weak_pairs_stay_candidates(found: tuple[Found, ...]):
    assert {f.class_id for f in found if f.verdict == "supported"} == {5}
    for f in found:
        assert (f.verdict == "candidate") == (f.rank is None or f.q > 0.05)
        assert bool(f.lines) == (f.verdict != "candidate")
        assert f.position <= min(KEPT_PER_CLASS, WORDS)


def test_without_images_all_are_candidates():
    fit, texts, head, _ = world()
    told = survey(fit, texts, head, None, seed=0)
    assert told.candidates.features is None
    assert told.candidates.latents is None
    assert {f.verdict for f in told.findings} == {"candidate"}
    first = next(f for f in told.findings if f.class_id == 5 and f.rank == 1)
    assert first.concept_id in (CUE, TWIN)


def test_without_latents_nothing_is_supported():
    fit, texts, head, seen = world()
    told = survey(fit, texts, head, Seen(seen.features, seen.labels, None), seed=0)
    strong = [f for f in told.findings if f.lines]
    assert strong
    assert {f.verdict for f in strong} <= {"correlational", "refuted"}
    lines = {line.line: line for line in strong[0].lines}
    assert lines["masking"].value is None
    assert lines["projecting"].value is not None


def test_classes_with_too_few_images_are_insufficient():
    fit, texts, head, seen = world()
    kept = (seen.labels != 5) | (np.cumsum(seen.labels == 5) <= 3)
    few = Seen(seen.features[kept], seen.labels[kept], seen.autoencoder)
    told = survey(fit, texts, head, few, seed=0)
    first = next(f for f in told.findings if f.class_id == 5 and f.rank == 1)
    assert first.verdict != "supported"
    assert {line.line: line for line in first.lines}["masking"].holds is None
