"""CLIP's space: the linear map, and a tiny random CLIP from disk."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import CLIPModel

from analysis.errors import InputError, TextError
from analysis.explain.grounds import Grounds
from analysis.explain.texter.clip_space import Clip, clip_space, load_clip
from analysis.explain.texter.joint import JointSpace
from analysis.explain.texter.texter import Texter
from tests.analysis.explain.texter import worlds
from tests.analysis.explain.tiny_clip import write_clip


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip"))


def _pictures(count: int) -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, (count, 8, 8, 3), np.uint8)
    return [Image.fromarray(picture) for picture in noise]


def test_a_clip_from_disk_gives_unit_rows_as_transformers_does(tiny_clip: Path):
    clip = load_clip(str(tiny_clip))
    assert isinstance(clip, Clip)
    pictures, texts = clip.images(_pictures(70)), clip.texts(["glowing", "murky water"])
    assert pictures.shape == (70, 6)
    model, processor = CLIPModel.from_pretrained(tiny_clip), clip.processor
    inputs = processor(
        text=["glowing", "murky water"], images=_pictures(70), padding=True, return_tensors="pt"
    )
    with torch.no_grad():
        out = model(**inputs)
    np.testing.assert_allclose(pictures, out.image_embeds, atol=1e-5)
    np.testing.assert_allclose(texts, out.text_embeds, atol=1e-5)


def test_long_texts_are_cut(tiny_clip: Path):
    assert load_clip(str(tiny_clip)).texts(["murky " * 50]).shape == (1, 6)


def test_what_is_no_clip_is_refused(tmp_path: Path):
    with pytest.raises(TextError, match="directory or a hub id"):
        load_clip(str(tmp_path))


def test_the_method_speaks_through_a_clip(tiny_clip: Path):
    known = worlds.grounds()
    many = replace(known, features=np.tile(known.features, (2, 1)))
    space = clip_space(many, load_clip(str(tiny_clip)), _pictures(8))
    assert isinstance(space, JointSpace)
    said = Texter(known, seed=0, joint=space)(worlds.decision(known, 0))
    assert said.details["joint"] == str(tiny_clip)
    assert said.phrases


class _Turned:
    """A CLIP whose image embeddings are a turned copy of the features: a linear map is exact."""

    name = "turned"

    def __init__(self, features: np.ndarray, aside: float = 0.0) -> None:
        """All embeddings lie ``aside`` along the turned second axis."""
        turn = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
        self._rows, self.turn = (features @ turn + aside * turn[1]).astype(np.float32), turn

    def images(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        return self._rows

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        return self.turn.astype(np.float32)[:1].repeat(len(texts), axis=0)


def _many() -> tuple[Grounds, np.ndarray]:
    rows = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    return worlds.grounds(), rows - rows.mean(axis=0)


def test_a_turned_space_is_turned_back():
    known, rows = _many()
    grounds = replace(known, features=rows)
    clip = _Turned(rows)
    space = clip_space(grounds, clip, _pictures(200))
    assert space.explained > 0.98  # all but what the ridge takes
    # The texts lie on the turned first axis, so cosines are those with the first axis.
    scores = space.scores(np.array([[1, 0, 0], [0, 1, 0]], np.float32))[:, 0]
    np.testing.assert_allclose(scores, [1, 0], atol=0.05)


def test_scores_count_from_where_all_images_lie():
    known, rows = _many()
    space = clip_space(replace(known, features=rows), _Turned(rows, aside=2.0), _pictures(200))
    # The first axis, and 2 along the second: a cosine of 1/√5 with the first.
    scores = space.scores(np.array([[1, 0, 0]], np.float32))
    np.testing.assert_allclose(scores[0, 0], 1 / np.sqrt(5), atol=0.05)


def test_a_space_of_noise_explains_nothing():
    known, rows = _many()
    grounds = replace(known, features=rows)
    noise = np.random.default_rng(2).normal(size=rows.shape).astype(np.float32)
    assert clip_space(grounds, _Turned(noise), _pictures(200)).explained < 0.1


def test_pictures_must_be_those_of_the_audit():
    known = worlds.grounds()
    with pytest.raises(InputError, match="3 pictures do not fit 4"):
        clip_space(known, _Turned(known.features), _pictures(3))
