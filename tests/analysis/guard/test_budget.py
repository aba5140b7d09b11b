"""Rules files and what they are held against, by hand."""

from pathlib import Path
from typing import Any

import pytest

from analysis.errors import InputError, UsageError
from analysis.guard.budget import Audited, Result, check, parse_rules, read_rules


def claim(number: int, name: str, concept: str, **fields: Any) -> dict[str, Any]:
    """A suspected, supported finding whose masking costs a fifth of the accuracy."""
    known = {
        "finding_id": number, "class_name": name, "concept": concept, "rank": 1, "q": 0.01,
        "verdict": "supported", "duplicate_of": None, "named_share": 0.25, "accuracy": 0.2,
        "masking": 1.5, "projecting": 1.0,
    }  # fmt: skip
    return known | fields


FOG = claim(1, "boat", "fog")
MIST = claim(2, "boat", "mist", rank=None, duplicate_of=1, verdict="candidate", accuracy=None)
WATER = claim(3, "ship", "water", accuracy=0.4)
WEAK = claim(4, "ship", "fog", q=0.3, verdict="candidate", accuracy=None)


def audited(*claims: dict[str, Any], certificate: Any = (), testable: bool = True) -> Audited:
    return Audited(
        frozenset({"boat", "ship", "car"}), frozenset({"fog", "mist", "water", "road"}),
        claims or (FOG, MIST, WATER, WEAK), certificate, testable,
    )  # fmt: skip


def held(budget: dict[str, Any], *claims: dict[str, Any], testable: bool = True) -> Result:
    rules = parse_rules({"budget": [budget]}, "rules.toml")
    (result,) = check(rules, audited(*claims, testable=testable))
    return result


@pytest.mark.parametrize(
    ("limit", "most", "value"),
    [
        ("largest_drop", 0.2, 0.2),
        ("largest_logit_drop", 1.5, 1.5),
        ("largest_projected_drop", 1, 1.0),
        ("largest_share", 0.25, 0.25),
    ],
)
def test_a_limit_that_is_met_exactly_is_kept_and_one_just_below_is_not(
    limit: str, most: float, value: float
) -> None:
    pair = {"class": "boat", "concept": "fog"}
    within, over = held(pair | {limit: most}), held(pair | {limit: most - 1e-6})
    assert (within.status, within.passed, within.value) == ("within", True, value)
    assert (over.status, over.passed, over.detail) == ("over", False, "boat/fog")


def test_a_budget_for_all_is_decided_by_the_pair_that_relies_most() -> None:
    result = held({"class": "*", "concept": "*", "largest_drop": 0.3})
    assert (result.status, result.value, result.detail) == ("over", 0.4, "ship/water")


def test_a_budget_for_all_does_not_ask_about_pairs_that_are_not_suspected() -> None:
    result = held({"class": "ship", "concept": "fog", "largest_drop": 0.9})
    assert (result.status, result.passed) == ("untested", False)
    result = held({"class": "*", "concept": "road", "largest_drop": 0})
    assert (result.status, result.detail) == ("within", "no suspected pair")


@pytest.mark.parametrize(
    ("pair", "claims", "testable", "told"),
    [
        (("boat", "road"), (FOG,), True, "not among"),
        (("*", "fog"), (FOG | {"accuracy": None},), True, "not measured: boat/fog"),
        (("*", "*"), (WEAK,), False, "no labelled images"),
        (("baot", "*"), (FOG,), True, "no class 'baot'"),
        (("*", "fogg"), (FOG,), True, "no concept 'fogg'"),
    ],
)
def test_what_was_never_measured_fails_unless_told_otherwise(
    pair: tuple[str, str], claims: tuple[dict[str, Any], ...], testable: bool, told: str
) -> None:
    budget = {"class": pair[0], "concept": pair[1], "largest_drop": 1}
    strict = held(budget, *claims, testable=testable)
    assert (strict.status, strict.passed) == ("untested", False) and told in strict.detail
    lenient = held(budget | {"if_untested": "pass"}, *claims, testable=testable)
    assert (lenient.status, lenient.passed) == ("untested", True)


def test_an_unmeasured_pair_does_not_hide_one_that_is_over() -> None:
    result = held(
        {"class": "*", "concept": "*", "largest_drop": 0.3, "if_untested": "pass"},
        WATER, FOG | {"accuracy": None},
    )  # fmt: skip
    assert (result.status, result.passed) == ("over", False)


def test_a_duplicate_is_judged_by_the_finding_that_says_the_same() -> None:
    result = held({"class": "boat", "concept": "mist", "largest_drop": 0.1})
    assert (result.status, result.value, result.detail) == ("over", 0.2, "boat/fog")


def test_supported_findings_are_counted_without_the_allowed_ones() -> None:
    def counted(**rules: Any) -> Result:
        return check(parse_rules({"rules": rules}, "f"), audited())[0]

    assert (counted(supported_findings=2).passed, counted(supported_findings=1).passed) == (
        True,
        False,
    )
    allowed = counted(supported_findings=0, allowed=["boat/fog", "ship/water"])
    assert (allowed.passed, allowed.value) == (True, 0)


def test_of_many_supported_findings_some_are_named_and_the_rest_is_counted() -> None:
    rules = parse_rules({"rules": {"supported_findings": 0}}, "f")
    (result,) = check(rules, audited(*(FOG | {"concept": f"fog {i}"} for i in range(7))))
    assert result.value == 7
    assert result.detail.endswith("boat/fog 4 and 2 more")


def test_no_supported_finding_is_no_good_news_where_none_could_be_tested() -> None:
    rules = parse_rules({"rules": {"supported_findings": 0}}, "f")
    (result,) = check(rules, audited(WEAK, testable=False))
    assert (result.status, result.passed) == ("untested", False)


def stated(text_map: str, recall: float, alarms: float) -> list[dict[str, Any]]:
    shares = {f"recall@1, {text_map} map": recall, f"false alarms, {text_map} map": alarms}
    return [{"name": name, "value": value, "n": 20} for name, value in shares.items()]


def test_canaries_are_those_of_the_map_that_finds_most() -> None:
    rules = parse_rules({"rules": {"canary_recall": 0.5, "false_alarms": 0.4}}, "f")
    certificate = [*stated("own", 0.25, 0.0), *stated("backbone", 0.5, 0.45)]
    recall, alarms = check(rules, audited(certificate=certificate))
    assert (recall.value, recall.passed, recall.detail) == (0.5, True, "of 20")
    assert (alarms.value, alarms.passed) == (0.45, False)
    without = check(rules, audited())
    assert [(r.status, r.passed) for r in without] == [("untested", False)] * 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "rules nothing"),
        ({"rules": {"allowed": ["a/b"]}}, "rules nothing"),
        ({"budgets": []}, "unknown key 'budgets': it knows rules, budget"),
        ({"rules": {"recall": 1}}, "unknown key 'recall'"),
        ({"rules": []}, r"write \[rules\] once"),
        ({"rules": {"supported_findings": 0.5}}, "whole number"),
        ({"rules": {"supported_findings": True}}, "whole number"),
        ({"rules": {"canary_recall": 80}}, "share from 0 to 1"),
        ({"rules": {"supported_findings": 0, "allowed": ["boat"]}}, "'class/concept'"),
        ({"budget": [{"class": "a", "concept": "b", "drop": 1}]}, "unknown key 'drop'"),
        ({"budget": [{"class": "a", "largest_drop": 1}]}, "has no concept"),
        ({"budget": [{"class": "", "concept": "b", "largest_drop": 1}]}, "has no class"),
        ({"budget": [{"class": "a", "concept": "b"}]}, "has no limit"),
        ({"budget": [{"class": "a", "concept": "b", "largest_drop": "1"}]}, "give a number"),
        ({"budget": [{"class": "a", "concept": "b", "largest_drop": float("nan")}]}, "a number"),
        (
            {"budget": [{"class": "a", "concept": "b", "largest_drop": 1, "if_untested": "no"}]},
            "'pass' or 'fail'",
        ),
        ({"budget": ["a"]}, "as a table"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_fix(content: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_rules(content, "rules.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="check --budget"):
        read_rules(tmp_path / "none.toml")
    for content in (b"[rules", b"\xff\xfe"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(UsageError, match=r"bad\.toml"):
            read_rules(tmp_path / "bad.toml")
    good = tmp_path / "good.toml"
    good.write_text('[[budget]]\nclass = "a"\nconcept = "*"\nlargest_drop = 0.15\n')
    (budget,) = read_rules(good).budgets
    assert budget.limits == {"largest_drop": 0.15} and budget.is_general
