"""The vocabulary of the trials: the cues' words, and names that speak of a cue."""

from collections.abc import Sequence

import numpy as np

from analysis.canary.cues import CUES, cue_words
from analysis.canary.words import Vocabulary

AXES = {"green": 0, "lawn": 0, "fish": 1}
DIM = 200


def encode(texts: Sequence[str]) -> np.ndarray:
    """Every text on an axis of its own, but for a lawn, which reads as green does."""
    rows = np.zeros((len(texts), DIM), np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[AXES.setdefault(text, len(AXES))] = 1
    return rows


def vocabulary(names: tuple[str, ...], concepts: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(names, concepts, encode(names), encode(names), encode(concepts))


def test_words_that_are_missing_come_behind_the_concepts() -> None:
    known = vocabulary(("fish",), ("kelp", "green", "blurry")).with_cues(encode)
    assert known.concepts[:3] == ("kelp", "green", "blurry")
    assert set(known.concepts) == {"kelp", *cue_words()}
    assert len(set(known.concepts)) == len(known.concepts) == len(known.concept_embeddings)
    tint = next(i for i, cue in enumerate(CUES) if cue.name == "tint")
    assert {known.concepts[i] for i in known.accepted(tint)} == set(CUES[tint].words)
    assert known.with_cues(encode) is known


def test_names_speak_of_a_cue_by_their_words_and_by_their_sense() -> None:
    names = ("green_fish", "lawn", "fish")
    said = vocabulary(names, ("kelp",)).with_cues(encode).says_so()
    assert said.shape == (3, len(CUES))
    tint = [cue.name for cue in CUES].index("tint")
    assert said[:, tint].tolist() == [True, True, False]
    assert not np.delete(said, tint, axis=1).any()


def test_of_some_classes() -> None:
    part = vocabulary(("fish", "lawn", "crab"), ("kelp",)).of_classes(np.array([2, 0]))
    assert part.names == ("crab", "fish")
    assert (part.name_embeddings == encode(["crab", "fish"])).all()
    assert part.texts.said.shape == (2, 1)
