"""``glowworm bench desk`` on the real server and a tiny store."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.bench.desk import report
from analysis.bench.desk.addresses import ADDRESSES, Address
from analysis.bench.desk.report import DeskBench, bench_desk
from analysis.bench.desk.server import served
from analysis.bench.desk.session import connected
from analysis.bench.desk.sizes import Sizes
from analysis.bench.figures import Figures
from analysis.cli import app
from analysis.progress import Progress, Silent
from tests.analysis.bench.desk.conftest import TINY

FEW = ("Classes: one", "Latents: one")


def test_pages_are_really_served_and_measured(
    tiny_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(address for address in ADDRESSES if address.name in FEW)
    monkeypatch.setattr(report, "ADDRESSES", few)
    done = bench_desk(TINY, visits=2, seed=0, progress=Silent())
    pages, memory = done.figures
    assert [row["page"] for row in pages.rows] == list(FEW)
    for row in pages.rows:
        assert row["n"] == 4
        assert 0.01 < row["median"] <= row["worst"] < 60
        assert row["sent"] > 10  # kB: a page of charts, not a message that nothing is there
    assert pages.rows[0]["first"] > pages.rows[0]["median"]  # it also loads the libraries
    resident = [row["resident"] for row in memory.rows]
    assert 20 < resident[0] < resident[-1] < 2000  # MB
    assert all(row["anonymous"] + row["of_files"] <= row["peak"] + 1 for row in memory.rows)


def test_what_is_not_there_is_not_measured(tiny_store: Path) -> None:
    with (
        served(tiny_store, cores=1) as server,
        connected(server.port) as session,
        pytest.raises(RuntimeError, match="no class"),
    ):
        session.open("classes", "class=1000000")
    assert server.process.poll() is not None  # it is gone


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_page_can_be_visited(
    address: Address, tiny_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "ADDRESSES", (address,))
    pages, _ = bench_desk(TINY, visits=2, seed=0, progress=Silent()).figures
    assert pages.rows[0]["n"] == 4


@pytest.mark.parametrize("met", [True, False])
def test_the_exit_code_says_whether_the_goal_was_met(
    met: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sizes] = []

    def instead(sizes: Sizes, *, visits: int, seed: int, progress: Progress) -> DeskBench:
        asked.append(sizes)
        return DeskBench([Figures(f"{visits} visits", {"page": "page"}, [{"page": "Map"}])], met)

    monkeypatch.setattr(report, "bench_desk", instead)
    words = ["--images", "100", "--visits", "3", "--json", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, ["bench", "desk", *words])
    assert done.exit_code == (0 if met else 1)
    assert asked == [replace(Sizes(), images=100)]
    assert json.loads(done.stdout)[0]["rows"] == [{"page": "Map"}]
    assert "| Map |" in (tmp_path / "desk-100-images.md").read_text()


def test_the_defaults_are_those_of_the_goal() -> None:
    goal = Sizes()
    assert (goal.images, goal.classes, goal.latents, goal.concepts) == (
        50_000,
        1_000,
        16_384,
        20_000,
    )
    assert (report.MOST_SECONDS, report.CORES, report.MOST_MEMORY) == (0.5, 2, 1000)
