"""``check``, ``diff`` and ``repair`` as they are typed: tables, JSON, files and exit codes."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from analysis.commands import guard, repair
from analysis.errors import InputError, UsageError
from tests.analysis.conftest import SmallAudit
from tests.dashboard.comparable import build_pair
from tests.evidence_rows import add_evidence
from tests.hostile import build_hostile_store
from tests.retold import retell
from tests.stores import build_empty_store, build_store

app = typer.Typer()
for group in (guard, repair):
    group.register(app)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic audit with evidence: jellyfish loses half of its accuracy without glowing."""
    return add_evidence(build_store(tmp_path_factory.mktemp("tested") / "audit"))


def rules(directory: Path, text: str) -> Path:
    path = directory / "rules.toml"
    path.write_text(text)
    return path


BUDGET = '[[budget]]\nclass = "jellyfish"\nconcept = "glowing"\nlargest_drop = {}\n'


def test_within_budget_ends_with_0_over_it_with_3(tested: Path, tmp_path: Path) -> None:
    kept = run("check", tested, "--budget", rules(tmp_path, BUDGET.format(0.5)))
    assert kept.exit_code == 0 and "1 of 1 rules kept" in kept.stdout
    over = run("check", tested, "--budget", rules(tmp_path, BUDGET.format(0.4)))
    assert over.exit_code == 3
    assert "FAILED jellyfish/glowing: largest_drop 0.5, limit 0.4: over" in over.stdout


def test_json_alone_on_stdout_and_junit_in_its_file(tested: Path, tmp_path: Path) -> None:
    budget, junit = rules(tmp_path, BUDGET.format(0.4)), tmp_path / "out.xml"
    done = run("check", tested, "--budget", budget, "--junit", junit, "--json")
    assert done.exit_code == 3
    (record,) = json.loads(done.stdout)
    assert (record["rule"], record["value"], record["passed"]) == ("jellyfish/glowing", 0.5, False)
    assert ElementTree.parse(junit).getroot().get("failures") == "1"


def test_names_that_look_like_markup_are_only_names(tmp_path: Path) -> None:
    store = build_hostile_store(tmp_path / "audit")
    everything = '[[budget]]\nclass = "*"\nconcept = "*"\nlargest_drop = 1\n'
    junit = tmp_path / "out.xml"
    done = run("check", store, "--budget", rules(tmp_path, everything), "--junit", junit)
    assert done.exit_code == 3 and "\x1b" not in done.stdout
    (failure,) = ElementTree.parse(junit).getroot().iter("failure")
    assert "not measured: <script>" in str(failure.get("message"))


def test_canaries_and_supported_findings(tested: Path, tmp_path: Path) -> None:
    text = "[rules]\nsupported_findings = 1\ncanary_recall = 1\n"
    (supported, recall) = json.loads(
        run("check", tested, "--budget", rules(tmp_path, text), "--json").stdout
    )
    assert (supported["value"], supported["passed"]) == (1, True)
    assert recall["quantity"] == "canary_recall"


def test_an_audit_that_was_not_searched_is_refused(tmp_path: Path) -> None:
    store = build_empty_store(tmp_path / "audit")
    with pytest.raises(InputError, match="--resume"):
        run("check", store, "--budget", rules(tmp_path, BUDGET.format(0.5)))
    with pytest.raises(InputError, match="--resume"):
        run("diff", store, store)


def test_a_report_that_cannot_be_written_is_told(tested: Path, tmp_path: Path) -> None:
    budget = rules(tmp_path, BUDGET.format(0.5))
    with pytest.raises(UsageError, match="--junit"):
        run("check", tested, "--budget", budget, "--junit", tmp_path / "no" / "out.xml")


def test_an_audit_does_not_differ_from_itself(small_audit: SmallAudit) -> None:
    done = run("diff", small_audit.directory, small_audit.directory, "--json", "--fail-on-new")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert {change["kind"] for change in told["changes"]} <= {"same"}
    assert told["classes_only_in_first"] == []
    assert "compared with itself" in told["warnings"][0] and len(told["warnings"]) == 1


def test_with_images_and_without_can_be_compared(
    small_audit: SmallAudit, weights_only: SmallAudit
) -> None:
    done = run("diff", small_audit.directory, weights_only.directory)
    assert done.exit_code == 0 and "new" in done.stdout and "gone" in done.stdout


def test_a_pair_of_two_texts_shows_both_and_counts_add_up(tmp_path: Path) -> None:
    before, after = build_pair(tmp_path)
    retell(after, 1, leader=3)
    told = " ".join(run("diff", before, after).stdout.split())
    assert "glowing → red" in told
    assert f"held in {after}: 5, of which 1 new and 4 held in {before} too." in told
    assert f"Held in {before}: 4, of which 0 gone and 4 held in {after} too." in told


def test_what_a_repair_did_is_printed(audit_copy: Path, small_audit: SmallAudit) -> None:
    records = json.loads(run("repair", audit_copy, _first(small_audit.directory), "--json").stdout)
    (chosen,) = [record for record in records if record["chosen"]]
    assert Path(chosen["file"]).is_file() and chosen["gap_closed"] is None
    table = run("repair", audit_copy, f"{chosen['class_name']}/{chosen['concept']}").stdout
    assert f"Edited head: {audit_copy / 'repairs'}" in table
    assert f"{chosen['n_with']} of the class with it" in " ".join(table.split())


def _first(directory: Path) -> str:
    """A finding of a class that has images, by the map shown first."""
    from db.queries.export import findings_records
    from db.reader import AuditReader

    with AuditReader(directory) as audit:
        found = [row for row in findings_records(audit.engine) if row["class"] == "duck"]
    return str(found[0]["id"])
