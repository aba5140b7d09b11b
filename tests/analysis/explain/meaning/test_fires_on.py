"""The classes on whose images a unit fires most, counted by hand."""

from dataclasses import replace

import numpy as np

from analysis.explain.grounds import Grounds
from analysis.explain.meaning.fires_on import fires_on
from tests.analysis.explain.meaning import worlds

NAMES = tuple(f"class {i}" for i in range(20))


def _seen(activations: list[float], decided: list[int]) -> Grounds:
    """Image i is taken for ``decided[i]`` and activates unit 0 by ``activations[i]``; 180
    more images, nine of each of 20 classes, do not."""
    won = np.array([*decided, *list(range(20)) * 9])
    first = np.zeros((len(won), 4), np.float32)
    first[: len(activations), 0] = activations
    plain = worlds.grounds()
    return replace(
        plain,
        head=replace(plain.head, weight=np.eye(20, dtype=np.float32), bias=np.zeros(20, "f4")),
        class_names=NAMES,
        features=np.eye(20, dtype=np.float32)[won],
        concept_directions=np.eye(1, 20, dtype=np.float32),
        units=replace(plain.units, directions=np.eye(4, 20, dtype=np.float32), activations=first),
    )


def test_classes_more_frequent_than_by_chance_are_told_the_most_frequent_first() -> None:
    """Of ten images five are of class 3 and four of class 7, which hold 14 and 13 of 190 images: by
    chance that many are there once in 2,500 and once in 300 times."""
    activations = [9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0.5]
    decided = [7, 7, 7, 7, 3, 3, 3, 3, 3, 1]
    assert fires_on(_seen(activations, decided), 0) == (10, (("class 3", 5),))
    # … and nine of ten leave no room for another
    assert fires_on(_seen(activations, [7] * 9 + [3]), 0) == (10, (("class 7", 9),))


def test_of_equally_many_the_one_with_the_stronger_image_comes_first() -> None:
    activations = [9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0.5]
    assert fires_on(_seen(activations, [4, 2] * 5), 0) == (10, (("class 4", 5), ("class 2", 5)))


def test_images_on_which_a_unit_does_not_fire_are_left_out() -> None:
    """Of two images, both of class 5, which holds 11 of 182: by chance once in 270 times."""
    assert fires_on(_seen([1.0, 1.0], [5, 5]), 0) == (2, ())
    assert fires_on(_seen([1.0, 1.0, 1.0], [5, 5, 5]), 0) == (3, (("class 5", 3),))
    assert fires_on(_seen([], []), 0) == (0, ())


def test_a_neuron_below_its_mean_is_looked_at_from_there() -> None:
    activations = [-3.0, -2, -1, -1, -1, 2, 2, 2, 2, 2]
    grounds = _seen(activations, [6] * 5 + [8] * 5)
    assert fires_on(grounds, 0, sign=-0.1) == (5, (("class 6", 5),))
    assert fires_on(grounds, 0, sign=4.0) == (5, (("class 8", 5),))
