"""Asking a text: cosines and percentiles by hand, on an audit whose truth is simple."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import analysis.ask
from analysis.ask import Answer, ask
from analysis.asking.encoders import TextReader
from analysis.asking.minilm import MiniLm
from analysis.errors import InputError
from analysis.reef.truth import class_names
from analysis.textmap.saved import unpack
from db.errors import StoreMissing
from db.queries.images import image_paths
from db.reader import AuditReader
from db.store import AuditStore
from sae.autoencoder import SparseAutoencoder
from tests import stores
from tests.analysis import small
from tests.analysis.conftest import SmallAudit

packaged = cache(MiniLm.packaged)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The encoders that are asked for; each is the packaged one, loaded once."""
    names: list[str] = []

    def load(name: str) -> TextReader:
        names.append(name)
        return packaged()

    monkeypatch.setattr(analysis.ask, "load_reader", load)
    return names


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def of_kind(answers: list[Answer], kind: str) -> list[Answer]:
    return [answer for answer in answers if answer.kind == kind]


def test_the_kinds_come_in_order_best_first(small_audit: SmallAudit) -> None:
    answers = ask(small_audit.directory, "a red crab", best=4)
    assert [a.kind for a in answers] == ["class"] * 4 + ["latent"] * 4 + ["neuron"] * 4 + [
        "image"
    ] * 4
    for kind in ("class", "latent", "neuron", "image"):
        scores = [answer.score for answer in of_kind(answers, kind)]
        assert scores == sorted(scores, reverse=True)


def test_a_class_answers_to_its_own_name(small_audit: SmallAudit) -> None:
    answers = ask(small_audit.directory, "  an image of a seahorse ", best=1)
    assert of_kind(answers, "class")[0].name == "seahorse"


def rows_of(audit: AuditReader, kind: str) -> dict[str, np.ndarray]:
    """Each respondent's centred row under its name, straight from the store's files."""
    weights = np.asarray(audit.array("class_embeddings"))
    features = np.asarray(audit.array("features"))
    if kind == "class":
        return dict(zip(class_names(), weights - weights.mean(0), strict=True))
    if kind == "neuron":
        return {str(i): row for i, row in enumerate(np.eye(weights.shape[1]))}
    if kind == "image":
        paths = image_paths(audit.engine)
        return {paths[i]: row for i, row in enumerate(features - features.mean(0))}
    (directory,) = (audit.directory / "sae").iterdir()
    directions = SparseAutoencoder.from_directory(directory).decoder_directions
    return {str(i): row for i, row in enumerate(directions)}


@pytest.mark.parametrize("kind", ["class", "latent", "neuron", "image"])
def test_scores_and_percentiles_by_hand(kind: str, small_audit: SmallAudit) -> None:
    text = "something glowing"
    answers = of_kind(ask(small_audit.directory, text, best=3), kind)
    with AuditReader(small_audit.directory) as audit:
        text_map = unpack("kernel", np.asarray(audit.array("text_map.kernel")))
        direction = text_map(small.cached_encoder().encode([text]))[0]
        concepts = np.asarray(audit.array("concept_directions.kernel"))
        rows = rows_of(audit, kind)
    scores = {name: cosine(row, direction) for name, row in rows.items()}
    best = sorted(scores.values(), reverse=True)[:3]
    assert [answer.score for answer in answers] == pytest.approx(best, abs=1e-5)
    for answer in answers:
        assert answer.score == pytest.approx(scores[answer.name], abs=1e-5)
        below = sum(cosine(rows[answer.name], u) < answer.score for u in concepts)
        assert answer.percentile == pytest.approx(100 * below / len(small.CONCEPTS))


def test_more_than_there_is_gives_all_there_is(small_audit: SmallAudit) -> None:
    answers = ask(small_audit.directory, "red", best=10_000)
    assert len(of_kind(answers, "class")) == 192
    assert len(of_kind(answers, "latent")) == 8
    assert {a.id: a.name for a in of_kind(answers, "class")} == dict(enumerate(class_names()))
    assert {a.id for a in of_kind(answers, "image")} == set(range(small.N_IMAGES))
    assert all(a.name == str(a.id) for a in of_kind(answers, "latent"))


def test_the_weights_alone_answer_for_the_classes(weights_only: SmallAudit) -> None:
    answers = ask(weights_only.directory, "a duck", best=2)
    assert [answer.kind for answer in answers] == ["class", "class"]
    assert answers[0].name == "duck"


def test_the_audits_own_encoder_is_asked(small_audit: SmallAudit, asked: list[str]) -> None:
    ask(small_audit.directory, "a red duck", best=1)
    assert asked == ["packaged"]


def test_a_word_of_the_vocabulary_needs_no_encoder(
    small_audit: SmallAudit, asked: list[str]
) -> None:
    known = ask(small_audit.directory, " red ", best=3)
    assert asked == []
    # Capitals are another text to the store and the same to this encoder.
    read = ask(small_audit.directory, "RED", best=3)
    assert asked == ["packaged"]
    assert [(a.kind, a.id) for a in known] == [(a.kind, a.id) for a in read]
    assert [a.score for a in known] == pytest.approx([a.score for a in read], abs=1e-5)


def test_a_later_run_that_was_stopped_does_not_change_the_encoder(
    audit_copy: Path, asked: list[str]
) -> None:
    with AuditStore.open(audit_copy) as store:
        run = store.begin_run("glowworm audit", {"text_encoder": "another"}, {}, 0)
        store.end_run(run, "stopped")
    ask(audit_copy, "a red duck", best=1)
    assert asked == ["packaged"]


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\x00", "\x01\u200b"])
def test_an_empty_text_is_refused(text: str, small_audit: SmallAudit) -> None:
    with pytest.raises(InputError, match="the text is empty"):
        ask(small_audit.directory, text, best=1)


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (lambda directory: directory, StoreMissing),
        (stores.build_empty_store, InputError),
    ],
)
def test_an_audit_without_a_text_map_is_refused_with_what_to_do(
    build: Callable[[Path], Path], error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error, match="audit"):
        ask(build(tmp_path / "audit"), "red", best=1)


def test_a_text_far_from_every_class_name_is_warned_of(small_audit: SmallAudit) -> None:
    said: list[str] = []
    ask(small_audit.directory, "red crab", best=1, warn=said.append)
    assert said == []
    ask(small_audit.directory, "the minutes of the second budget hearing", best=1, warn=said.append)
    (sentence,) = said
    assert "far from every class name" in sentence and "extrapolation" in sentence


def test_a_long_text_is_cut_at_what_the_encoder_reads(small_audit: SmallAudit) -> None:
    said: list[str] = []
    long = ask(small_audit.directory, "glowing crab " * 800, best=2, warn=said.append)
    (sentence,) = [s for s in said if "Only the first" in s]
    # 256 tokens, of which two mark the ends: 127 times two words, 13 characters each time.
    assert f"{127 * 13 - 1:,} characters" in sentence
    short = ask(small_audit.directory, "glowing crab " * 127, best=2)
    assert [(a.kind, a.id, a.score) for a in long] == [(a.kind, a.id, a.score) for a in short]
