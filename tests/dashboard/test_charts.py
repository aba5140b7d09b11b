"""Figures hold the numbers they are given, and no markup."""

from dashboard.parts import charts


def test_bars_keep_order_and_values_even_where_names_are_equal() -> None:
    figure = charts.bars(["same", "same", "<b>x</b>"], [3.0, 2.0, 1.0], x_title="z", floor=0.5)
    [bar] = figure.data
    assert list(bar.x) == [3.0, 2.0, 1.0]
    assert list(bar.y) == [0, 1, 2]
    assert figure.layout.yaxis.ticktext == ("same", "same", "&lt;b&gt;x&lt;/b&gt;")
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.shapes[0].x0 == 0.5


def test_signs_are_told_by_colour_and_by_number() -> None:
    [bar] = charts.signed(["up", "down"], [0.5, -0.25], x_title="effect").data
    assert bar.marker.color == (charts.BLUE, charts.ORANGE)
    assert bar.text == ("+0.50", "−0.25")


def test_floors_are_grey_and_of_another_form() -> None:
    figure = charts.dots(
        ["a", "b"], [("map", [0.5, None], False), ("mean", [0.1, 0.2], True)], x_title="share"
    )
    map_, floor = figure.data
    assert map_.x == (50.0, None)
    assert floor.marker.color == charts.GREY
    assert floor.marker.symbol != map_.marker.symbol


def test_histogram_bars_span_their_edges() -> None:
    [bar] = charts.histogram([0.0, 1.0, 3.0], [4, 2]).data
    assert list(bar.x) == [0.5, 2.0]
    assert list(bar.width) == [1.0, 2.0]
    assert list(bar.y) == [4, 2]
