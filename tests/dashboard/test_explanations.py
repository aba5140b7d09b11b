"""Explanations on the pages of images and classes: claims in place, tested, beside their floors."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.explanation_wording import TERM
from dashboard.parts.explanation.ledger import curve
from dashboard.parts.explanation.sentence import marked
from tests.dashboard.conftest import Open, click, words
from tests.explanation_rows import LEDGER


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def test_claims_are_marked_in_place() -> None:
    claims = [
        {"number": 1, "start": 2, "end": 5, "supported": True},
        {"number": 12, "start": 6, "end": 10, "supported": False},
    ]
    assert marked("a red fish!", claims) == "a :green-background[:green[red]]¹ :gray[~~fish~~]¹²\\!"


def test_what_a_text_holds_is_not_formatted() -> None:
    claims = [{"number": 1, "start": 0, "end": 5, "supported": False}]
    assert marked("~~]*x <b>[l](u)", claims) == (":gray[~~\\~\\~\\]\\*x~~]¹ \\<b\\>\\[l\\]\\(u\\)")


def test_an_image_shows_all_its_explanations(open_page: Open, small: Path) -> None:
    app = open_page(small, "images", image="0")
    said = words(app)
    assert [tab.label for tab in app.tabs] == ["zero-shot", "texter"]
    assert "“a :green-background[:green[glowing thing]]¹ :gray[~~in the water~~]²”" in said
    assert said.count("1 of 2 claims hold") == 2
    assert metrics(app) == {
        "score": ("0.50", "floor 0.40"),  # of the texter; one label stands for both
        "probability": ("70.0 %", "of the class"),
        "lead in logits": ("+4.00", "over the mean of all classes"),
        "cited share": ("38 %", "of that lead"),
        "second judge": ("0.30", "floor 0.35, text map sharp teeth"),
    }
    assert "Area under the curve: cited 0.45, random 0.68. Lower is better." in said


def test_claims_stand_beside_their_floors(open_page: Open, small: Path) -> None:
    table = open_page(small, "images", image="0").table[0].value
    assert list(table["claim"]) == ["“glowing thing”", "“in the water”"]
    assert table["holds"][0].endswith("holds")
    assert "no more of the logit than masking random ones" in table["holds"][1]
    assert list(table["logit lost"]) == ["+1.50", "+0.10"]
    assert list(table["random: mean · 95 %"]) == ["+0.25 · +0.50"] * 2
    assert list(table["equal mass: mean · 95 %"]) == ["+0.50 · +1.00", "+0.30 · +0.60"]
    assert list(table["random · equal mass"]) == ["5.0 % · 10.0 %", "5.0 % · 6.0 %"]


def test_a_unit_of_a_claim_leads_to_its_page(open_page: Open, small: Path) -> None:
    app = open_page(small, "images", image="0")
    click(app, "claim_units_1_latent", 2)
    app.run()
    assert app.title[0].value == "Latent 4: “striped”"
    app = open_page(small, "images", image="0")
    click(app, "claim_units_4_neuron", 0)
    app.run()
    assert app.title[0].value.startswith("Neuron 0")


def test_an_explanation_of_an_earlier_release_is_shown_without_claims(
    open_page: Open, small: Path
) -> None:
    app = open_page(small, "images", image="1")
    said = words(app)
    assert "“a sharp teeth thing in the water”" in said
    assert "above its floor" in said and "no claim of it was tested" in said
    assert len(app.table) == 0


def test_how_it_was_made_is_told(open_page: Open, small: Path) -> None:
    app = open_page(small, "images", image="0")
    facts = [frame.value for frame in app.dataframe if "what" in frame.value]
    told = [dict(zip(frame["what"], frame[""], strict=True)) for frame in facts]
    texter = next(fact for fact in told if fact["method"] == "texter")
    assert texter["language model"] == "packaged"
    assert (texter["seed"], texter["option iterations"], texter["units"]) == ("7", "2", "neuron")
    assert "- 0.30 · “a thing”" in words(app)
    assert '"retrieved"' in app.json[0].value


def test_a_class_shows_its_own_and_those_of_its_decisions(open_page: Open, small: Path) -> None:
    app = open_page(small, "classes", **{"class": "0"})
    said = words(app)
    assert "“:green-background[:green[glowing]]¹\\, then red”" in said
    assert "of the class as a whole: **jellyfish**" in said and "not scored" in said
    assert list(app.table[0].value.columns) == ["", "claim", "holds"]  # nothing else was measured
    decisions = next(f.value for f in app.dataframe if "holding" in f.value)
    assert list(decisions["image_id"]) == [0, 0]
    assert list(decisions["holding"]) == ["1 of 2", "1 of 2"]
    click(app, "class_decisions", 0)
    app.run()
    assert app.query_params["image"] == "0"


@pytest.mark.parametrize(
    ("page", "parameters", "command"),
    [
        ("images", {"image": "9"}, "c1/09.png --method pipeline"),
        ("classes", {"class": "3"}, "--class 'octopus in a cave'"),
    ],
)
def test_what_was_not_explained_says_how(
    open_page: Open, small: Path, page: str, parameters: dict[str, str], command: str
) -> None:
    app = open_page(small, page, **parameters)
    assert app.code[0].value == f"glowworm explain {small} {command}"


def test_a_name_that_cannot_be_shown_is_not_put_into_a_command(
    open_page: Open, hostile: Path
) -> None:
    app = open_page(hostile, "classes", **{"class": "2"})
    assert app.code[0].value.endswith("--class NAME")


def test_curves_are_in_per_cent_over_the_units() -> None:
    cited, random = curve(LEDGER["deletion"], x_title="units masked").data
    assert list(cited.x) == [0, 1, 2] and list(cited.y) == [70.0, 40.0, 30.0]
    assert random.name == "random" and random.y[2] == pytest.approx(65.0)
    (alone,) = curve({"steps": [0], "cited": [0.5]}, x_title="").data
    assert alone.name == "cited"


def test_every_term_is_a_sentence() -> None:
    assert all(words.endswith(".") for words in TERM.values())
