"""What-if on an image: sliders and switches, what becomes of the decision, the link to share it."""

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.parts.whatif import address
from dashboard.parts.whatif.address import MOST
from dashboard.parts.whatif.figures import both
from tests import stores
from tests.dashboard.changeable import make_changeable
from tests.dashboard.conftest import Open, words
from tests.hostile import build_hostile_store


@pytest.fixture(scope="module")
def changeable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_changeable(stores.build_store(tmp_path_factory.mktemp("whatif") / "audit"))


def link(app: AppTest) -> str:
    return next((c.value for c in app.code if c.value.startswith("images?")), "")


@pytest.mark.parametrize(
    ("text", "changes", "refused"),
    [
        ("l12:0", {("latent", 12): 0.0}, 0),
        ("l12:0,l40:2.5,n3:-1", {("latent", 12): 0, ("latent", 40): 2.5, ("neuron", 3): -1}, 0),
        ("l1:1,l1:2", {("latent", 1): 2.0}, 1),
        ("", {}, 0),
        ("l12:0,,", {("latent", 12): 0.0}, 0),
        ("l1:nan,l1:inf,l1:1e9,l:1,x1:1,l-1:1,l1", {}, 7),
        ("l1:٣", {}, 1),
        ("l99999999:1", {}, 1),
        ("<script>,l2:3 ", {}, 2),
    ],
)
def test_an_address_is_read_or_refused(text: str, changes: object, refused: int) -> None:
    assert address.read(text) == (changes, refused)


def test_an_address_without_end_is_bounded() -> None:
    found, refused = address.read(",".join(f"l{n}:1" for n in range(100_000)))
    assert len(found) == MOST and refused == 100_000 - MOST
    assert address.read("x" * 1_000_000) == ({}, 1)


@pytest.mark.parametrize("value", [0.0, -0.0, 2.5, -1 / 3, 12345.678, 1e-7, 0.00012345])
def test_what_is_written_is_read_again(value: float) -> None:
    short = address.rounded(value)
    assert short == pytest.approx(value, rel=1e-3, abs=1e-9)
    changes = {("latent", 3): short, ("neuron", 0): short}
    assert address.read(address.written(changes)) == (changes, 0)  # pyright: ignore


def test_nothing_is_changed_at_first(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0")
    assert "Nothing is changed yet" in words(app)
    # The active latents push class 3 by 12 logits per activation each: .5, 1, 1.5, strongest first
    sliders = [s for s in app.slider if s.key.startswith("whatif_")]
    assert [s.key for s in sliders] == [f"whatif_0_latent_{n}_at" for n in (2, 1, 0)]
    assert [s.value for s in sliders] == [1.5, 1.0, 0.5]
    # At most three times what it is here, or the unit's largest in the audit (2: 3, 1: 2, 0: 1)
    assert [s.max for s in sliders] == [4.5, 3.0, 1.5]
    assert link(app) == "" and "w" not in app.query_params


def test_switching_off_turns_the_decision_at_once(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0")
    for number in (2, 1, 0):
        app.toggle(key=f"whatif_0_latent_{number}_on").set_value(False).run()
    # The feature is (0, 0, 0, -1): class c has -4 (c - 1.5), a softmax over 6, 2, -2, -6
    first = np.exp(6) / np.exp([6, 2, -2, -6]).sum()
    said = words(app)
    assert "it would be **jellyfish**" in said and f"({100 * first:.1f} %" in said
    assert "Without latent 2 “red”" not in said  # abstains: in brackets
    assert (
        "Without latent 2 “\\(red\\?\\)” and latent 1 “sharp teeth” and latent 0 “glowing”" in said
    )
    assert link(app) == "images?image=0&w=l2:0,l1:0,l0:0"
    assert app.query_params["w"] == "l2:0,l1:0,l0:0"
    assert [app.slider(key=f"whatif_0_latent_{n}_at").value for n in (2, 1, 0)] == [0, 0, 0]
    app.toggle(key="whatif_0_latent_1_on").set_value(True).run()
    assert link(app) == "images?image=0&w=l2:0,l0:0"
    app.button(key="whatif_reset").click().run()
    assert link(app) == "" and "Nothing is changed yet" in words(app)


def test_the_same_is_held_against_random_units(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0", w="l1:0")
    table = next(t.value for t in app.table if "its logit" in t.value)
    # 1 less of activation takes 2 from the feature's sum and 12 from the class's logit, whichever
    # latent it is taken from
    assert list(table["its logit"]) == ["−12.00", "−12.00", "12.00"]
    assert list(table["decision"]) == ["stays", "turns in 0 of 64 (0 %)", ""]
    assert "2 other active units of this image at random:" in words(app)
    app = open_page(changeable, "images", image="0", w="l1:0,l2:0")
    assert "1 other active unit of this image at random, which hold less" in words(app)
    app = open_page(changeable, "images", image="0", w="l0:0,l1:0,l2:0")
    assert "nothing to hold this against" in words(app)


def test_a_slider_sets_a_value_and_near_where_it_was_is_no_change(
    open_page: Open, changeable: Path
) -> None:
    app = open_page(changeable, "images", image="0")
    app.slider(key="whatif_0_latent_1_at").set_value(2.5).run()
    assert link(app) == "images?image=0&w=l1:2.5"
    assert "With latent 1 “sharp teeth” at 2.5 (here 1)" in words(app)
    app.slider(key="whatif_0_latent_1_at").set_value(1.005).run()
    assert link(app) == ""


def test_words_come_and_go(open_page: Open, changeable: Path) -> None:
    """Eight concepts, all shown: they change places. Ten are asked for, so none comes or goes."""
    said = words(open_page(changeable, "images", image="0", w="l2:0"))
    assert "The 8 texts nearest to the feature" in said and "0 came" in said
    assert "tentacles" in said


def test_the_top_of_the_page_leads_to_the_changes(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0", w="l1:0,l2:1")
    assert app.info[0].value.startswith("This address changes 2 units of the image: see [What if](")
    links = re.findall(r"\[([^]]+)\]\(#", words(app))
    assert len(links) == 7 and {*links} <= {element.value for element in app.subheader}
    assert not open_page(changeable, "images", image="0").info


def test_neurons_are_set_above_their_means(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0", whatif_kind="neurons", w="n2:-1")
    # The mean is 1.25 in every feature: feature 2 goes from 3 to .25, the logit by 6 · -2.75
    table = next(t.value for t in app.table if "its logit" in t.value)
    assert table["its logit"][0] == "−16.50"
    slider = app.slider(key="whatif_0_neuron_2_at")
    assert (slider.value, slider.min) == (-1, -slider.max)


def test_a_unit_is_added_by_number_or_by_label(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0")
    app.text_input(key="whatif_find_latent").set_value("4").run()
    app.button(key="whatif_add_latent_4").click().run()
    # It is off here, so it is set to its largest activation in the audit: 5
    assert link(app) == "images?image=0&w=l4:5"
    assert app.slider(key="whatif_0_latent_4_at").value == 5
    app.text_input(key="whatif_find_latent").set_value("cave").run()
    assert app.button(key="whatif_add_latent_3").label.startswith(":primary[3 · cave, off here")
    app.text_input(key="whatif_find_latent").set_value("99").run()
    assert "No latent is numbered or called so." in words(app)


def test_changes_belong_to_their_image(open_page: Open, changeable: Path) -> None:
    app = open_page(changeable, "images", image="0", w="l1:0")
    app.query_params["image"] = "4"  # the address still says what was changed in image 0
    app.run()
    assert link(app) == "" and "w" not in app.query_params
    app.toggle(key="whatif_4_latent_2_on").set_value(False).run()
    assert app.query_params["w"] == "l2:0"
    app.query_params["image"] = "0"
    app.run()
    assert app.query_params["w"] == "l1:0"


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("l99:1", 1),  # no such latent
        ("l1:99", 1),  # beyond its range
        ("l1:-0.5", 1),  # a latent is never below 0
        ("l3:0", 1),  # it is off anyway
        ("l1:0,<b>,l5:nan", 2),
        ("x" * 10_000, 1),
        ("\x00", 1),
    ],
)
def test_what_an_address_may_not_ask_for_is_told(
    open_page: Open, changeable: Path, asked: str, refused: int
) -> None:
    app = open_page(changeable, "images", image="0", w=asked)
    assert app.warning[0].value.startswith(f"{refused} part")
    assert bool(app.info) == ("l1:0" in asked)
    assert "<b>" not in app.query_params.get("w", "")


def test_without_features_nothing_can_be_changed(open_page: Open, small: Path) -> None:
    said = words(open_page(small, "images", image="0", w="l1:0"))
    assert "The audit holds no features of this image, so nothing can be changed." in said


def test_without_a_readable_autoencoder_there_are_neurons(open_page: Open, tmp_path: Path) -> None:
    directory = make_changeable(stores.build_store(tmp_path / "audit"))
    (directory / "sae" / "cfg.json").write_text('{"architecture": "unheard of"}', "utf-8")
    app = open_page(directory, "images", image="0", w="l1:0")
    assert app.warning[0].value.startswith("1 part")
    assert any(s.key.startswith("whatif_0_neuron") for s in app.slider)


def test_hostile_names_stay_names(open_page: Open, tmp_path: Path) -> None:
    directory = make_changeable(build_hostile_store(tmp_path / "audit"))
    app = open_page(directory, "images", image="0", w="l1:0,l0:0,l2:0")
    assert "<script>" not in words(app).replace("\\<script\\>", "")


def test_bars_stand_side_by_side() -> None:
    after, before = both(["a", "b"], [75.0, 25.0], [50.0, 50.0]).data
    assert (after.name, list(after.text)) == ("after", ["50.0 (−25.0)", "50.0 (+25.0)"])
    assert before.marker.pattern.shape == "/"  # told apart without its colour
    assert [trace.name for trace in both(["a"], [1.0], None).data] == ["before"]
