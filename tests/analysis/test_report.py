"""The report: one file, whole, safe, with its denominators."""

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.errors import UsageError
from analysis.report.written import render_report, write_report
from db.errors import StoreMissing
from db.human.labels import label_unit
from db.human.lists import list_subject
from db.human.reviews import review_finding
from db.store import AuditStore
from tests import stores
from tests.evidence_rows import add_evidence
from tests.hostile import build_hostile_store
from tests.people_rows import add_people


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


def test_the_evidence_is_drawn_and_told(tested: str) -> None:
    assert '<title id="evidence-1-t">Evidence for jellyfish · “glowing”</title>' in tested
    assert "Those latents masked: 2.50 (control 0.25); Other classes drawn in: 1.50" in tested
    # Every drawing is named for whoever does not see it, under an id of its own.
    drawings = re.findall(r'<svg role="img" aria-labelledby="(\S+) (\S+)"', tested)
    assert len(drawings) == tested.count("<svg") - tested.count("aria-hidden") > 10
    ids = re.findall(r'id="([^"]+)"', tested)
    assert len(ids) == len(set(ids))
    assert {name for pair in drawings for name in pair} <= set(ids)


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
    assert "Logit lost when all cited units are masked, beside others</title>" in page
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
    directory = add_evidence(build_hostile_store(tmp_path / "audit"))
    evil = "</style><script>alert(1)</script>"
    review_finding(directory, 1, "rejected", author=evil, comment=f"{evil}\n\x1b[31m" + "y" * 900)
    said = {"text": evil, "author": evil, "comment": evil, "direction": np.ones(4)}
    label_unit(directory, kind="latent", number=1, **said)
    list_subject(directory, evil, "finding", 1, author=evil)
    with closing(sqlite3.connect(directory / "audit.db")) as connection:
        connection.execute(
            "update run set command = ?, versions = ?", (evil, json.dumps({evil: evil}))
        )
        connection.execute("update stage set reason = ?, notes = ?", (evil, json.dumps([evil])))
        connection.execute("update artifact set dtype = ?", (evil,))
        connection.execute("update image set path = ? || id", (evil,))
        connection.commit()
    page = render_report(directory)
    read = tags(page)
    assert read.tags.count("style") == 1
    assert evil not in page
    assert "script" not in read.tags
    assert all(a.startswith(("#", "data:image/jpeg;base64,")) for a in read.addresses)
    assert "{{ 7 * 7 }}" in page
    assert "x" * 500 not in page
    assert "y" * 600 not in page
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


# ---------------------------------------------------------------------- summary and people


def test_the_summary_comes_first_with_floors_and_denominators(tested: str) -> None:
    summary = re.sub(r"<[^>]+>", " ", tested[tested.index('id="summary"') : tested.index("<nav")])
    words = " ".join(summary.split())
    assert "tiny , 4 classes on 4 features" in words
    assert "12 images, 12 of them labelled; every class has some" in words
    assert "accuracy 83.3 % 25.0 % 12" in words  # 10 of 12
    # kernel is shown first; of the floors, mean (0.2) and random (0.1), the better one counts
    assert "text map kernel: classes it never saw, found at rank 1 40.0 % 20.0 % 4" in words
    assert "latents with a label above its floor 4 – 5 alive" in words
    assert "supported 1 correlational 1" in words
    assert "1 of 4 classes have a supported one: jellyfish by “glowing”" in words
    assert "Nobody has decided anything yet" in words


def test_what_people_decided_is_told(tmp_path: Path) -> None:
    page = render_report(add_people(stores.build_store(tmp_path / "audit")))
    # ann holds three verdicts (one was taken back), bob four: confirmed 2 + 1, and so on
    assert (
        "4 findings were decided by 2 people: 3 × confirmed, 1 × needs data, 3 × rejected" in page
    )
    # … once beside the finding, once in the table of all
    assert page.count("glows in every picture") == 2
    assert "<b>confirmed</b> by ann</span> glows in every picture</p>" in page
    assert "by mistake" not in page
    # Both decided 3, two alike; by chance 2/3 · 1/3 + 1/3 · 2/3 = 4/9; kappa (2/3 - 4/9) / (5/9)
    assert "ann and bob both decided 3 and agree on 67 % (44 % by chance)" in page
    assert "Cohen's kappa 0.40 (too few for an interval)" in page
    assert "ann and bob agree on 67 % of the 3 that both decided (kappa 0.40)" in page
    assert "“lamp”" in page
    assert "to retrain (4)" in page


def test_blind_spots_have_their_denominators(small: Path, tmp_path: Path) -> None:
    page = render_report(small)
    limits = page[page.index('id="limits"') : page.index('id="provenance"')]
    assert "1 of 6 latents are alive and carry no label" in limits
    assert "1 of 6 latents are active on no image" in limits
    assert re.search(r"of 8 words of the vocabulary are the label of no unit", limits)
    assert "classes have no image" not in limits
    alone = render_report(stores.build_store(tmp_path / "weights", weights_only=True))
    assert "4 of 4 classes have no image here" in alone


def test_accuracy_is_drawn_class_by_class(small: Path) -> None:
    # Images 1 and 6 are wrong: two of four classes have 2 of 3 right, the others all.
    page = render_report(small)
    assert "60 to 70 %: 2; 70 to 80 %: 0; 80 to 90 %: 0; 90 to 100 %: 2." in page
    assert "Accuracy of 4 classes with images, 3 images each in the median" in page


# ------------------------------------------------------------------------------------ JSON


def reports(directory: Path, out: Path) -> tuple[str, dict[str, Any]]:
    page = write_report(directory, out / "r.html", json=out / "r.json")
    return page.read_text("utf-8"), json.loads((out / "r.json").read_text("utf-8"))


def test_the_json_says_what_the_page_says(tmp_path: Path) -> None:
    directory = add_people(add_evidence(stores.build_store(tmp_path / "audit")))
    page, told = reports(directory, tmp_path)
    assert (told["format"], told["schema"]) == ("glowworm report", 1)
    content = told["content"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert told["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()
    assert page.count(told["sha256"]) == 3  # on top, in the provenance, where it is signed
    first = content["findings"][0]
    assert (first["class_name"], first["concept"], first["q"]) == ("jellyfish", "glowing", 0.02)
    masking = next(line for line in first["lines"] if line["line"] == "masking")
    assert (masking["value"], masking["low"], masking["control"], masking["n"]) == (2.5, 2, 0.25, 3)
    assert content["verdicts"]["supported"] == 1
    assert content["people"]["reviewers"] == ["ann", "bob"]
    assert content["certificate"]["strengths"][0]["at_1"] == 2
    assert len(content["provenance"]["images_sha256"]) == 64
    for name in ("model", "stages"):
        assert name in content or name in content["provenance"]


def test_two_runs_differ_in_the_date_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = add_people(add_evidence(stores.build_store(tmp_path / "audit")))
    first, second = (reports(directory, tmp_path)[1] for _ in range(2))
    assert first.pop("written") <= second.pop("written")
    assert json.dumps(first) == json.dumps(second)


def test_a_digest_of_all_images(small: Path, tmp_path: Path) -> None:
    hashes = "".join(f"{i:064x}\n" for i in range(stores.N_IMAGES))
    _, told = reports(small, tmp_path)
    expected = hashlib.sha256(hashes.encode()).hexdigest()
    assert told["content"]["provenance"]["images_sha256"] == expected


def test_paths_of_the_makers_machine_are_cut(tmp_path: Path) -> None:
    directory = stores.build_store(tmp_path / "audit")
    with AuditStore.open(directory) as store:
        config = {"images": "/home/jane doe/val", "seed": 3}
        run = store.begin_run("audit --images '/home/jane doe/val'", config, {}, 0)
        store.end_run(run, "failed", "/home/jane doe/val is gone, and /etc/other")
    page, told = reports(directory, tmp_path)
    for text in (page, json.dumps(told)):
        assert "jane" not in text and "/etc" not in text
    assert "…/val is gone, and …/other" in page


def test_an_empty_audit_has_one_as_json_too(tmp_path: Path) -> None:
    _, told = reports(stores.build_empty_store(tmp_path / "audit"), tmp_path)
    assert told["content"]["model"] is None
    assert told["content"]["accuracies"] is None
    assert told["content"]["provenance"]["images_sha256"] is None


def test_json_that_cannot_be_written_is_said(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="--json"):
        write_report(small, tmp_path / "r.html", json=tmp_path / "file" / "r.json")
