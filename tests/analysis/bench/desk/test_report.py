"""What is said of the visits."""

import pytest

from analysis.bench.desk import report
from analysis.bench.desk.server import Memory
from analysis.bench.desk.visits import Measured, Visit


def measured(new: list[float], one: list[float], peak: float = 500.0) -> Measured:
    def visits(seconds: list[float]) -> dict[str, list[Visit]]:
        return {"Overview": [Visit(s, s / 2, 2_000) for s in seconds]}

    memory = {
        "just started": Memory(70.0, 80.0, 60.0, 10.0),
        "at the end": Memory(400.0, peak, 300.0, 100.0),
    }
    return Measured({"Overview": Visit(3.0, 2.0, 4_000)}, visits(new), visits(one), memory)


def test_a_page_by_hand() -> None:
    found = measured([0.1, 0.2, 0.3, 0.4, 0.5], [0.1] * 5)
    row = report._page(found, "Overview")
    assert (row["n"], row["first"], row["worst"], row["sent"]) == (10, 3.0, 0.5, 2)
    assert row["median"] == 0.1  # of ten: six of .1
    assert row["anew"] == pytest.approx(0.48)  # four fifths of the way from .4 to .5
    assert row["going_on"] == pytest.approx(0.1)
    assert row["met"] == "yes"


@pytest.mark.parametrize("which", ["new", "one"])
def test_either_way_of_visiting_can_be_late(which: str) -> None:
    late = measured(**({"new": [0.1] * 5, "one": [0.1] * 5} | {which: [0.1] * 4 + [5.0]}))
    assert report._page(late, "Overview")["met"] == "NO"


@pytest.mark.parametrize(("peak", "met"), [(999.0, "yes"), (1000.0, "NO")])
def test_memory_is_judged_by_its_peak(peak: float, met: str) -> None:
    rows = report._memory(measured([0.1], [0.1], peak)).rows
    assert [row["met"] for row in rows] == ["yes", met]
