"""What of two audits is held together, and out of how much."""

from analysis.guard.diff import Change
from dashboard.parts.compare.matched import held
from dashboard.parts.compare.shared import Shared


def test_what_comes_twice_counts_once() -> None:
    shared = Shared.of(["crane", "crane", "shark"], ["shark", "reef", "crane", "squid"])
    assert shared == Shared(both=2, here=2, other=4)
    assert shared.said("classes") == "of 2 classes here and 4 in the other, both have **2**"


def test_a_finding_that_meets_two_counts_once() -> None:
    one, two, three = ({"finding_id": i} for i in range(3))
    changes = [
        Change("same", "crane", "water", one, two),
        Change("same", "crane", "sea", one, three),
        Change("gone", "crane", "boat", two, one),
        Change("new", "crane", "net", None, one),
    ]
    assert held(changes) == (3, 2)
