"""Labels that people give on the page of a unit."""

from pathlib import Path

import pytest

from dashboard.serve import REVIEWER_VARIABLE
from db.errors import StoreError
from db.human import labels
from tests.dashboard.conftest import Open, words
from tests.dashboard.dossier import build_dossier_store
from tests.dashboard.test_hostile_names import ALIVE
from tests.hostile import HOSTILE_NAMES


@pytest.fixture
def dossier(tmp_path: Path) -> Path:
    return build_dossier_store(tmp_path / "audit")


def give(app, own: str, text: str, author: str = "Ann", comment: str = "") -> None:
    app.text_input(key="reviewer").set_value(author).run()
    app.text_input(key=f"{own}_text").set_value(text)
    app.text_input(key=f"{own}_comment").set_value(comment)
    app.button(key=f"{own}_keep").click().run()
    assert not app.exception, [e.message for e in app.exception]


def history(app, kind: str = "neuron"):
    return next(t.value for t in app.dataframe if "who" in t.value)


def test_a_label_holds_at_once_and_is_marked(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    assert "Nobody has labelled it yet." in words(app)
    give(app, "neuron_1", "lamp", comment="in the dark")
    assert app.title[0].value == "Neuron 1: “lamp”"
    said = words(app)
    assert "by Ann" in said
    assert "the machine says “tentacles”" in said
    assert "Neuron 1 is now called “lamp”" in app.toast[0].value
    assert list(history(app)["comment"]) == ["in the dark"]
    assert app.text_input(key="neuron_1_text").value == ""
    # Another session sees it too, and the list finds it by the person's words.
    listed = open_page(dossier, "neurons", n_search="LAMP").dataframe[0].value
    assert list(listed["label"]) == ["✎ lamp"]


def test_the_author_is_remembered_from_unit_to_unit(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    give(app, "neuron_1", "lamp", author="Bob")
    app.query_params["neuron"] = "2"
    app.run()
    assert app.text_input(key="reviewer").value == "Bob"


def test_the_reviewer_of_the_desk_is_the_author(
    open_page: Open, dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REVIEWER_VARIABLE, "Cleo")
    app = open_page(dossier, "neurons", neuron="1")
    assert app.text_input(key="reviewer").value == "Cleo"


def test_a_label_can_be_taken_back(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    give(app, "neuron_1", "lamp")
    app.button(key="neuron_1_withdraw").click().run()
    assert app.title[0].value == "Neuron 1: “tentacles”"
    assert list(history(app)["label"]) == ["(taken back)", "lamp"]
    assert "neuron_1_withdraw" not in [button.key for button in app.button]


def test_without_a_name_there_is_no_label(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    assert app.button(key="neuron_1_keep").disabled
    assert "Say who you are" in words(app)


@pytest.mark.parametrize("text", ["", "  "])
def test_what_is_missing_is_said_in_words(open_page: Open, dossier: Path, text: str) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    give(app, "neuron_1", text)
    assert "It was not kept" in app.error[0].value
    assert app.title[0].value == "Neuron 1: “tentacles”"
    assert app.text_input(key="neuron_1_text").value == text  # what was typed is not lost


def test_a_latent_whose_autoencoder_is_gone_is_not_labelled(open_page: Open, dossier: Path) -> None:
    app = open_page(dossier, "latents", latent="1")
    give(app, "latent_1", "lamp")
    assert "autoencoder" in app.error[0].value
    assert app.title[0].value == "Latent 1: “sharp teeth”"


def test_a_store_that_may_not_be_written_says_so(
    open_page: Open, dossier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(directory: Path, **_: object) -> None:
        raise StoreError(f"{directory} may not be written; copy the directory")

    monkeypatch.setattr(labels, "label_unit", refuse)
    app = open_page(dossier, "neurons", neuron="1")
    give(app, "neuron_1", "lamp")
    assert "may not be written" in app.error[0].value


@pytest.mark.parametrize("text", HOSTILE_NAMES[:3])
def test_hostile_labels_stay_words(open_page: Open, dossier: Path, text: str) -> None:
    app = open_page(dossier, "neurons", neuron="1")
    give(app, "neuron_1", text, author=text[:100], comment=text)
    assert not app.error
    for one in (app, open_page(dossier, "neurons", n_state="by a person")):
        assert not ALIVE.search(words(one))
    assert "<script>" not in "".join(c.proto.spec for c in app.get("plotly_chart"))
