"""Which concepts may be said."""

import numpy as np
import pytest

from analysis.explain.texter.candidates import distinct, repeats_name, sayable
from analysis.explain.unasked import unasked_words


def test_what_does_not_go_on_from_it_shows_is_left_out():
    texts = ("may have stripes", "a made bed", "made of wood", "cannon", "typically red", "canopy")
    assert sayable(texts, filter_words=True).tolist() == [False, True, False, True, False, True]


def test_listed_words_are_left_out_where_asked():
    texts = (f"a {min(unasked_words())} thing", "a thing")
    assert sayable(texts, filter_words=True).tolist() == [False, True]
    assert sayable(texts, filter_words=False).tolist() == [True, True]


@pytest.mark.parametrize(
    ("name", "concept", "repeats"),
    [
        ("shark", "shark", True),
        ("shark", "a shark's fin", True),
        ("red crab", "red", True),
        ("red crab", "red rocks", False),
        ("tiger shark", "fish", False),
        ("bee", "beehive", False),
    ],
)
def test_the_name_explains_nothing(name: str, concept: str, repeats: bool):
    assert repeats_name(name, concept) is repeats


def _distinct(scores: list[float], barred: tuple[int, ...] = ()) -> list[int]:
    # Texts 0 and 1 say the same.
    embeddings = np.eye(4, dtype=np.float32)
    embeddings[1] = [0.9, np.sqrt(1 - 0.81), 0, 0]
    return distinct(
        np.array(scores, float), lambda i: i not in barred, embeddings, np.eye(4, dtype=np.float32),
        count=3,
    )  # fmt: skip


def test_of_one_meaning_the_best_is_said():
    assert _distinct([2, 3, 1, 4]) == [3, 1, 2]


def test_what_is_not_allowed_does_not_stand_in_the_way_of_its_like():
    assert _distinct([2, 3, 1, 4], barred=(1, 3)) == [0, 2]


def test_what_lies_below_zero_is_said_only_when_nothing_else_is_there():
    assert _distinct([-1, -3, 2, -2]) == [2]
    assert _distinct([-1, -3, -2, -2]) == [0]
    assert _distinct([1, 1, 1, 1], barred=(0, 1, 2, 3)) == []
