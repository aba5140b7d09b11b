"""Two audits beside each other."""

import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from dashboard.parts.compare.decisions import paired
from dashboard.parts.compare.other import told_apart
from dashboard.parts.compare.strengths import apart, scatter
from dashboard.serve import AGAINST_VARIABLE, READ_ONLY_VARIABLE
from db.layout import database
from tests import stores
from tests.dashboard.comparable import build_pair
from tests.dashboard.conftest import Open, words
from tests.hostile import build_hostile_store
from tests.retold import retell


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build_pair(tmp_path_factory.mktemp("pair"))


def test_the_only_neighbour_is_compared_with(open_page: Open, pair: tuple[Path, Path]) -> None:
    app = open_page(pair[0], "compare")
    assert app.selectbox(key="compare_with").options == ["other"]
    table = app.table[0].value
    assert list(table.columns) == ["", "this audit: **here**", "the other: **other**"]
    rows = dict(zip(table[""], table["the other: **other**"], strict=True))
    assert rows["accuracy"] == "83.3 % of 12 images (chance 25.0 %)"
    assert rows["text map, unseen classes at rank 1"] == "kernel: 40.0 % (floor 20.0 %)"
    assert rows["latents: variance explained"] == "80 % (floor 10 %)"
    assert rows["latents whose label clears its floor"] == "4 of 5 (80 %)"
    assert not app.warning and "One version of Glowworm searched both" in words(app)


def test_findings_new_gone_and_the_same(open_page: Open, pair: tuple[Path, Path]) -> None:
    app = open_page(pair[0], "compare")
    assert (
        "By name, of 4 classes here and 4 in the other, both have **4**; by words, of 8 concepts "
        "here and 8 in the other, both have **8**. Only findings about these are compared: "
        "in all **4 of 4 (100 %)** held here and **4 of 4 (100 %)** held in the other."
    ) in words(app)
    assert (
        "Findings held here: 4, of which 1 new and 3 held in the other too. Held in the other: 4, "
        "of which 1 gone and 3 held here too. Pairs of those held in both: 3, of which 0 changed "
        "and 3 the same."
    ) in words(app)
    (new,) = app.dataframe[0].value.to_dict("records")
    assert (new["class"], new["concept"]) == ("jellyfish", "glowing")
    assert (new["here"], new["there"]) == ("candidate, q 0.020", "not held: q 0.200")
    app = open_page(pair[0], "compare", x_kind="gone")
    (gone,) = app.dataframe[0].value.to_dict("records")
    assert (gone["class"], gone["concept"]) == ("shark", "cave")
    assert (gone["here"], gone["there"]) == ("not held: q 0.060", "candidate, q 0.010")
    app = open_page(pair[0], "compare", x_kind="same", x_class="1")
    assert list(app.dataframe[0].value["concept"]) == ["sharp teeth"]
    assert (
        "Findings about shark held here: 1, of which 0 new and 1 held in the other too. Held in "
        "the other: 2, of which 1 gone"
    ) in words(app)


def test_a_pair_of_two_texts_shows_both(open_page: Open, tmp_path: Path) -> None:
    """Glowing is held here; the other holds another concept, and says that glowing is the same."""
    here, other = build_pair(tmp_path)
    retell(other, 1, leader=3)
    (row,) = (
        row
        for row in open_page(here, "compare", x_kind="same").dataframe[0].value.to_dict("records")
        if row["matched"]
    )
    assert (row["class"], row["concept"]) == ("jellyfish", "glowing")
    assert row["matched"] == "red"


def test_where_nothing_is_compared_no_zeros_are_shown(open_page: Open, tmp_path: Path) -> None:
    here, other = build_pair(tmp_path)
    for directory in (here, other):
        with sqlite3.connect(database(directory)) as connection:
            connection.execute("update finding set q = 1")
        connection.close()
    said = words(open_page(here, "compare", x_class="2"))
    assert "Findings held" not in said
    assert "neither audit holds a finding about red crab and a concept that both know" in said


def test_a_finding_here_can_be_opened(open_page: Open, pair: tuple[Path, Path]) -> None:
    app = open_page(pair[0], "compare")
    selection = {"rows": [], "columns": [], "cells": [(0, "x")]}
    app.session_state["x_changes"] = {"selection": selection}
    app.run()
    assert app.query_params["finding"] == "1"


def test_concepts_of_a_class_in_both(open_page: Open, pair: tuple[Path, Path]) -> None:
    app = open_page(pair[0], "compare", x_class="2")
    said = words(app)
    assert "How far **red crab**'s weights lean towards each of the 8 concepts" in said
    assert "Correlation 1.00" in said


def test_decisions_on_the_same_files(open_page: Open, pair: tuple[Path, Path]) -> None:
    said = words(open_page(pair[0], "compare"))
    assert "here **10 of 12 (83 %)** right, in the other **9 of 12 (75 %)**" in said
    # 1 of 12 apart: 1/12 ± 1.96 · sqrt(1/12 · 11/12 / 12)
    assert "Byte for byte, of 12 image files here and 12 in the other, both have **12**." in said
    assert "difference +8.3 points [−7.3, +24.0]" in said
    assert "Only here right: 1; only the other: 0; neither: 2." in said
    assert "1 of 12 (8 %) images are decided differently" in said
    assert "✓ here: jellyfish, 70 %" in said and "✗ other: shark, 90 %" in said
    filtered = words(open_page(pair[0], "compare", x_images="only the other right"))
    assert "0 of 12 (0 %) images are decided differently, only the other right" in filtered
    of_class = words(open_page(pair[0], "compare", x_class="2"))
    assert "On all 12 labelled images in both" in of_class
    assert "0 of 4 (0 %) images with red crab as label or decision are decided" in of_class


def test_labels_that_only_one_has(open_page: Open, pair: tuple[Path, Path]) -> None:
    app = open_page(pair[0], "compare")
    assert "**Only here** (1)" in words(app) and "**Only in other** (1)" in words(app)
    tables = [f.value for f in app.dataframe if "pearson" in f.value]
    assert [list(table["label"]) for table in tables] == [["glowing"], ["red"]]


def test_the_audit_given_leads_and_may_lie_elsewhere(
    open_page: Open,
    pair: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere = Path(shutil.copytree(pair[0], tmp_path / "copy"))
    monkeypatch.setenv(AGAINST_VARIABLE, str(elsewhere))
    app = open_page(pair[0], "compare")
    assert app.selectbox(key="compare_with").options == ["copy", "other"]
    assert "4, of which 0 changed and 4 the same" in words(app)
    assert "copy and here hold the same findings to the last digit" in app.warning[0].value
    assert "of which 1 new" in words(open_page(pair[0], "compare", x_with="other"))


def test_what_cannot_be_compared_is_named_with_its_reason(
    open_page: Open, tmp_path: Path, damaged: Path, newer: Path
) -> None:
    own = stores.build_store(tmp_path / "own")
    shutil.copytree(damaged, tmp_path / "broken")
    shutil.copytree(newer, tmp_path / "newer")
    app = open_page(own, "compare", x_with="newer")
    assert "“newer” cannot be compared" in app.warning[0].value
    assert "install a newer Glowworm" in app.warning[0].value.replace("\\", "")
    said = words(app)
    assert "There is no other audit to compare with." in said and "**broken**" in said


@pytest.mark.parametrize(
    "asked", ["..", "../pair/other", "/etc", "", "x" * 9_999, "\x00", "<script>alert(1)</script>"]
)
def test_an_address_names_a_neighbour_and_never_a_path(
    open_page: Open, pair: tuple[Path, Path], asked: str
) -> None:
    app = open_page(pair[0], "compare", x_with=asked)
    assert "cannot be compared: no audit of that name" in app.warning[0].value
    assert "<script>" not in app.warning[0].value


@pytest.mark.parametrize("asked", ["99", "-1", "", "x" * 9_999, "<b>", "\x00"])
def test_a_class_that_is_not_in_both_gets_a_plain_message(
    open_page: Open, pair: tuple[Path, Path], asked: str
) -> None:
    app = open_page(pair[0], "compare", x_class=asked)
    assert "These audits share no class" in app.warning[0].value
    assert "of which 1 new" in words(app)


def test_an_audit_beside_itself_is_told(
    open_page: Open, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AGAINST_VARIABLE, str(pair[0]))
    app = open_page(pair[0], "compare")
    assert "is one and the same audit" in app.warning[0].value
    assert "One version of Glowworm searched both" not in words(app)


def test_without_a_common_class_that_is_told_first(open_page: Open, tmp_path: Path) -> None:
    here, _ = build_pair(tmp_path)
    shutil.rmtree(tmp_path / "other")
    build_hostile_store(tmp_path / "hostile")
    said = words(open_page(here, "compare"))
    assert "Without a class in common only labels of latents can be held together." in said
    assert "<script>" not in said.replace("\\<script\\>", "")


def test_an_unfinished_search_is_told(open_page: Open, tmp_path: Path) -> None:
    here, _ = build_pair(tmp_path)
    shutil.rmtree(tmp_path / "other")
    stores.build_store(tmp_path / "without arrays")
    app = open_page(here, "compare")
    assert "concept_embeddings" in app.warning[0].value.replace("\\", "")
    assert "They cannot be compared; the reason stands above." in words(app)
    assert "Decisions on the same images" in words(app)


def test_only_concepts_that_are_held_are_told_apart() -> None:
    stronger, weaker = np.array([1.9, 2.5, 4.0, 3.0]), np.array([-3.0, 2.0, 1.0, 3.5])
    assert apart(stronger, weaker) == [2, 1]  # 0 is held by neither, 3 more by the other


def test_points_are_drawn_by_webgl_and_few_are_named() -> None:
    rng = np.random.default_rng(0)
    here, there = rng.normal(size=(2, 2000))
    everything, named = scatter([f"<b>{i}" for i in range(2000)], here, there, ("a", "b")).data
    assert everything.type == named.type == "scattergl"
    assert (len(everything.x), len(named.x)) == (2000, 400)
    assert named.text[0].startswith("&lt;b&gt;")


def test_a_paired_difference_by_hand() -> None:
    here, there = np.array([1, 1, 0, 0], bool), np.array([1, 0, 0, 0], bool)
    mean, low, high = paired(here, there)
    assert mean == 0.25
    assert high - mean == pytest.approx(1.96 * np.sqrt(0.1875 / 4)) == mean - low


def test_audits_of_one_name_are_told_apart_by_where_they_lie() -> None:
    assert told_apart("/a/one", "/b/two") == ("one", "two")
    assert told_apart("/a/audit", "/b/audit") == ("a/audit", "b/audit")
    assert told_apart("/a/x/audit", "/b/x/audit") == ("a/x/audit", "b/x/audit")
    assert told_apart("/a/audit", "/a/audit") == ("audit", "audit")


def test_a_bundle_has_no_neighbours(
    open_page: Open, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(READ_ONLY_VARIABLE, "1")
    assert "There is no other audit to compare with." in words(open_page(pair[0], "compare"))
