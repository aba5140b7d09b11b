"""Deciding, listing and looking at the desk, under a name; and the page that tells of it."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.serve import READ_ONLY_VARIABLE, REVIEWER_VARIABLE
from db.engine import reader_engine
from db.human.lists import list_subject
from db.human.reviews import review_finding
from db.queries.lists import entries
from db.queries.log import LogFilter, count_log, log
from db.queries.reviews import decisions
from tests import stores
from tests.dashboard.conftest import Open, words
from tests.hostile import HOSTILE_NAMES
from tests.people_rows import add_people


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    return stores.build_store(tmp_path / "audit")


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    return add_people(stores.build_store(tmp_path / "audit"))


@pytest.fixture
def as_ann(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REVIEWER_VARIABLE, "ann")


def decided(audit: Path, finding_id: int) -> list[tuple[str, str, str]]:
    engine = reader_engine(audit)
    held = decisions(engine, [finding_id])
    engine.dispose()
    return [tuple(r) for r in held[["author", "decision", "comment"]].to_numpy().tolist()]


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_finding_is_decided_changed_and_taken_back(
    open_page: Open, audit: Path, as_ann: None
) -> None:
    app = open_page(audit, "findings", finding="1")
    assert "Nobody has decided about it yet." in words(app)
    app.text_input(key="verdict_1_comment").set_value("seen it").run()
    app.button(key="verdict_1_confirmed").click().run()
    assert decided(audit, 1) == [("ann", "confirmed", "seen it")]
    assert "**ann**: seen it" in words(app)
    assert app.text_input(key="verdict_1_comment").value == ""
    app.button(key="verdict_1_rejected").click().run()
    assert decided(audit, 1) == [("ann", "rejected", "")]
    app.button(key="verdict_1_back").click().run()
    assert decided(audit, 1) == []
    assert "Take back" not in labels(app)
    assert app.dataframe[-1].value["decision"].iloc[0] == "(taken back)"


def test_without_a_name_nothing_can_be_said(open_page: Open, audit: Path) -> None:
    app = open_page(audit, "findings", finding="1")
    assert app.button(key="verdict_1_confirmed").disabled
    assert "Say who you are" in words(app)
    app.text_input(key="reviewer").set_value("bob").run()
    assert not app.button(key="verdict_1_confirmed").disabled
    app.button(key="verdict_1_confirmed").click().run()
    assert decided(audit, 1) == [("bob", "confirmed", "")]


def test_a_bundle_takes_no_words(
    open_page: Open, reviewed: Path, as_ann: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READ_ONLY_VARIABLE, "1")
    app = open_page(reviewed, "findings", finding="1")
    assert "glows in every picture" in words(app)  # what was said before is shown
    assert "Read-only" in words(app)
    assert not {"Confirm", "Reject", "Needs data", "Take back"} & set(labels(app))
    for page, parameters in (("classes", {"class": "1"}), ("latents", {"latent": "1"})):
        app = open_page(reviewed, page, **parameters)
        assert not app.get("form")
    engine = reader_engine(reviewed)
    assert count_log(engine, LogFilter(author="ann", deed="looked")) == 0
    engine.dispose()


def test_both_decisions_stand_beside_each_other(open_page: Open, reviewed: Path) -> None:
    app = open_page(reviewed, "findings", f_unexpected="false")
    table = app.dataframe[0].value.set_index("finding_id")["decided"]
    assert table[1] == "ann ✓, bob ✓"
    assert table[2] == "ann ✓, bob ✗"
    assert table[3] == ""
    assert "the reviewers disagree" in words(open_page(reviewed, "findings", finding="2"))


@pytest.mark.parametrize(
    ("how", "expected"),
    [("disputed", {2}), ("not by", {3, 5, 6, 7, 8, 9, 10, 11, 12}), ("confirmed", {1, 2})],
)
def test_findings_by_decision(
    open_page: Open, reviewed: Path, as_ann: None, how: str, expected: set[int]
) -> None:
    app = open_page(reviewed, "findings", f_unexpected="false")
    app.selectbox(key="f_decided").set_value(how).run()
    assert set(app.dataframe[0].value["finding_id"]) == expected


def test_next_and_previous_follow_the_table(open_page: Open, audit: Path) -> None:
    app = open_page(audit, "findings")
    ids = list(app.dataframe[0].value["finding_id"])
    assert app.button(key="f_previous").disabled
    app.button(key="f_next").click().run()
    assert app.query_params["finding"] == str(ids[1])
    app.button(key="f_previous").click().run()
    assert app.query_params["finding"] == str(ids[0])


@pytest.mark.parametrize(
    ("page", "kind", "identity"),
    [
        ("findings", "finding", 2),
        ("classes", "class", 1),
        ("images", "image", 5),
        ("latents", "latent", 1),
        ("neurons", "neuron", 0),
    ],
)
def test_what_is_looked_at_is_logged_once(
    open_page: Open, audit: Path, as_ann: None, page: str, kind: str, identity: int
) -> None:
    app = open_page(audit, page, **{kind: str(identity)})
    app.run()
    engine = reader_engine(audit)
    looked = log(engine, LogFilter(author="ann", deed="looked"))
    assert looked["kind"].tolist() == [kind]
    engine.dispose()


def test_a_class_is_put_into_a_list_and_taken_out(
    open_page: Open, audit: Path, as_ann: None
) -> None:
    # Streamlit's test widgets cannot type a new name: the list is there already.
    list_subject(audit, "odd ones", "image", 3, author="bob")
    app = open_page(audit, "classes", **{"class": "1"})
    app.selectbox(key="list_class_1_name").set_value("odd ones")
    app.text_input(key="list_class_1_comment").set_value("why not")
    app.button(key="list_class_1_put").click().run()
    engine = reader_engine(audit)
    held = entries(engine, "odd ones")
    assert held[["kind", "identity", "comment"]].to_numpy().tolist() == [
        ["image", 3, ""],
        ["class", 1, "why not"],
    ]
    app.button(key="unlist_class_1_odd ones").click().run()
    assert entries(engine, "odd ones")["kind"].tolist() == ["image"]
    engine.dispose()


def test_a_latent_in_a_list_brings_its_direction(
    open_page: Open, audit: Path, as_ann: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "dashboard.parts.people.lists.unit_direction", lambda *_: np.eye(4, dtype=np.float32)[2]
    )
    list_subject(audit, "mine", "image", 3, author="bob")
    app = open_page(audit, "latents", latent="1")
    app.selectbox(key="list_latent_1_name").set_value("mine")
    app.button(key="list_latent_1_put").click().run()
    engine = reader_engine(audit)
    assert entries(engine, "mine")["identity"].tolist() == [3, 1]
    engine.dispose()


def test_the_page_tells_decisions_with_agreement(open_page: Open, reviewed: Path) -> None:
    app = open_page(reviewed, "log", g_show="Decisions")
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    # Findings 1, 2 and 4: confirmed both, confirmed against rejected, rejected both. Chance:
    # ann confirms 2 of 3, bob 1 of 3: 2/3 · 1/3 + 1/3 · 2/3 = 4/9; κ = (2/3 - 4/9) / (5/9) = .4
    assert metrics["same decision"] == ("67 %", "chance 44 %")
    assert metrics["Cohen's κ"][0] == "0.40"
    assert len(app.dataframe[0].value) == 7


def test_the_page_tells_lists_and_log(open_page: Open, reviewed: Path) -> None:
    app = open_page(reviewed, "log", g_show="Lists")
    said = words(app)
    assert "finding jellyfish · “glowing”" in said.replace("\\", "")
    assert "class shark" in said and "latent 1" in said
    app = open_page(reviewed, "log", g_show="Log")
    table = app.dataframe[0].value
    assert len(table) == 22
    app.selectbox(key="g_deed").set_value("looked").run()
    assert set(app.dataframe[0].value["who"]) == {"bob"}


def test_the_page_says_what_is_left_to_do(open_page: Open, reviewed: Path) -> None:
    said = words(open_page(reviewed, "log"))
    assert "The last run ended well" in said
    assert "glowworm canary DIR" in said
    assert "1 disputed one" not in said  # ann and bob differ on finding 2, which its name implies


@pytest.mark.parametrize("show", ["", "nonsense", "Report", "Decisions", "Lists", "Log"])
def test_nothing_said_yet_is_said(open_page: Open, empty: Path, show: str) -> None:
    app = open_page(empty, "log", g_show=show, g_who="x" * 10_000, g_deed="'; --", g_list="<b>")
    assert app.title[0].value == "Report & log"


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=range(4))
def test_hostile_words_of_people_stay_words(
    open_page: Open, audit: Path, as_ann: None, name: str
) -> None:
    review_finding(audit, 1, "confirmed", author=name[:100], comment=name[:2000])
    list_subject(audit, name[:200], "class", 1, author=name[:100], comment=name[:2000])
    for page, parameters in (
        ("findings", {"finding": "1"}),
        ("classes", {"class": "1"}),
        ("log", {"g_show": "Decisions"}),
        ("log", {"g_show": "Lists"}),
        ("log", {"g_show": "Log"}),
    ):
        said = words(open_page(audit, page, **parameters))
        assert "<script>" not in said
        assert "[link](" not in said
        assert "\x1b" not in said
