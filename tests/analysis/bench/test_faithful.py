"""Images drawn for the faithful mode, and sentences that are searched once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bench import faithful as module
from analysis.bench.faithful import faithful, spread
from analysis.cache import ENVIRONMENT
from analysis.explain.config import NleConfig
from analysis.explain.grounds import Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.unasked import WITHHELD, unasked_words
from analysis.explain.zero_shot import explain
from analysis.progress import Advance, Silent
from tests.analysis.explain import tiny, worlds

TINY = NleConfig(iterations=2, candidates=3, min_tokens=2, max_tokens=5)


@pytest.fixture(scope="module")
def lm() -> LanguageModel:
    return tiny.language_model()


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    return tmp_path / "faithful"


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Features that a search was made for."""
    made: list[np.ndarray] = []

    def counting(feature, *arguments, **options):
        made.append(feature)
        return explain(feature, *arguments, **options)

    monkeypatch.setattr(module, "explain", counting)
    return made


def _faithful(lm, images=(0, 1), config=TINY, *, seed=0, grounds: Grounds | None = None):
    return faithful(grounds or worlds.grounds(), images, lm, config, seed=seed, progress=Silent())


@given(labels=st.lists(st.integers(-1, 4)), count=st.integers(0, 6), seed=st.integers(0, 99))
def test_images_are_of_different_classes(labels: list[int], count: int, seed: int) -> None:
    known = np.array(labels, int)
    drawn = spread(known, count, seed=seed)
    of = [labels[image] for image in drawn]
    assert -1 not in of
    assert len(of) == len(set(of)) == min(count, len(set(labels) - {-1}))
    assert drawn == spread(known, count, seed=seed)


def test_any_class_and_any_of_its_images_may_be_drawn() -> None:
    labels = np.repeat([0, 1, 2, -1], 3)
    drawn = {tuple(spread(labels, 1, seed=seed)) for seed in range(200)}
    assert drawn == {(image,) for image in range(9)}


def test_sentences_are_those_of_the_search_on_the_centred_feature(lm, searched) -> None:
    told = _faithful(lm)
    grounds = worlds.grounds()
    np.testing.assert_array_equal(searched, grounds.features[:2] - 1)  # the mean is 1 everywhere
    for image, one in enumerate(told):
        expected = explain(grounds.features[image] - 1, grounds.text_direction, lm, TINY, seed=0)
        for candidate, same in zip(one.told.candidates, expected.candidates, strict=True):
            assert candidate.text == same.text
            # Sums of floats run in another order on a busy machine.
            assert candidate.score == pytest.approx(same.score)
            assert candidate.fluency == pytest.approx(same.fluency)
        assert one.told.encodings == expected.encodings
        assert one.processor_seconds > 0


def test_what_was_searched_is_read_the_second_time(lm, searched, cache: Path) -> None:
    first = _faithful(lm)
    assert len(searched) == len(list(cache.iterdir())) == 2
    assert _faithful(lm) == first
    assert len(searched) == 2
    _faithful(lm, images=(2, 0))
    assert len(searched) == 3  # image 0 was there


def test_other_input_is_searched_anew(lm, searched, monkeypatch: pytest.MonkeyPatch) -> None:
    grounds = worlds.grounds()
    other_map = replace(grounds, concept_directions=grounds.concept_directions + np.float32(1))
    others = [
        lambda: _faithful(lm, (0,)),
        lambda: _faithful(lm, (1,)),
        lambda: _faithful(lm, (0,), seed=1),
        lambda: _faithful(lm, (0,), replace(TINY, candidates=4)),
        lambda: _faithful(replace(lm, sha256="1" * 64), (0,)),
        lambda: _faithful(lm, (0,), grounds=other_map),
    ]
    for number, search in enumerate(others, 1):
        search()
        assert len(searched) == number
    monkeypatch.setattr(module, "SEARCH", module.SEARCH + 1)
    _faithful(lm, (0,))
    assert len(searched) == len(others) + 1


def test_sentences_read_again_are_filtered_again(lm, cache: Path) -> None:
    _faithful(lm, (0,), replace(TINY, iterations=1))
    (path,) = cache.iterdir()
    listed = min(unasked_words())
    kept = path.read_text("utf-8")
    text = _faithful(lm, (0,), replace(TINY, iterations=1))[0].told.text
    path.write_text(kept.replace(f'"text": "{text}"', f'"text": "{listed} fish"'), "utf-8")
    (again,) = _faithful(lm, (0,), replace(TINY, iterations=1))
    assert again.told.text == f"{WITHHELD} fish"


def test_the_bar_counts_iterations_searched_or_read(lm) -> None:
    totals: list[int | None] = []
    steps: list[int] = []

    class Counting(Silent):
        @contextmanager
        def task(self, description: str, total: int | None) -> Iterator[Advance]:
            totals.append(total)
            yield steps.append

    for _ in range(2):
        faithful(worlds.grounds(), [0, 1], lm, TINY, seed=0, progress=Counting())
    assert totals == [4, 4]
    assert sum(steps) == 8
