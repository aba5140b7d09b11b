"""The page Map: its figure, what a lasso lists, and the way about it without a mouse."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.atlas import KINDS
from dashboard.parts.atlas import finder
from dashboard.parts.atlas.figure import figure
from dashboard.parts.atlas.points import Points
from dashboard.serve import READ_ONLY_VARIABLE
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


def test_a_trace_for_each_kind_with_its_own_symbol() -> None:
    drawn = figure(grid(), ["class", "image", "concept"], errors=False, marked=[])
    traces = [trace for trace in drawn.data if trace.type == "scattergl"]
    assert [trace.name for trace in traces] == ["images (12)", "texts (8)", "classes (4)"]
    assert len({trace.marker.symbol for trace in traces}) == 3
    assert len({trace.marker.color for trace in traces}) == 3
    assert traces[0].x.tolist() == list(range(12))
    assert all("<b>" not in text for trace in traces for text in trace.text)


def test_errors_are_told_apart_by_symbol_too() -> None:
    drawn = figure(grid(), list(KINDS), errors=True, marked=[0])
    wrong = next(trace for trace in drawn.data if trace.name == "errors (3)")
    assert wrong.x.tolist() == [0, 1, 2]
    assert wrong.marker.symbol == "x"


def test_figures_are_the_same_for_the_same_view() -> None:
    first, second = (figure(grid(), list(KINDS), errors=True, marked=[3]) for _ in range(2))
    assert first == second


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


def test_an_area_in_the_address_lists_what_lies_in_it(open_page: Open, mapped: Path) -> None:
    app = open_page(mapped, "map", m_in="0.5:-0.5,2.5:3.5")
    assert not app.warning
    # Images 1 and 2 are taken for other classes (see tests.store_rows); their points say 1 and 2.
    assert "2 classes, 2 latents, 2 images, 2 texts" in words(app)
    table = next(frame for frame in app.dataframe if "of" in frame.value)
    assert list(table.value["name"]) == ["shark", "red crab"]
    assert "selections" in app.get("plotly_chart")[0].proto.spec
    app = open_page(mapped, "map", m_in="0.5:-0.5,2.5:-0.5,2.5:3.5,0.5:3.5", m_kinds="images")
    assert "**2 images**" in words(app)
    app.button(key="m_leave").click().run()
    assert "m_in" not in app.query_params and "Nothing is selected" in words(app)
    assert "selections" not in app.get("plotly_chart")[0].proto.spec
    assert "Nothing that is shown lies in it" in words(open_page(mapped, "map", m_in="8:8,9:9"))


@pytest.mark.parametrize("value", ["", "1:2", "1:2,3", "1:2,3:nan", "<b>:1,2:2", "1:1," * 5_000])
def test_an_area_that_is_none_gets_a_plain_message(
    open_page: Open, mapped: Path, value: str
) -> None:
    app = open_page(mapped, "map", m_in=value, m_at="class:1")
    assert "is no area of a map" in app.warning[0].value
    assert "<b>" not in app.warning[0].value
    assert "Nearest on the map" in words(app)


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


def test_an_audit_without_a_map_says_how_to_get_one(
    open_page: Open, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(small, "map")
    assert "This audit holds no map." in words(app) and "glowworm map" in app.code[0].value
    little = Path(shutil.copytree(small, tmp_path / "little"))
    with AuditStore.open(little) as store:
        run = store.begin_run("glowworm map", {}, {}, 0)
        told = ["It would have 9 points."]
        store.finish_stage(run, "atlas", 20, "hash", seconds=0, rows={}, arrays={}, notes=told)
        store.end_run(run, "done")
    assert "It would have 9 points" in words(open_page(little, "map"))
    monkeypatch.setenv(READ_ONLY_VARIABLE, "1")
    app = open_page(small, "map")
    assert "This is a bundle" in words(app) and not app.code


def test_a_map_whose_files_are_gone_says_which(open_page: Open, mapped: Path) -> None:
    for file in (mapped / "arrays").glob("atlas.positions.*"):
        file.unlink()
    with AuditStore.open(mapped) as store:
        run = store.begin_run("glowworm audit", {}, {}, 0)
        store.skip_stage(run, "explanations", 11, "hash", "none was asked for")
        store.end_run(run, "done")
    app = open_page(mapped, "map")
    assert "“atlas\\.positions”" in app.error[0].value and "points" not in app.error[0].value
    assert "none was asked for" not in words(app)
    assert app.code[0].value.startswith("glowworm map ")


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
    assert "cannot be read" in open_page(mapped, "map").error[0].value


def _replace(directory: Path, arrays: dict[str, np.ndarray]) -> None:
    rows: dict[type[Base], list[dict[str, Any]]] = {}
    grid_positions = {"atlas.positions": grid().positions}
    with AuditStore.open(directory) as store:
        run = store.begin_run("glowworm map", {}, {}, 0)
        store.finish_stage(
            run, "atlas", 20, "other", seconds=0, rows=rows, arrays=grid_positions | arrays
        )
        store.end_run(run, "done")
