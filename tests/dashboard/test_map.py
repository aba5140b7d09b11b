"""The page Map: its figure, what a lasso lists, and the way about it without a mouse."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.atlas import KINDS
from dashboard.parts.atlas import chosen, finder
from dashboard.parts.atlas.figure import figure
from dashboard.parts.atlas.points import Points
from db.schema import Base
from db.store import AuditStore
from tests.dashboard.asked_rows import ATLAS_KINDS, add_atlas
from tests.dashboard.conftest import Open, words

HOSTILE = ("", "class:", "class:999", "latent:-1", "<b>:1", "image:1e3", "x" * 10_000, "concept")
FIRST_IMAGE = 4 + 5


@pytest.fixture
def mapped(small: Path, tmp_path: Path) -> Path:
    return add_atlas(Path(shutil.copytree(small, tmp_path / "audit")))


def grid() -> Points:
    """The points of ``add_atlas``."""
    rows = [(k, i) for k, (_, count) in enumerate(ATLAS_KINDS) for i in range(count)]
    kind, identity = np.array(rows).T
    positions = np.stack([identity, kind], axis=1).astype(np.float32)
    wrong = (kind == 2) & (identity < 3)
    names = [f"{KINDS[k]} {i}<b>" for k, i in rows]
    return Points(positions, kind, identity, identity % 4, names, wrong)


def lasso(*rows: Any) -> dict[str, Any]:
    return {"selection": {"points": [{"customdata": row} for row in rows]}}


def test_a_trace_for_each_kind_with_its_own_symbol() -> None:
    drawn = figure(grid(), ["class", "image", "concept"], errors=False, marked=[])
    traces = [trace for trace in drawn.data if trace.type == "scattergl"]
    assert [trace.name for trace in traces] == ["images (12)", "texts (8)", "classes (4)"]
    assert len({trace.marker.symbol for trace in traces}) == 3
    assert len({trace.marker.color for trace in traces}) == 3
    assert list(traces[0].customdata) == list(range(FIRST_IMAGE, FIRST_IMAGE + 12))
    assert all("<b>" not in text for trace in traces for text in trace.text)


def test_errors_are_told_apart_by_symbol_too() -> None:
    drawn = figure(grid(), list(KINDS), errors=True, marked=[0])
    wrong = next(trace for trace in drawn.data if trace.name == "errors (3)")
    assert list(wrong.customdata) == [FIRST_IMAGE, FIRST_IMAGE + 1, FIRST_IMAGE + 2]
    assert wrong.marker.symbol == "x"


def test_figures_are_the_same_for_the_same_view() -> None:
    first, second = (figure(grid(), list(KINDS), errors=True, marked=[3]) for _ in range(2))
    assert first == second


def test_what_the_browser_says_is_checked() -> None:
    event = lasso(3, 3, [7], -1, 10_000, "2", None, 2.5, [])
    assert chosen.lassoed(event, grid()).tolist() == [3, 7]


def test_around_a_point_lie_the_nearest_of_each_kind() -> None:
    found = finder.around(grid(), FIRST_IMAGE + 11).tolist()
    assert found[0] == FIRST_IMAGE + 11
    assert set(found) == set(range(29))  # every kind is smaller than its share
    assert finder.search(grid(), "LATENT 3", list(KINDS)).tolist() == [4 + 3]
    assert finder.search(grid(), "class 1", ["latent", "image"]).tolist() == []


def test_the_map_is_shown_with_how_far_to_trust_it(open_page: Open, mapped: Path) -> None:
    app = open_page(mapped, "map")
    assert not app.warning and not app.error
    assert len(app.get("plotly_chart")) == 1
    assert "Nothing is selected" in words(app)
    trust = app.table[0].value
    assert list(trust["share"]) == ["75 %"] and list(trust["floor"]) == ["10 %"]


def test_a_lasso_lists_what_it_holds(open_page: Open, mapped: Path) -> None:
    app = open_page(mapped, "map")
    # Image 1 is taken for class 2 (see tests.store_rows); its point here says class 1.
    app.session_state["m_chart"] = lasso(0, 2, 5, FIRST_IMAGE, FIRST_IMAGE + 1, 22)
    app.run()
    assert not app.exception
    said = words(app)
    assert "2 classes, 1 latent, 2 images, 1 text" in said
    table = next(frame for frame in app.dataframe if "of" in frame.value)
    assert list(table.value["name"]) == ["jellyfish", "red crab"]


def test_a_class_in_the_address_shows_what_lies_around_it(open_page: Open, mapped: Path) -> None:
    app = open_page(mapped, "map", m_at="class:1")
    assert "Nearest on the map to **class shark**" in words(app)
    app.button(key="m_leave").click().run()
    assert "m_at" not in app.query_params
    assert "Nothing is selected" in words(app)


def test_a_search_leads_to_what_it_finds(open_page: Open, mapped: Path) -> None:
    app = open_page(mapped, "map", m_search="jelly")
    app.button(key="m_hit_0").click().run()
    assert app.query_params["m_at"] == "class:0"
    assert "Nearest on the map to **class jellyfish**" in words(app)
    app = open_page(mapped, "map", m_search="zebra")
    assert "Nothing on the map is called “zebra”" in words(app)


@pytest.mark.parametrize("at", HOSTILE)
def test_a_wrong_address_gets_a_plain_message(open_page: Open, mapped: Path, at: str) -> None:
    app = open_page(mapped, "map", m_at=at, m_kinds="<b>", m_errors="x", m_search="' or 1=1")
    assert "is not on this map" in app.warning[0].value
    assert "<b>" not in app.warning[0].value


def test_an_audit_without_a_map_says_how_to_get_one(open_page: Open, small: Path) -> None:
    app = open_page(small, "map")
    said = words(app)
    assert "This audit holds no map." in said and "glowworm map" in said


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((29, 2), np.int32),
        np.full((29, 3), 4, np.int32),
        np.full((29, 3), -1, np.int32),
        np.zeros((5, 3), np.int32),
        np.zeros((29, 3), np.float32),
    ],
)
def test_a_strangers_arrays_are_no_map(open_page: Open, mapped: Path, points: np.ndarray) -> None:
    _replace(mapped, {"atlas.points": points})
    assert "This audit holds no map." in words(open_page(mapped, "map"))


def _replace(directory: Path, arrays: dict[str, np.ndarray]) -> None:
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    grid_positions = {"atlas.positions": grid().positions}
    with AuditStore.open(directory) as store:
        run = store.begin_run("glowworm map", {}, {}, 0)
        store.finish_stage(
            run, "atlas", 20, "other", seconds=0, rows=rows, arrays=grid_positions | arrays
        )
        store.end_run(run, "done")
