"""Every page on stores of every condition, and with addresses of every kind."""

from pathlib import Path

import pytest

from tests.dashboard.conftest import PAGES, PARAMETERS, Open, click, words

HOSTILE_PARAMETERS = (
    "",
    "-1",
    "999999",
    "9" * 40,
    "1e3",
    "٣",
    "1; drop table run",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "x" * 10_000,
    "\x00",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_small_store_is_shown(open_page: Open, small: Path, page: str) -> None:
    app = open_page(small, page)
    assert app.title
    assert not app.warning
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_an_audit_of_weights_alone_is_shown(open_page: Open, weights_only: Path, page: str) -> None:
    app = open_page(weights_only, page)
    if page in ("latents", "images"):
        assert f"This audit holds no {page}." in words(app)
        assert "no images were given" in words(app)
    assert not app.error


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_store_says_so(open_page: Open, empty: Path, page: str) -> None:
    said = words(open_page(empty, page))
    assert "This audit holds no" in said
    assert "stopped" in said
    assert "--resume" in said


@pytest.mark.parametrize("page", PAGES)
def test_a_newer_store_says_what_to_do(open_page: Open, newer: Path, page: str) -> None:
    app = open_page(newer, page)
    assert "another version" in app.title[0].value
    assert "newer Glowworm" in app.error[0].value


def test_a_damaged_store_says_so(open_page: Open, damaged: Path) -> None:
    app = open_page(damaged, "overview")
    assert "cannot be read" in app.title[0].value
    assert app.error


def test_a_missing_store_says_so(open_page: Open, tmp_path: Path) -> None:
    app = open_page(tmp_path / "nowhere", "overview")
    assert "no audit here" in app.title[0].value


def test_no_store_at_all_says_how_to_start(open_page: Open) -> None:
    assert "glowworm serve" in open_page(None, "overview").error[0].value


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_wrong_address_gets_a_plain_message(open_page: Open, small: Path, name: str) -> None:
    app = open_page(small, {"class": "classes"}.get(name, f"{name}s"))
    for value in HOSTILE_PARAMETERS:
        app.query_params[name] = value
        app.run()
        assert not app.exception
        assert f"This audit has no {name}" in app.warning[0].value
        assert "<script>" not in app.warning[0].value


@pytest.mark.parametrize("page", PAGES)
def test_filters_in_the_address_may_be_nonsense(open_page: Open, small: Path, page: str) -> None:
    keys = [
        f"{letter}_{what}"
        for letter in (*"fclni", "ch")
        for what in (
            "search",
            "class",
            "verdict",
            "map",
            "q",
            "unexpected",
            "order",
            "state",
            "errors",
            "spread",
        )
    ]
    app = open_page(small, page, **{key: "' or 1=1 --<b>" for key in keys})
    assert app.title


def test_overview_states_numbers_with_floors_and_denominators(open_page: Open, small: Path) -> None:
    app = open_page(small, "overview")
    said = words(app)
    assert app.title[0].value == "What tiny looks at"
    assert "4 classes · 4 features · 12 images, 12 of them labelled · 8 concepts" in said
    assert "1 file could not be read and was skipped" in said
    assert "**kernel** is shown first" in said
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert metrics["explained variance"] == ("80 %", "floor 10 %")
    assert metrics["decisions kept"] == ("90 %", "floor 30 %")
    assert metrics["alive"] == ("83 %", "5 of 6 latents")
    # Latent 5 is dead and latent 2 abstains.
    assert "4 of 5 (80 %) living latents carry a label that clears its floor" in said


def test_overview_names_what_was_skipped(open_page: Open, weights_only: Path) -> None:
    said = words(open_page(weights_only, "overview"))
    assert "**explanations** is skipped: no images were given" in said
    assert "4 of 4 (100 %) classes have no image" in said


def test_findings_are_ranked_and_unexpected_first(open_page: Open, small: Path) -> None:
    app = open_page(small, "findings")
    table = app.dataframe[0].value
    # One is insufficient, the others are candidates: within each verdict the smallest q leads.
    assert list(table["verdict"]) == ["insufficient"] + ["candidate"] * 7
    assert list(table["q"][1:]) == sorted(table["q"][1:])
    assert set(table["kind"]) == {"unexpected"}
    assert len(table) == 8
    app.toggle(key="f_unexpected").set_value(False).run()
    assert len(app.dataframe[0].value) == 12


def test_findings_can_be_filtered(open_page: Open, small: Path) -> None:
    app = open_page(small, "findings")
    app.selectbox(key="f_class").set_value(3).run()
    assert set(app.dataframe[0].value["class_id"]) == {3}
    app.selectbox(key="f_verdict").set_value("insufficient").run()
    assert list(app.dataframe[0].value["finding_id"]) == [12]
    app.selectbox(key="f_q").set_value(0.01).run()
    assert "No finding passes these filters." in words(app)


def test_a_filter_can_stand_in_the_address(open_page: Open, small: Path) -> None:
    app = open_page(small, "findings", f_search="shark")
    assert set(app.dataframe[0].value["class_name"]) == {"shark"}


def test_the_card_reads_the_numbers_out(open_page: Open, small: Path) -> None:
    said = words(open_page(small, "findings", finding="1"))
    # Finding 1: jellyfish and glowing, score 4 on two sides, name 0, q .02.
    assert "jellyfish · “glowing”" in said
    assert "decides for **jellyfish** by **“glowing”**, which the name does not imply" in said
    assert "lean towards “glowing” 4.0 standard deviations above the average class" in said
    assert "so this is unexpected" in said
    assert "about 2.0 % are expected to be chance" in said
    assert "The text map mlp does not keep it" in said


def test_a_concept_far_from_every_class_name_is_marked(open_page: Open, small: Path) -> None:
    # Finding 1 is class 0 with concept 0, finding 3 with concept 2, which is far from all names.
    warning = "far from every class name"
    assert warning not in words(open_page(small, "findings", finding="1"))
    assert warning in words(open_page(small, "findings", finding="3"))


def test_the_address_says_which_finding_is_shown(open_page: Open, small: Path) -> None:
    app = open_page(small, "findings")
    identity = int(app.dataframe[0].value.iloc[2]["finding_id"])
    app.query_params["finding"] = str(identity)
    app.run()
    row = app.dataframe[0].value.iloc[2]
    assert any(row["concept"] in heading.value.replace("\\", "") for heading in app.subheader)


def test_a_class_shows_its_concepts_images_and_latents(open_page: Open, small: Path) -> None:
    app = open_page(small, "classes", **{"class": "1"})
    assert app.title[0].value == "shark"
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    # Images 1, 5 and 9 are sharks; image 1 is taken for a red crab.
    assert metrics["images"][0] == "3"
    assert metrics["accuracy"] == ("67 %", "2 of 3 right")
    said = words(app)
    assert "✗ taken for red crab" in said
    assert "red crab \\(1\\)" in said
    up, down = (frame.value for frame in app.dataframe)
    assert list(up["number"]) == [1]  # latent 5 is dead
    assert list(down["number"]) == [0, 4]


def test_concepts_can_be_read_from_the_images(open_page: Open, small: Path) -> None:
    app = open_page(small, "classes", **{"class": "1"})
    app.segmented_control(key="c_source").set_value("features").run()
    assert not app.exception
    assert "the mean feature of its images" in words(app)


def test_a_class_without_images_says_so(open_page: Open, weights_only: Path) -> None:
    said = words(open_page(weights_only, "classes", **{"class": "0"}))
    assert "holds no image of this class" in said


def test_classes_in_the_list_lead_to_their_page(open_page: Open, small: Path) -> None:
    app = open_page(small, "classes")
    assert len(app.dataframe[0].value) == 4
    row = list(app.dataframe[0].value["class_id"]).index(2)
    click(app, "classes_table", row)
    app.run()
    assert app.title[0].value == "red crab"
    assert app.query_params["class"] == "2"


@pytest.mark.parametrize("row", [-1, 4, 10**9])
def test_a_row_that_is_not_there_leads_nowhere(open_page: Open, small: Path, row: int) -> None:
    app = open_page(small, "classes")
    click(app, "classes_table", row)
    app.run()
    assert not app.exception
    assert app.title[0].value == "Classes"


def test_units_can_be_searched_and_filtered(open_page: Open, small: Path) -> None:
    app = open_page(small, "latents")
    assert sorted(app.dataframe[0].value["number"]) == [0, 1, 3, 4]
    app.segmented_control(key="l_state").set_value("dead").run()
    assert list(app.dataframe[0].value["number"]) == [5]
    app.segmented_control(key="l_state").set_value("all").run()
    app.text_input(key="l_search").set_value("STRIPED").run()
    assert list(app.dataframe[0].value["number"]) == [4]


def test_a_latent_shows_label_floor_and_examples(open_page: Open, small: Path) -> None:
    app = open_page(small, "latents", latent="1")
    assert app.title[0].value == "Latent 1: “sharp teeth”"
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert metrics["label's Pearson"] == ("0.60", "random labels reach 0.20")
    assert metrics["density"][0] == "25.0 %"
    assert "activation 2.00" in words(app)
    candidates = app.dataframe[0].value
    assert list(candidates["text_map"]) == ["kernel", "kernel", "mlp", "mlp"]


def test_a_label_below_its_floor_is_not_given(open_page: Open, small: Path) -> None:
    app = open_page(small, "latents", latent="2")
    assert app.title[0].value == "Latent 2: no label clears the floor"
    assert "abstains" in words(app)


def test_a_dead_latent_says_so(open_page: Open, small: Path) -> None:
    assert "is dead" in words(open_page(small, "latents", latent="5"))


def test_a_neuron_has_the_same_page(open_page: Open, small: Path) -> None:
    assert open_page(small, "neurons", neuron="0").title[0].value.startswith("Neuron 0: “")


def test_images_can_be_filtered_to_errors(open_page: Open, small: Path) -> None:
    app = open_page(small, "images")
    assert "12 of 12 images" in words(app)
    app.toggle(key="i_errors").set_value(True).run()
    assert "2 of 12 images" in words(app)


def test_an_image_shows_decision_concepts_and_explanation(open_page: Open, small: Path) -> None:
    said = words(open_page(small, "images", image="1"))
    assert "wrong] taken for **red crab**, its folder says **shark**" in said
    assert "“a sharp teeth thing in the water”" in said
    assert "above its floor" in said


def test_an_unexplained_image_says_so(open_page: Open, small: Path) -> None:
    assert "not among those that the audit explained" in words(
        open_page(small, "images", image="9")
    )
