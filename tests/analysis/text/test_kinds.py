"""Heads of class names."""

from analysis.text.kinds import names_a_kind, names_say


def test_a_head_shared_by_three_classes_is_a_kind():
    names = ["red fish", "Blue fish", "fish in a cave", "red crab", "blue crab", "jellyfish"]
    concepts = ["fish", "a fish", "Fishes", "crab", "red", "cave", "jellyfish", "fish in a cave"]
    # three fish; two crabs are too few; colours and places are no heads
    expected = [True, True, False, False, False, False, False, False]
    assert names_a_kind(names, concepts).tolist() == expected


def test_heads_of_several_words_and_plurals():
    names = ["American black bear", "Asian black bear", "black bears", "glass"]
    assert names_a_kind(names, ["black bear", "bear", "black", "glass"]).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert names_a_kind([], ["bear"]).tolist() == [False]


def test_a_name_says_a_concept_whose_every_word_it_has():
    names = ["red crab", "Crabs in a kelp forest", "forest"]
    concepts = ["red", "kelp forest", "a crab", "forest", "redder", "?"]
    assert names_say(names, concepts).tolist() == [
        [True, False, True, False, False, False],
        [False, True, True, True, False, False],
        [False, False, False, True, False, False],
    ]
