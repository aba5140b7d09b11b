"""The scorecard: findings held against the truth, accuracies by rendering."""

import numpy as np

from analysis.reef.scorecard import measure_accuracies, score_findings
from analysis.reef.truth import Truth, class_names
from analysis.reef.world import WorldConfig

TRUTH = Truth(
    planted=(("jellyfish", "glowing"), ("shark", "murky water")), controls=("clam", "frog")
)


def _finding(name: str, concept: str, rank: int | None, q: float | None) -> dict:
    return {
        "class": name,
        "concept": concept,
        "rank": rank,
        "verdict": "candidate",
        "name_implied": rank is None,
        "q": q,
    }


def test_a_planted_concept_counts_at_rank_one_only():
    card = score_findings(
        [
            _finding("jellyfish", "glowing", 1, 0.01),
            _finding("shark", "blue", 1, 0.01),
            _finding("shark", "murky water", 2, 0.01),
        ],
        TRUTH,
    )
    assert (card.planted, card.found, card.missed) == (2, ("jellyfish",), ("shark",))
    assert card.false_alarms == ()


def test_name_implied_concepts_neither_find_nor_accuse():
    card = score_findings(
        [_finding("jellyfish", "glowing", None, 0.01), _finding("clam", "sand", None, 0.001)], TRUTH
    )
    assert card.found == ()
    assert card.false_alarms == ()


def test_a_control_is_accused_at_the_threshold_and_counted_once():
    card = score_findings(
        [
            _finding("clam", "red", 1, 0.05),
            _finding("clam", "blue", 2, 0.01),
            _finding("frog", "red", 1, 0.06),
            _finding("frog", "blue", 2, None),
        ],
        TRUTH,
    )
    assert (card.controls, card.false_alarms) == (2, ("clam",))


def test_accuracies_of_a_classifier_that_always_answers_the_same():
    clam = class_names().index("clam")
    world = WorldConfig(planted=(("clam", "red"), ("frog", "cave")))
    accuracies = measure_accuracies(
        lambda images: np.full(len(images), clam),
        images_per_class=1,
        images_per_cue=2,
        seed=0,
        world=world,
        workers=1,
    )
    assert accuracies.images == len(class_names())
    assert accuracies.named_class == accuracies.true_class == round(1 / len(class_names()), 4)
    assert accuracies.plain_class == round(1 / 24, 4)
    assert accuracies.with_cue == {"clam": 1.0, "frog": 0.0}
    assert accuracies.without_cue == {"clam": 1.0, "frog": 0.0}
    assert accuracies.gap("clam") == 0.0
