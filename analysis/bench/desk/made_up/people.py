"""What people said at the made-up audit: decisions about findings, and lists."""

from pathlib import Path

from analysis.bench.desk.made_up.stages.shortcuts import tested
from analysis.bench.desk.made_up.world import World
from db.human.lists import list_subject
from db.human.reviews import review_finding
from db.schema import DECISIONS

REVIEWERS = ("Ada", "Grace")
LISTS = ("to show", "to repair")
_DECIDED = 60
"""Findings that each of them decided about."""
_LISTED = 40
"""Entries of each list."""


def speak(world: World, directory: Path) -> None:
    """Write it as the desk writes it; the reviewers agree more often than by chance."""
    findings = tested(world).tolist()
    rng = world.rng("people")
    for reviewer in REVIEWERS:
        for number, finding in enumerate(findings[:_DECIDED]):
            decision = number if rng.random() < 0.5 else int(rng.integers(len(DECISIONS)))
            said = DECISIONS[decision % len(DECISIONS)]
            review_finding(directory, finding, said, author=reviewer, comment="as its images show")
    for name in LISTS:
        for number, finding in enumerate(findings[:_LISTED]):
            kind, identity = (("finding", finding), ("image", number))[number % 2]
            list_subject(directory, name, kind, identity, author=REVIEWERS[0], comment="see there")
