"""The forest plot: values over controls, a panel for each unit."""

from dashboard.parts import charts
from dashboard.parts.finding.forest import Row, forest

MASKED = Row("<b>masked</b>", "logit", 2.5, 2.0, 3.5, 0.25, -0.5, 1.0, True)
TAKEN_OUT = Row("taken out", "logit", -0.5, -1.0, 0.0, None, None, None, False)
SHARE = Row("called so", "share", 0.4, None, None, 0.1, None, None, True)


def test_value_and_control_with_their_intervals() -> None:
    control, value, *_ = forest([MASKED]).data
    assert value.x == (2.5,)
    assert (value.error_x.array, value.error_x.arrayminus) == ((1.0,), (0.5,))
    assert control.x == (0.25,)
    assert (control.error_x.array, control.error_x.arrayminus) == ((0.75,), (0.75,))
    assert control.y[0] > value.y[0]  # below it: the axis points down


def test_what_holds_is_told_by_form_as_well_as_by_colour() -> None:
    _, holds, _, fails, *_ = forest([MASKED, TAKEN_OUT]).data
    assert (holds.marker.color, fails.marker.color) == (charts.BLUE, charts.ORANGE)
    assert holds.marker.symbol != fails.marker.symbol


def test_a_control_that_was_not_tried_is_not_drawn() -> None:
    control, *_ = forest([TAKEN_OUT]).data
    assert control.x == (None,)
    assert control.error_x.array is None


def test_each_unit_has_its_own_axis_and_shares_are_per_cent() -> None:
    figure = forest([MASKED, SHARE])
    assert (figure.layout.xaxis.title.text[:6], figure.layout.xaxis2.title.text) == (
        "logits",
        "per cent",
    )
    share = next(t for t in figure.data if t.xaxis == "x2" and t.marker.symbol == "circle")
    assert share.x == (40.0,)
    assert share.error_x.array is None


def test_names_are_escaped_and_the_legend_names_only_what_occurs() -> None:
    figure = forest([MASKED])
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;masked&lt;/b&gt;",)
    assert [t.name for t in figure.data if t.showlegend] == ["holds", "control"]
    both = forest([MASKED, TAKEN_OUT])
    assert [t.name for t in both.data if t.showlegend] == ["holds", "does not hold", "control"]


def test_all_that_is_drawn_is_in_the_panel_and_zero_too() -> None:
    # -1 to 3.5, and a twentieth of that on either side.
    assert forest([MASKED, TAKEN_OUT]).layout.xaxis.range == (-1.225, 3.725)
    nothing = Row("called so", "share", 0.0, None, None, 0.0, None, None, False)
    assert forest([nothing]).layout.xaxis.range == (-0.5, 10.5)
