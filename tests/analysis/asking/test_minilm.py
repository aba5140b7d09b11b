"""The packaged encoder in numpy against the real one, run by the library it was made for."""

import subprocess
import sys

import numpy as np
import pytest

from analysis.asking.encoders import load_reader
from analysis.asking.minilm import MiniLm
from analysis.errors import TextError
from analysis.text import encoder
from tests.analysis import small

TEXTS = (
    "red",
    "A photograph of a Large, orange cat; isn't it?",
    "Ünïcödé façade 日本 😀",
    "word soup " * 300,
    "x" * 400,
)


@pytest.fixture(scope="module")
def reader() -> MiniLm:
    return MiniLm.packaged()


def test_embeddings_are_those_of_the_real_encoder(reader: MiniLm) -> None:
    ours = np.stack([reader.read(text).embedding for text in TEXTS])
    np.testing.assert_allclose(ours, small.cached_encoder().encode(TEXTS), atol=1e-6)


def test_it_says_how_far_it_read(reader: MiniLm) -> None:
    assert reader.read("a red crab").characters == len("a red crab")
    # 256 tokens, two of them marks: 127 times two words, 10 characters each time but the last.
    assert reader.read(TEXTS[3]).characters == 127 * 10 - 1


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PACKAGED_SHA256", "0" * 64)
    with pytest.raises(TextError, match="not the official"):
        load_reader("packaged")


def test_reading_loads_no_torch() -> None:
    code = (
        "import sys\nfrom analysis.asking.encoders import load_reader\n"
        "import analysis.asking.answers, analysis.asking.floors\n"
        "load_reader('packaged').read('a crab')\nprint('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_another_encoder_goes_through_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.asking import encoders

    monkeypatch.setattr(encoders, "load_text_encoder", lambda name: small.cached_encoder())
    read = load_reader("elsewhere/model").read("a crab")
    np.testing.assert_array_equal(read.embedding, small.cached_encoder().encode(["a crab"])[0])
    assert read.characters == len("a crab")
