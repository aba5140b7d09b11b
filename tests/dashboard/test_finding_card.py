"""A finding's card and the certificate, with evidence and without."""

from pathlib import Path

import pytest

from tests.dashboard.conftest import Open, words


def test_findings_are_listed_supported_first_and_folded(open_page: Open, tested: Path) -> None:
    app = open_page(tested, "findings")
    table = app.dataframe[0].value
    assert list(table["finding_id"]) == [1, 4, 12, 10, 6, 9, 7]
    assert table["concept"][0] == "glowing = red"
    said = words(app)
    assert "7 of 12 findings" in said
    assert "1 supported · 1 correlational · 1 insufficient · 3 candidate · 1 refuted" in said


def test_the_first_card_is_the_best_of_the_page(open_page: Open, tested: Path) -> None:
    app = open_page(tested, "findings", f_verdict="refuted")
    assert any("red crab · “red”" in heading.value for heading in app.subheader)


def test_a_supported_finding_shows_all_its_evidence(open_page: Open, tested: Path) -> None:
    app = open_page(tested, "findings", finding="1")
    said = words(app).replace("\\", "")
    assert "**Supported.** All four hold" in said
    assert "lowers the logit of jellyfish by 2.50 (2.00 to 3.00) on its 3 images" in said
    assert said.count("check: holds]") == 6
    assert said.count("does not hold]") == 1
    assert "Not tested: 0 of the class's 3 images lack it, 3 show it." in said
    assert len(app.get("plotly_chart")) == 2  # the forest, and the sides


def test_its_images_stand_in_pairs_with_their_margins(open_page: Open, tested: Path) -> None:
    said = words(open_page(tested, "findings", finding="1"))
    assert "with it, margin +1.5" in said
    assert "without, margin −0.5" in said
    assert "left to stand beside this one" in said  # image 4 has no partner
    assert "margin −0.2 :orange[✗ taken for red crab]" in said  # image 1, drawn
    assert "+1.5 → **−1.0** :orange[✗ lost] (+1.2)" in said
    assert "+0.5 → **+0.2** (+0.5)" in said


def test_it_leads_to_latents_duplicates_and_back(open_page: Open, tested: Path) -> None:
    said = words(open_page(tested, "findings", finding="1")).replace("\\", "")
    # The named line rests on latents 1 (sharp teeth) and 4 (striped).
    assert "Latent 1: sharp teeth" in said
    assert "Latent 4: striped" in said
    assert "Says the same:" in said and ":primary[“red”]" in said
    duplicate = words(open_page(tested, "findings", finding="3"))
    assert "Told under" in duplicate and ":primary[“glowing”]" in duplicate


def test_repairs_are_shown_before_and_after(open_page: Open, tested: Path) -> None:
    app = open_page(tested, "findings", finding="1")
    table = next(t.value for t in app.table if "edit" in t.value)
    assert list(table["without it"]) == ["40.0 % → 80.0 %", "40.0 % → 60.0 %"]
    said = words(app).replace("\\", "")
    assert "`repairs/finding-1-both.safetensors`" in said
    assert "shark 90 % → 80 % of 10" in said
    assert "An image shows the concept where it has latent 1, 4 active." in said


def test_how_to_repair_is_said_where_nobody_did(open_page: Open, tested: Path) -> None:
    app = open_page(tested, "findings", finding="4")
    assert app.code[0].value == f"glowworm repair {tested} 4"
    assert "could not be tested: “Those latents masked”" in words(app)
    untested = open_page(tested, "findings", finding="10")
    assert not untested.code


def test_the_certificate_stands_on_the_overview_and_in_short_beside_the_findings(
    open_page: Open, tested: Path
) -> None:
    app = open_page(tested, "overview")
    own = next(t.value for t in app.table if "found at rank 1" in t.value)
    assert list(own["found at rank 1"]) == ["2 of 2 (100 %)", "0 of 2 (0 %)"]
    assert list(own["false alarms"]) == ["0 of 1 (0 %)", "1 of 1 (100 %)"]
    by_cue = next(t.value for t in app.table if "cue" in t.value)
    assert list(by_cue["own, 100 %"]) == ["1 of 1", "1 of 1"]
    said = words(app)
    assert "come first on 12.5 % of these classes" in said
    assert "red crab (“cave” first)" in said
    assert "octopus in a cave \\(3\\)" in said
    assert "rank 1: 2 of 2 where 100 %" in words(open_page(tested, "findings"))


def test_how_to_get_one_is_said_where_there_is_none(open_page: Open, small: Path) -> None:
    assert open_page(small, "overview").code[0].value == f"glowworm canary {small}"
    assert "would have found" not in words(open_page(small, "findings"))


@pytest.mark.parametrize("finding", ["1", "2", "3", "4", "7", "10", "12"])
def test_every_kind_of_card_opens(open_page: Open, tested: Path, finding: str) -> None:
    app = open_page(tested, "findings", finding=finding)
    assert not app.warning and not app.error
