"""The report: one file, whole, safe, with its denominators."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.report import render_report, write_report
from db.errors import StoreMissing
from tests import stores
from tests.evidence_rows import add_evidence
from tests.hostile import build_hostile_store


class _Tags(HTMLParser):
    """Collects tags, ids and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        assert not any(name.startswith("on") for name, _ in attrs)


def tags(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    return parser


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.build_store(tmp_path_factory.mktemp("report") / "audit")


def test_it_needs_nothing_beside_it(small: Path) -> None:
    read = tags(render_report(small))
    assert "script" not in read.tags
    assert "link" not in read.tags
    assert all(a.startswith(("#", "data:image/jpeg;base64,")) for a in read.addresses)
    assert read.tags.count("img") > 0


def test_it_says_what_was_found_and_of_how_many(small: Path) -> None:
    page = render_report(small)
    assert "What tiny looks at" in page
    assert "8 of 12 findings are unexpected" in page
    assert "jellyfish · “glowing”" in page
    assert "4.0 standard deviations above the average class" in page
    # Latent 5 is dead and latent 2 abstains; neurons are all alive and labelled.
    assert "4 of 5 living latents carry a label that clears its floor (1 of 6 are dead)" in page
    assert "4 of 4 living neurons carry a label" in page
    assert "c0/broken.png" in page
    assert "score 0.60, floor 0.40" in page
    assert "0" * 64 in page  # the sha256 of the weights


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = add_evidence(stores.build_store(tmp_path_factory.mktemp("tested") / "audit"))
    return render_report(directory)


def test_findings_bring_their_evidence(tested: str) -> None:
    # Finding 1 is supported; its masking is 2.5 (2 to 3) beside .25 (-.5 to 1).
    assert "The classifier decides for jellyfish by “glowing”" in tested
    assert "lowers the logit of jellyfish by 2.50 (2.00 to 3.00) on its 3 images" in tested
    assert "Not tested: 0 of the class&#39;s 3 images lack it, 3 show it." in tested
    assert "Says the same: “red”" in tested
    assert "could not be tested: “Those latents masked”" in tested
    assert tested.index("jellyfish · “glowing”") < tested.index("red crab · “striped”")


def test_marks_lie_on_one_scale_for_each_unit(tested: str) -> None:
    # Logits of finding 1 go from -1 (projecting) to 3 (masking): 0 lies at 25 %, 2.5 at 87.5 %.
    assert '<i class="zero" style="left: 25.0%">' in tested
    assert '<i class="dot" style="left: 87.5%">' in tested
    assert '<i class="span" style="left: 75.0%; width: 25.0%">' in tested


def test_images_of_the_evidence_have_their_margins(tested: str) -> None:
    assert "jellyfish, with it<br>margin +1.5" in tested
    assert "jellyfish, without<br>margin -0.5" in tested
    assert "margin +1.5 → <b>-1.0</b> (+1.2)" in tested
    assert "taken for red crab" in tested


def test_it_says_what_it_would_have_found_and_what_was_repaired(tested: str, small: Path) -> None:
    assert "would have found at rank 1: 2 of 2 where 100 %" in tested
    assert "come first on 12.5 % of these classes" in tested
    assert "red crab (“cave” first)" in tested
    assert "octopus in a cave (3)" in tested
    assert "40.0 % → 80.0 %" in tested
    assert "repairs/finding-1-both.safetensors" in tested
    assert "glowworm canary DIR" in render_report(small)


def test_what_was_added_later_is_not_said_on_top(tested: str) -> None:
    assert "octopus in a cave (3)" not in tested[: tested.index('id="findings"')]


def test_explanations_have_their_claims_struck_out(small: Path) -> None:
    page = render_report(small)
    assert (
        '“a <span class="claimed">glowing thing</span><sup>1</sup> <s>in the water</s><sup>2</sup>”'
        in page
    )
    assert "✗</span> masking its units takes no more of the logit than masking random" in page
    # Claim 1: 1.5 logits beside .25 (95 %: .5) and, at equal mass, .5 (1.0); 40 % beside 5 %.
    for numbers in ("+1.50", "+0.25 (+0.50)", "+0.50 (+1.00)", "40.0 % (5.0 %)"):
        assert f'<td class="n">{numbers}</td>' in page
    assert "latent 0 “glowing”, latent 2</td>" in page  # latent 2's label abstains
    assert "carry 38 % of the class's lead of +4.00 logits" in page
    assert "Area under the deletion curve (lower is better): cited 0.45, random 0.68." in page
    assert "by text map sharp teeth, which did not steer it, 0.30, floor 0.35" in page


def test_a_class_is_explained_without_a_score(small: Path) -> None:
    page = render_report(small)
    assert "Of jellyfish as a class; 1 of 1 claim holds." in page
    assert "None" not in re.sub(r"<[^>]+>", "", page).replace("<p>None.</p>", "")


def test_no_explanation_says_how_to_make_one(tmp_path: Path) -> None:
    page = render_report(stores.build_store(tmp_path / "audit", weights_only=True))
    assert "glowworm explain DIR --class NAME" in page


def test_an_audit_of_weights_alone_has_one_too(tmp_path: Path) -> None:
    page = render_report(stores.build_store(tmp_path / "audit", weights_only=True))
    assert "read from the weights alone" in page
    assert "Stage explanations is skipped: no images were given" in page
    assert "None" not in re.sub(r"<[^>]+>", "", page).replace("<p>None.</p>", "")


def test_an_empty_audit_says_that_it_is_not_whole(tmp_path: Path) -> None:
    page = render_report(stores.build_empty_store(tmp_path / "audit"))
    assert "This audit is not whole" in page


def test_hostile_names_stay_words(tmp_path: Path) -> None:
    page = render_report(add_evidence(build_hostile_store(tmp_path / "audit")))
    read = tags(page)
    assert "script" not in read.tags
    assert all(a.startswith(("#", "data:image/jpeg;base64,")) for a in read.addresses)
    assert "{{ 7 * 7 }}" in page
    assert "x" * 500 not in page
    assert not re.search("[\x00\x1b\u202e]", page)


def test_it_is_written_beside_the_store_or_where_asked(small: Path, tmp_path: Path) -> None:
    assert write_report(small) == small / "report.html"
    target = tmp_path / "new" / "r.html"
    assert write_report(small, target) == target
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert list(target.parent.iterdir()) == [target]


def test_a_missing_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        write_report(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
