"""Areas drawn on the map: written into an address, read again, and what lies inside."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from dashboard.parts.atlas import area, drawn
from dashboard.parts.atlas.drawn import Chart

COORDINATES = some.integers(-9_999, 9_999).map(lambda n: n / 1000)
CORNERS = arrays(float, some.tuples(some.integers(2, 200), some.just(2)), elements=COORDINATES)
POINTS = np.random.default_rng(0).uniform(-10, 10, (500, 2))


@given(CORNERS)
def test_what_is_written_is_read_again(corners: np.ndarray) -> None:
    words = area.written(corners)
    read = area.read(words)
    assert read is not None and len(read) <= area.MOST
    assert area.written(read) == words
    if len(corners) <= area.MOST:
        assert read.tolist() == corners.tolist()


@given(CORNERS.filter(lambda corners: len(corners) == 2))
def test_a_box_holds_what_lies_between_its_corners(corners: np.ndarray) -> None:
    low, high = corners.min(0), corners.max(0)
    held = (np.clip(POINTS, low, high) == POINTS).all(1)
    assert (area.inside(POINTS, corners) == held).all()
    assert (area.inside(POINTS, area.outline(corners)) == held).all()


@given(CORNERS.filter(lambda corners: len(corners) > 2), some.integers(0, 199))
def test_where_a_lasso_begins_is_all_the_same(corners: np.ndarray, first: int) -> None:
    turned = np.roll(corners, first, axis=0)[::-1]
    assert (area.inside(POINTS, turned) == area.inside(POINTS, corners)).all()


def test_a_lasso_with_fewer_corners_holds_nearly_the_same() -> None:
    angle = np.linspace(0, 2 * np.pi, 600, endpoint=False)
    radius = 5 + np.sin(5 * angle)
    circle = (radius * np.array([np.cos(angle), np.sin(angle)])).T
    simple = area.simplified(circle)
    assert len(simple) == area.MOST
    held, before = area.inside(POINTS, simple), area.inside(POINTS, circle)
    assert before.sum() > 50 and (held != before).sum() <= 0.02 * before.sum()


@pytest.mark.parametrize(
    "shape",
    [
        {"x": [], "y": []},
        {"x": [1], "y": [2]},
        {"x": [1, None], "y": [2, 3]},
        {"x": [1, "2"], "y": [2, 3]},
        {"x": [1, float("nan")], "y": [2, 3]},
        {"x": [1, 1e9], "y": [2, 3]},
    ],
)
def test_what_the_browser_says_is_checked(shape: dict[str, Any]) -> None:
    assert drawn.areas({"selection": {"box": [shape], "lasso": [shape]}}) == []


def test_a_lasso_of_two_corners_is_no_box() -> None:
    line = {"x": [1, 2.5], "y": [2, 3]}
    assert drawn.areas({"selection": {"box": [line], "lasso": [line]}}) == ["1:2,2.5:3"]


def test_a_lasso_without_end_is_bounded() -> None:
    long = {"x": [*range(100_000)], "y": [0, 1] * 50_000}
    (words,) = drawn.areas({"selection": {"lasso": [long]}})
    assert words.count(",") == area.MOST - 1


BOX, OTHER = "0:0,1:1", "2:2,3:3"


@dataclass
class Desk:
    """What Streamlit keeps between two runs."""

    session_state: dict[str, Any] = field(default_factory=dict)
    query_params: dict[str, str] = field(default_factory=dict)

    def draw(self, *boxes: str) -> None:
        chart = drawn.chart("view", self.query_params.get("m_in"))
        corners = [np.array(area.read(words)).T.tolist() for words in boxes]
        self.session_state[chart.key] = {
            "selection": {"box": [{"x": x, "y": y} for x, y in corners]}
        }
        drawn.selected()

    def chart(self, view: str = "view") -> Chart:
        return drawn.chart(view, self.query_params.get("m_in"))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr(st, "session_state", desk.session_state)
    monkeypatch.setattr(st, "query_params", desk.query_params)
    return desk


def test_what_is_drawn_stands_in_the_address_and_the_chart_stays(desk: Desk) -> None:
    desk.query_params["m_at"] = "class:1"
    desk.draw(BOX)
    assert desk.query_params == {"m_in": BOX}
    assert (desk.chart().number, desk.chart().within) == (0, None)
    desk.draw(OTHER)
    assert desk.query_params == {"m_in": OTHER}
    assert desk.chart().number == 0


def test_another_view_draws_the_area_into_its_figure(desk: Desk) -> None:
    desk.draw(BOX)
    assert (desk.chart("errors").number, desk.chart("errors").within) == (1, BOX)


def test_what_was_drawn_is_drawn_again_after_another_page(desk: Desk) -> None:
    desk.draw(BOX)
    del desk.session_state[desk.chart().key]
    assert (desk.chart().number, desk.chart().within) == (1, BOX)


def test_of_several_areas_a_new_chart_shows_the_last(desk: Desk) -> None:
    desk.draw(BOX)
    desk.draw(BOX, OTHER)
    assert desk.query_params == {"m_in": OTHER}
    assert (desk.chart().number, desk.chart().within) == (1, OTHER)


def test_what_is_taken_back_leaves_the_address(desk: Desk) -> None:
    desk.draw(BOX)
    desk.draw()
    assert desk.query_params == {} and desk.chart().number == 0
    desk.draw(OTHER)
    desk.query_params.clear()  # the way back to the whole map
    assert (desk.chart().number, desk.chart().within) == (1, None)
