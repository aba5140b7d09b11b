"""How much two audits have in common."""

from dashboard.parts.compare.shared import Shared


def test_what_comes_twice_counts_once() -> None:
    shared = Shared.of(["crane", "crane", "shark"], ["shark", "reef", "crane", "squid"])
    assert shared == Shared(both=2, here=2, other=4)
    assert shared.said("classes") == "of 2 classes here and 4 in the other, both have **2**"
