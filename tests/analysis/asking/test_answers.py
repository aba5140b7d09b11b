"""Readings, rankings and floors on a subject of two dimensions, where angles say it all."""

from dataclasses import dataclass

import numpy as np
import pytest
from sqlalchemy import create_engine

from analysis.asking.answers import LONGEST, near_words, place, rank, read
from analysis.asking.encoders import Read
from analysis.asking.floors import floors
from analysis.asking.rows import measured
from analysis.asking.subject import Subject
from analysis.errors import InputError
from analysis.hull import Names

WORDS = {"east": 0, "north-east": 40, "north": 90, "west": 180}


def at(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class Compass(Subject):
    """Texts are angles, and the map leaves them as they are."""

    def concept_called(self, text: str) -> int | None:
        return list(WORDS).index(text) if text in WORDS else None


@dataclass
class Degrees:
    """Reads an angle, and 6 characters at most."""

    texts: list[str]

    def read(self, text: str) -> Read:
        self.texts.append(text)
        return Read(at(float(text[:6]))[0], min(len(text), 6))


def subject() -> Compass:
    rows = {"class": measured(at(10, 100, 200), 3, centred=False)}
    words = at(*WORDS.values())
    return Compass(
        engine=create_engine("sqlite://"),
        encoder="packaged",
        text_map=lambda embeddings: 2 * embeddings,
        rows=rows,
        concepts=measured(3 * words, len(words), centred=False),
        embeddings=words,
        names=Names.of(at(0, 10, 30, 50)),
    )


def test_a_word_of_the_vocabulary_is_not_read_again() -> None:
    told = read(subject(), " north ", lambda: pytest.fail("the encoder was asked for"))
    assert (told.text, told.cut, told.concept_id) == ("north", False, 2)
    np.testing.assert_allclose(told.direction, [0, 1], atol=1e-6)


def test_what_the_encoder_does_not_read_is_cut_and_said() -> None:
    reader = Degrees([])
    told = read(subject(), "45.000" + "9" * 20_000, lambda: reader)
    assert (told.text, told.cut, told.concept_id) == ("45.000", True, None)
    assert len(reader.texts[0]) == LONGEST
    np.testing.assert_allclose(told.direction, at(45)[0], atol=1e-6)


@pytest.mark.parametrize("text", ["", " \t", "\x00\x00", "\ud800"])
def test_nothing_to_read_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="empty"):
        read(subject(), text, lambda: Degrees([]))


def test_the_nearest_words_leave_the_text_itself_out() -> None:
    told = read(subject(), "east", lambda: Degrees([]))
    ids, cosines = near_words(subject(), told)
    assert ids.tolist() == [1, 2, 3]
    np.testing.assert_allclose(cosines, np.cos(np.radians([40, 90, 180])), atol=1e-6)
    assert place(subject(), told).nearest.tolist() == [0]


def test_classes_by_angle_and_percentiles_by_hand() -> None:
    told = read(subject(), "85", lambda: Degrees([]))
    found = rank(subject(), "class", told, best=2)
    assert found.ids.tolist() == [1, 0]
    np.testing.assert_allclose(found.scores, np.cos(np.radians([15, 75])), atol=1e-6)
    # From 100 degrees: north at 10 is nearer than 15, three words are farther. From 10: east at
    # 10 and north-east at 30 are nearer than 75, north at 80 and west are farther.
    assert found.percentiles.tolist() == [75, 50]


def test_a_word_does_not_stand_above_itself() -> None:
    told = read(subject(), "north", lambda: Degrees([]))
    found = rank(subject(), "class", told, best=1)
    assert found.percentiles.tolist() == [75]


def test_against_another_text_the_difference_answers() -> None:
    told, other = (read(subject(), text, lambda: Degrees([])) for text in ("east", "north"))
    found = rank(subject(), "class", told, best=3, against=other)
    # East less north points at -45 degrees.
    assert found.ids.tolist() == [0, 2, 1]
    np.testing.assert_allclose(found.scores, np.cos(np.radians([55, 115, 145])), atol=1e-6)
    # In the place of east: north-east less north at -25 and west less north at 225 degrees, which
    # are 35 and 145 from the first class; north less north is nothing and counts as 0.
    assert found.percentiles.tolist()[0] == 50
    same = rank(subject(), "class", other, best=1, against=other)
    assert same.scores.tolist() == [0]


def test_floors_are_the_best_of_drawn_texts() -> None:
    found = floors(subject())["class"]
    # Each word's nearest class: 10, 30, 10 and 20 degrees off.
    np.testing.assert_allclose(found.words, np.cos(np.radians([30, 20, 10, 10])), atol=1e-6)
    assert found.share_below(float(np.cos(np.radians(15)))) == 0.5
    # On a circle with three classes no direction is farther than 85 degrees from all of them.
    assert np.cos(np.radians(85)) < found.value <= 1
