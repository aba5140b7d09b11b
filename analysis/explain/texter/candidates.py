"""Which of the concepts may be said of a decision, and which say the same."""

import re
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float

from analysis.explain.unasked import has_unasked
from analysis.shortcuts.meaning import same_meaning
from analysis.text.kinds import names_say

_NO_NOUN = re.compile(
    r"(is|are|was|were|has|have|had|can|could|may|might|will|there|lives?|looks?|comes?|consists?|"
    r"supports|grows|designed|often|usually|typically|sometimes|generally|commonly|used|worn|found|seen|made|known)\b",
    re.IGNORECASE,
)
"""Openings of lists of descriptions ("may have stripes") that do not go on from "it shows"."""


def sayable(concepts: Sequence[str], *, filter_words: bool) -> Bool[np.ndarray, " concepts"]:
    """Concepts that can stand after "because it shows"; without listed words, where asked."""
    return np.array(
        [
            not _NO_NOUN.match(concept) and not (filter_words and has_unasked(concept))
            for concept in concepts
        ],
        bool,
    )


def repeats_name(class_name: str, concept: str) -> bool:
    """Whether all the concept's words stand in the class's name, or all of that in the concept:
    that it shows a shark is no reason for a shark, nor that it is red one for a red crab."""
    within, around = names_say([class_name], [concept]), names_say([concept], [class_name])
    return bool(within[0, 0] or around[0, 0])


def distinct(
    scores: Float[np.ndarray, " concepts"],
    allowed: Callable[[int], bool],
    embeddings: Float[np.ndarray, "concepts embedding"],
    directions: Float[np.ndarray, "concepts features"],
    *,
    count: int,
) -> list[int]:
    """Numbers of the best allowed concepts, best first, one of each meaning.

    Those that score nothing above zero are left out, but for the best.
    """
    chosen: list[int] = []
    for concept in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) == count or (chosen and scores[concept] <= 0):
            break
        if allowed(concept) and not len(
            same_meaning(concept, np.array(chosen, int), embeddings, directions)
        ):
            chosen.append(concept)
    return chosen
