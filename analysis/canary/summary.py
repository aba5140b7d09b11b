"""What the trials come to: recall and false alarms, each with its floor and its denominator."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.canary.certificate import Trial
from analysis.canary.planting import NO_CUE
from analysis.shortcuts.verdict import LARGEST_Q

STATED = 0.95
"""The correlation for which the certificate's numbers are given."""


@dataclass(frozen=True)
class Share:
    """Some of all; ``floor`` is what chance gives, None where nothing can be said of it."""

    name: str
    hits: int
    n: int
    floor: float | None
    what: str

    @property
    def value(self) -> float:
        """The share; ``n`` must not be 0."""
        return self.hits / self.n


def shares(trials: Sequence[Trial], text_map: str) -> Iterator[Share]:
    """Recall over all plants and over those the head relies on, and false alarms."""
    of_map = [one for one in trials if one.text_map == text_map]
    plants = [one for one in of_map if one.cue != NO_CUE]
    twins = [one for one in of_map if one.cue == NO_CUE]
    for best, place in ((1, 0), (5, 1)):
        yield _recall(f"recall@{best}", plants, best, place, "planted cues")
    relied = [one for one in plants if one.relied_on]
    yield _recall("recall@1, relied on", relied, 1, 0, "planted cues the head relies on")
    unexpected = [one.found for one in twins if one.found is not None]
    yield Share(
        "false alarms",
        sum(found.verdict == "supported" for found in unexpected),
        len(twins),
        None,
        "classes without a planted cue that have a supported unexpected finding",
    )
    yield Share(
        "false alarms at q",
        sum(found.q <= LARGEST_Q for found in unexpected),
        len(twins),
        None,
        f"classes without a planted cue that have any unexpected finding at q <= {LARGEST_Q}",
    )


def _recall(name: str, plants: Sequence[Trial], best: int, place: int, what: str) -> Share:
    hits = sum(one.rank is not None and one.rank <= best for one in plants)
    floor = float(np.mean([one.by_chance[place] for one in plants])) if plants else None
    found = f"{what} whose words are among the class's first {best} unexpected concepts"
    return Share(name, hits, len(plants), floor, found)
