"""The reef's world: names, attributes, planted cues, controls."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2_contingency

from analysis.errors import UsageError
from analysis.reef.truth import (
    COLOURS,
    CONCEPTS,
    CONTROLS,
    PATTERNS,
    PLAIN_CREATURES,
    PLANTED,
    REEF_TRUTH,
    SCENES,
    class_names,
    class_specs,
)
from analysis.reef.vocabulary import DISTRACTORS, vocabulary, world_concepts
from analysis.reef.world import DEFAULT_WORLD, WorldConfig, is_true_of, sample_attributes


def test_names_are_unique_and_of_the_promised_number():
    names = class_names()
    assert len(names) == len(set(names))
    assert 150 <= len(names) <= 250
    assert {"striped fish", "red crab", "octopus in a cave", "glowing squid"} <= set(names)


def test_truth_has_enough_planted_classes_and_controls():
    assert len(PLANTED) >= 8
    assert len(CONTROLS) >= 12
    assert len({concept for _, concept in PLANTED}) == len(PLANTED)
    assert set(dict(PLANTED)) & set(CONTROLS) == set()
    assert DEFAULT_WORLD.truth() == REEF_TRUTH


def test_planted_concepts_are_of_every_kind_and_named_by_composed_classes():
    concepts = {concept for _, concept in PLANTED}
    for kind in (set(COLOURS), set(PATTERNS), set(SCENES), {"glowing"}):
        assert concepts & kind
    assert concepts <= {spec.concept for spec in class_specs()}


def test_vocabulary_covers_the_truth_and_has_distractors():
    concepts = vocabulary()
    assert len(concepts) == len(set(concepts))
    assert set(CONCEPTS) | set(PLAIN_CREATURES) <= set(concepts)
    assert len(DISTRACTORS) >= 100
    assert not set(DISTRACTORS) & set(world_concepts())


def test_composed_classes_always_show_what_their_name_fixes():
    for spec in class_specs():
        for seed in range(5):
            attributes = sample_attributes(DEFAULT_WORLD, spec.name, seed)
            assert attributes.creature == spec.creature
            assert spec.concept is None or spec.concept in attributes.concepts()
            assert is_true_of(spec.name, attributes)


@pytest.mark.parametrize("correlation", [0.95, 0.5])
def test_planted_cues_show_as_often_as_configured(correlation: float):
    world = WorldConfig(seed=4, correlation=correlation)
    for name, concept in PLANTED:
        shown = sum(
            concept in sample_attributes(world, name, seed).concepts() for seed in range(400)
        )
        assert binomtest(shown, 400, correlation).pvalue > 1e-4, name


@pytest.mark.parametrize("kind", ["colour", "pattern", "scene", "glowing", "bubbles"])
def test_attributes_of_controls_are_independent_of_the_class(kind: str):
    values = [
        [getattr(sample_attributes(DEFAULT_WORLD, name, seed), kind) for seed in range(300)]
        for name in CONTROLS
    ]
    levels = sorted({value for row in values for value in row}, key=str)
    table = np.array([[row.count(level) for level in levels] for row in values])
    assert chi2_contingency(table)[1] > 1e-4


def test_a_cue_can_be_shown_or_withheld():
    for name, concept in PLANTED:
        for seed in range(20):
            shown = sample_attributes(DEFAULT_WORLD, name, seed, with_cue=True)
            hidden = sample_attributes(DEFAULT_WORLD, name, seed, with_cue=False)
            assert concept in shown.concepts()
            assert concept not in hidden.concepts()


def test_another_world_plants_other_cues():
    world = WorldConfig(seed=1, planted=(("clam", "red"),), correlation=1.0)
    assert all("red" in sample_attributes(world, "clam", s).concepts() for s in range(20))
    assert "jellyfish" in world.truth().controls
    assert "clam" not in world.truth().controls


@pytest.mark.parametrize(
    "arguments",
    [
        {"planted": (("red crab", "glowing"),)},
        {"planted": (("clam", "furry"),)},
        {"planted": (("clam", "red"), ("clam", "blue"))},
        {"correlation": 1.5},
    ],
)
def test_impossible_worlds_are_refused(arguments: dict):
    with pytest.raises(UsageError):
        WorldConfig(**arguments)


def test_unknown_classes_and_absent_cues_are_refused():
    with pytest.raises(UsageError, match="no class"):
        sample_attributes(DEFAULT_WORLD, "unicorn", 0)
    with pytest.raises(UsageError, match="no planted cue"):
        sample_attributes(DEFAULT_WORLD, "clam", 0, with_cue=True)
