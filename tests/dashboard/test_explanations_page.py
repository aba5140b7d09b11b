"""The page of all explanations: the list, and the methods side by side."""

from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.parts.explanation.side_by_side import is_alone
from dashboard.parts.explanation.summary import interval
from db.queries.explanations import MethodSummary
from tests.dashboard.conftest import Open, click, words


def summary(claims: int, supported: int, explanations: int, squares: tuple[int, int, int]):
    return MethodSummary(
        "texter", explanations, explanations, claims, supported, squares, 0, 0, None, None
    )


def test_independent_claims_have_wilsons_interval() -> None:
    """One claim an explanation: the variance over them is that of 99 independent ones."""
    found = interval(summary(100, 50, 100, (100, 50, 50)))
    assert found == pytest.approx(proportion_confint(49.5, 99, method="wilson"))


def test_claims_that_stand_or_fall_together_count_less() -> None:
    """Of 20 explanations with 5 claims each half hold wholly, half not at all."""
    found = interval(summary(100, 50, 20, (500, 250, 250)))
    assert found == pytest.approx(proportion_confint(9.5, 19, method="wilson"))


def test_where_all_hold_there_are_no_more_than_explanations() -> None:
    found = interval(summary(30, 30, 10, (90, 90, 90)))
    assert found == pytest.approx(proportion_confint(10, 10, method="wilson"))
    assert interval(summary(0, 0, 3, (0, 0, 0))) is None


def test_a_method_names_alone_what_shares_no_word() -> None:
    def claim(meaning: str) -> dict[str, object]:
        return {"meaning": meaning}

    others = [claim("a red fish"), claim("Stones")]
    assert not is_alone(claim("FISH in the sea"), others)
    assert not is_alone(claim("stone"), others)
    assert is_alone(claim("a sea and the sand"), [claim("and the road")])
    assert is_alone(claim("anything"), [])


def test_the_list_counts_by_method_beside_its_floors(open_page: Open, small: Path) -> None:
    app = open_page(small, "explanations")
    table = app.table[0].value
    assert list(table["explanations"]) == ["3", "1", "1"]
    assert list(table["claims that hold"]) == ["1 of 2 (50 %)", "1 of 2 (50 %)", "1 of 1 (100 %)"]
    assert list(table["score above its floor"]) == ["3 of 3 (100 %)", "1 of 1 (100 %)", "–"]
    assert list(table["mean score · floor"]) == ["0.60 · 0.40", "0.50 · 0.40", "– · –"]
    frame = app.dataframe[0].value
    assert list(frame["explanation_id"]) == [1, 4, 2, 3, 5]
    assert list(frame["of"]) == ["c0/00.png", "c0/00.png", "c1/01.png", "c2/02.png", "the class"]


@pytest.mark.parametrize(
    ("parameters", "ids"),
    [
        ({"e_method": "texter"}, [4]),
        ({"e_struck": "true"}, [1, 4]),
        ({"e_errors": "true"}, [2]),
        ({"e_search": "sharp teeth"}, [4, 2]),
        ({"e_method": "' or 1=1"}, [1, 4, 2, 3, 5]),
    ],
)
def test_filters_stand_in_the_address(
    open_page: Open, small: Path, parameters: dict[str, str], ids: list[int]
) -> None:
    app = open_page(small, "explanations", **parameters)
    assert list(app.dataframe[0].value["explanation_id"]) == ids
    if "e_method" in parameters:  # what is filtered by method is not summed up by it
        assert app.table[0].value["explanations"][0] == "3"


def test_a_row_opens_the_methods_side_by_side(open_page: Open, small: Path) -> None:
    app = open_page(small, "explanations")
    click(app, "e_table", 1)
    app.run()
    assert app.query_params["explanation"] == "4"
    said = words(app)
    assert app.title[0].value == "Why jellyfish?"
    assert "**Zero-shot**" in said and "**Texter**" in said and "**Pipeline**" in said
    assert "pipeline: none stored. To make one:" in said
    assert app.code[0].value == f"glowworm explain {small} c0/00.png --method pipeline"
    # "glowing" is named by both; the zero-shot sentence alone speaks of the water
    assert "Named by this method alone: ~~in the water~~." in said
    assert "Named by this method alone: sharp teeth." in said
    assert app.segmented_control[0].value == 4  # whose card is shown
    app.button(key="e_back").click().run()
    assert app.title[0].value == "Explanations"


@pytest.mark.parametrize(
    ("parameters", "title"),
    [
        ({"e_image": "1"}, "Why red crab?"),
        ({"e_class": "0"}, "What makes a jellyfish?"),
        ({"explanation": "5"}, "What makes a jellyfish?"),
        ({"e_image": "9"}, "Why shark?"),  # not explained: three commands
    ],
)
def test_a_subject_has_its_address(
    open_page: Open, small: Path, parameters: dict[str, str], title: str
) -> None:
    app = open_page(small, "explanations", **parameters)
    assert app.title[0].value == title
    if parameters == {"e_image": "9"}:
        assert len(app.code) == 3


@pytest.mark.parametrize("name", ["explanation", "e_image", "e_class"])
@pytest.mark.parametrize("value", ["", "-1", "999999", "9" * 40, "<script>", "x" * 9_999, "\x00"])
def test_a_wrong_address_gets_a_plain_message(
    open_page: Open, small: Path, name: str, value: str
) -> None:
    app = open_page(small, "explanations", **{name: value})
    assert "This audit has no explanation" in app.warning[0].value
    assert "<script>" not in app.warning[0].value
    assert len(app.dataframe) == 1


def test_an_audit_without_explanations_says_how_to_make_one(
    open_page: Open, weights_only: Path
) -> None:
    app = open_page(weights_only, "explanations")
    assert "This audit holds no explanations." in words(app)
    assert app.code[0].value == f"glowworm explain {weights_only} IMAGE --method all"


def test_hostile_names_stay_names(open_page: Open, hostile: Path) -> None:
    for parameters in ({}, {"e_image": "0"}, {"e_class": "0"}, {"e_class": "3"}):
        app = open_page(hostile, "explanations", **parameters)
        assert "<script>" not in words(app).replace("\\<script\\>", "")
