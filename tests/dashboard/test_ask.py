"""The page Ask: what answers a text, and what is said where it cannot be read."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import streamlit as st

from analysis.asking.encoders import Read
from analysis.errors import TextError
from dashboard.parts.ask import subject
from tests.dashboard.asked_rows import add_asking, embeddings
from tests.dashboard.conftest import Open, words
from tests.hostile import HOSTILE_NAMES
from tests.stores import CLASSES


@dataclass
class Fixed:
    """Reads every text as the third concept, and 50 characters at most."""

    def read(self, text: str) -> Read:
        return Read(embeddings(8, 0)[2], min(len(text), 50))


@pytest.fixture
def asked(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    st.cache_resource.clear()
    st.cache_data.clear()
    monkeypatch.setattr(subject, "load_reader", lambda name: Fixed())
    return add_asking(Path(shutil.copytree(small, tmp_path / "audit")))


def test_all_kinds_answer(open_page: Open, asked: Path) -> None:
    app = open_page(asked, "ask", a_text="something red")
    assert not app.error
    assert [header.value for header in app.subheader] == [
        "Classes",
        "Images",
        "Latents",
        "Neurons",
    ]
    latents, neurons = (table.value for table in app.dataframe)
    assert len(latents) == 6
    # The kernel's anchors are the axes, so a neuron answers as its axis does.
    direction = np.exp(2 * (embeddings(8, 0)[2] - 1))
    direction /= np.linalg.norm(direction)
    assert list(neurons["number"]) == np.argsort(-direction).tolist()
    assert list(neurons["cosine"]) == pytest.approx(np.sort(direction)[::-1].tolist(), abs=1e-5)
    said = words(app)
    assert "Floor" in said and "nearest words of the vocabulary" in said
    assert all(name in said for name in CLASSES)


def test_a_word_of_the_vocabulary_and_another_text(open_page: Open, asked: Path) -> None:
    app = open_page(asked, "ask", a_text="glowing", a_not="cave")
    said = words(app)
    assert "is a word of the vocabulary" in said
    assert "Compared with “cave”" in said
    assert "Floor" not in said  # it was not measured for differences


def test_a_long_text_is_cut_and_said(open_page: Open, asked: Path) -> None:
    app = open_page(asked, "ask", a_text="y" * 10_000)
    assert "Only the first 50 characters were read" in words(app)


def test_without_the_encoder_the_vocabulary_can_be_asked(
    open_page: Open, asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Fixed:
        raise TextError("cannot load the text encoder 'them/theirs'")

    monkeypatch.setattr(subject, "load_reader", missing)
    app = open_page(asked, "ask", a_text="car")
    assert "cannot load the text encoder" in app.error[0].value
    assert not app.subheader
    app = open_page(asked, "ask", a_text="cav")
    app.button(key="ask_like_0").click().run()  # the word that holds it
    assert not app.error and not app.exception
    assert app.text_input(key="a_text").value == "cave"
    assert app.subheader


def test_suggestions_fill_the_box(open_page: Open, asked: Path) -> None:
    app = open_page(asked, "ask")
    assert not app.subheader
    app.button(key="ask_try_0").click().run()
    assert app.text_input(key="a_text").value
    assert len(app.subheader) == 4


@pytest.mark.parametrize("text", ["\x00", "\u200b", *HOSTILE_NAMES])
def test_hostile_texts_do_no_harm(open_page: Open, asked: Path, text: str) -> None:
    app = open_page(asked, "ask", a_text=text, a_not=text)
    said = words(app)
    assert "<script>" not in said and "![p](" not in said


def test_a_store_that_cannot_be_asked_says_why(open_page: Open, small: Path) -> None:
    app = open_page(small, "ask")
    assert not app.error
    app = open_page(small, "ask", a_text="red")
    assert "cannot be asked" in app.error[0].value
    assert "no array" in app.error[0].value


def test_weights_alone_answer_for_classes(
    open_page: Open, weights_only: Path, tmp_path: Path, asked: Path
) -> None:
    audit = add_asking(Path(shutil.copytree(weights_only, tmp_path / "weights")))
    app = open_page(audit, "ask", a_text="glowing")
    assert not app.error
    assert [header.value for header in app.subheader] == ["Classes"]
    assert "its weights alone answer" in words(app)


def test_an_empty_store_says_so(open_page: Open, empty: Path) -> None:
    said = words(open_page(empty, "ask"))
    assert "This audit holds no text map yet." in said and "--resume" in said
