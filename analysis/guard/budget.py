"""Budgets: how much a class may rely on a concept, and whether an audit stays within them.

A rules file is TOML:

    [rules]                          # all optional
    supported_findings = 0           # at most so many, the allowed ones not counted
    false_alarms = 0.1               # false alarms of the canary certificate, at most
    canary_recall = 0.8              # recall@1 of the canary certificate, at least
    allowed = ["boat/water"]         # supported findings that a person accepted

    [[budget]]
    class = "jellyfish"              # or "*" for all
    concept = "glowing"              # or "*" for all
    largest_drop = 0.15              # at least one of LIMITS
    if_untested = "fail"             # or "pass"

What was never measured counts as over budget unless ``if_untested`` says otherwise: silence is no
proof. A budget for all classes or concepts asks of every *suspected* pair that it matches
(unexpected, at q <= .05, no duplicate) to be measured, and of the audit that it could measure any.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.errors import InputError, UsageError

LIMITS = {
    "largest_drop": ("accuracy", "fall of the class's accuracy, 0 to 1, when the latents named so "
                     "are masked in its images"),
    "largest_logit_drop": ("masking", "fall of the class's logit by the same masking"),
    "largest_projected_drop": ("projecting", "fall of the class's logit when the concept's "
                               "direction is projected out of its images"),
    "largest_share": ("named_share", "share of the class's logit, 0 to 1, that latents named so "
                      "carry"),
}  # fmt: skip
"""Limit of a budget -> column of the claims that it is compared with, and what that is."""
GENERAL = ("supported_findings", "false_alarms", "canary_recall", "allowed")
BUDGET = ("class", "concept", *LIMITS, "if_untested")
ALL = "*"
AUDIT = "audit"
"""What general rules are about, where a budget has its class and concept."""
UNTESTABLE = "the audit has no labelled images or no latents to test with"
NAMED = 5
"""Supported findings that are named where there are too many."""
SUSPECTED_Q = 0.05

Status = Literal["within", "over", "untested"]
Claim = Mapping[str, Any]
"""A finding with its evidence, a row of ``db.queries.repairs.claims``; missing numbers are None."""
Stated = Mapping[str, Any]
"""A measure of the canary certificate, a row of ``db.queries.canary.certificate``."""


@dataclass(frozen=True)
class Budget:
    """One ``[[budget]]``."""

    class_name: str
    concept: str
    limits: Mapping[str, float]
    if_untested: Literal["pass", "fail"] = "fail"

    @property
    def is_general(self) -> bool:
        """Whether it is for all classes or all concepts."""
        return ALL in (self.class_name, self.concept)

    def matches(self, claim: Claim) -> bool:
        """Whether it speaks of this pair."""
        names = ((self.class_name, claim["class_name"]), (self.concept, claim["concept"]))
        return all(asked in (ALL, there) for asked, there in names)


@dataclass(frozen=True)
class Rules:
    """A rules file."""

    budgets: tuple[Budget, ...] = ()
    supported_findings: int | None = None
    false_alarms: float | None = None
    canary_recall: float | None = None
    allowed: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Audited:
    """An audit, as far as rules are held against it."""

    classes: frozenset[str]
    concepts: frozenset[str]
    claims: Sequence[Claim]
    certificate: Sequence[Stated]
    """Empty where ``glowworm canary`` was not run."""
    testable: bool
    """Whether it has the labelled images and the latents that evidence needs."""

    def unknown(self, budget: Budget) -> str | None:
        """Why a budget can match nothing here: a name that the audit does not have."""
        for kind, name, known in (
            ("class", budget.class_name, self.classes),
            ("concept", budget.concept, self.concepts),
        ):
            if name != ALL and name not in known:
                return f"the audit has no {kind} {name!r}"
        return None

    def matching(self, budget: Budget) -> list[Claim]:
        """The findings that a budget speaks of, a duplicate by the better one it says the same as;
        only suspected ones where the budget is for all.
        """
        by_id = {claim["finding_id"]: claim for claim in self.claims}
        matching = [
            by_id.get(claim["duplicate_of"], claim)
            for claim in self.claims
            if budget.matches(claim)
        ]
        return [one for one in matching if _is_suspected(one) or not budget.is_general]


@dataclass(frozen=True)
class Result:
    """One comparison."""

    rule: str
    """The budget's class and concept, or the general rule."""
    quantity: str
    status: Status
    passed: bool
    value: float | None
    limit: float
    detail: str = ""
    """What decided, in words."""


def read_rules(path: Path) -> Rules:
    """Read and check a rules file.

    Raises:
        InputError: it cannot be read.
        UsageError: it is no TOML, has a key that is not known or a value that cannot be, or rules
            nothing.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check --budget") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: save it as such") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is no TOML ({error}): mend that line") from error
    return parse_rules(content, str(path))


def parse_rules(content: Mapping[str, Any], where: str) -> Rules:
    """The rules in a TOML document; ``where`` names it in messages. Raises UsageError."""
    _only(content, ("rules", "budget"), where)
    general, listed = content.get("rules", {}), content.get("budget", [])
    if not isinstance(general, dict) or not isinstance(listed, list):
        raise UsageError(f"{where}: write [rules] once and [[budget]] for each budget")
    _only(general, GENERAL, f"{where} [rules]")
    rules = Rules(
        budgets=tuple(_budget(one, f"{where} [[budget]] {i + 1}") for i, one in enumerate(listed)),
        supported_findings=_count(general, "supported_findings", f"{where} [rules]"),
        false_alarms=_share(general, "false_alarms", f"{where} [rules]"),
        canary_recall=_share(general, "canary_recall", f"{where} [rules]"),
        allowed=_allowed(general, f"{where} [rules]"),
    )
    if not rules.budgets and set(general) <= {"allowed"}:
        raise UsageError(
            f"{where} rules nothing: give a [[budget]] or one of [rules] {GENERAL[:3]}"
        )
    return rules


def _budget(one: Any, where: str) -> Budget:
    if not isinstance(one, dict):
        raise UsageError(f"{where}: write it as a table, [[budget]]")
    _only(one, BUDGET, where)
    for key in ("class", "concept"):
        if not isinstance(one.get(key), str) or not one[key]:
            raise UsageError(f"{where} has no {key}: give its name, or {ALL!r} for all")
    limits = {key: _number(one, key, where) for key in LIMITS if key in one}
    if not limits:
        raise UsageError(f"{where} has no limit: give one of {', '.join(LIMITS)}")
    untested = one.get("if_untested", "fail")
    if untested not in ("pass", "fail"):
        raise UsageError(f"{where}: if_untested is {untested!r}: give 'pass' or 'fail'")
    return Budget(one["class"], one["concept"], limits, untested)


def _only(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise UsageError(f"{where} has the unknown key {key!r}: it knows {', '.join(known)}")


def _number(table: Mapping[str, Any], key: str, where: str) -> float:
    value = table[key]
    finite = isinstance(value, int | float) and abs(value) < float("inf")
    if isinstance(value, bool) or not finite:
        raise UsageError(f"{where}: {key} is {value!r}: give a number")
    return float(value)


def _share(table: Mapping[str, Any], key: str, where: str) -> float | None:
    if key not in table:
        return None
    value = _number(table, key, where)
    if not 0 <= value <= 1:
        raise UsageError(f"{where}: {key} is {value}: give a share from 0 to 1")
    return value


def _count(table: Mapping[str, Any], key: str, where: str) -> int | None:
    value = table.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise UsageError(f"{where}: {key} is {value!r}: give a whole number, 0 or more")
    return value


def _allowed(table: Mapping[str, Any], where: str) -> frozenset[str]:
    names = table.get("allowed", [])
    if not isinstance(names, list) or not all(isinstance(n, str) and "/" in n for n in names):
        raise UsageError(f"{where}: allowed is a list of 'class/concept', one for each finding")
    return frozenset(names)


def check(rules: Rules, audited: Audited) -> list[Result]:
    """Every rule against an audit: the general ones, then each limit of each budget."""
    results = list(_general(rules, audited))
    for budget in rules.budgets:
        results += [_judge(budget, limit, audited) for limit in budget.limits]
    return results


def _judge(budget: Budget, limit: str, audited: Audited) -> Result:
    """The pair that relies most decides; one that was not measured leaves the budget open."""
    most, (column, _) = budget.limits[limit], LIMITS[limit]
    found = [(claim, claim[column]) for claim in audited.matching(budget)]
    known = [(claim, value) for claim, value in found if value is not None]
    worst = max(known, key=lambda pair: pair[1], default=None)
    status, detail = "within", ""
    if worst is not None and worst[1] > most:
        status, detail = "over", _pair(worst[0])
    elif why := _open(budget, audited, [claim for claim, value in found if value is None]):
        status, detail = "untested", why
    elif not found and not budget.is_general:
        status, detail = "untested", "the pair is not among the audit's findings"
    elif not found:
        detail = "no suspected pair"
    passed = status == "within" or (status == "untested" and budget.if_untested == "pass")
    value = None if worst is None else float(worst[1])
    rule = f"{budget.class_name}/{budget.concept}"
    return Result(rule, limit, status, passed, value, most, detail)


def _open(budget: Budget, audited: Audited, unmeasured: Sequence[Claim]) -> str | None:
    """Why a budget that nothing exceeds was not kept either."""
    if (unknown := audited.unknown(budget)) is not None:
        return unknown
    if not audited.testable:
        return UNTESTABLE
    return f"not measured: {', '.join(map(_pair, unmeasured[:3]))}" if unmeasured else None


def _general(rules: Rules, audited: Audited) -> Iterator[Result]:
    if rules.supported_findings is not None:
        yield _supported(rules.supported_findings, rules.allowed, audited)
    measured = canary_scores(audited.certificate)
    if rules.canary_recall is not None:
        yield _canary("canary_recall", measured, rules.canary_recall, at_least=True)
    if rules.false_alarms is not None:
        yield _canary("false_alarms", measured, rules.false_alarms, at_least=False)


def _supported(most: int, allowed: frozenset[str], audited: Audited) -> Result:
    """Where nothing can be tested nothing can be supported, which is no good sign."""
    pairs = [_pair(claim) for claim in audited.claims if claim["verdict"] == "supported"]
    counted = [pair for pair in pairs if pair not in allowed]
    status: Status = "over" if len(counted) > most else "within"
    detail = ", ".join(counted[:NAMED])
    if len(counted) > NAMED:
        detail += f" and {len(counted) - NAMED} more"
    if not audited.testable:
        status, detail = "untested", UNTESTABLE
    name = "supported_findings"
    return Result(AUDIT, name, status, status == "within", float(len(counted)), float(most), detail)


def canary_scores(certificate: Sequence[Stated]) -> dict[str, tuple[float, int]]:
    """``canary_recall`` (recall@1) and ``false_alarms``, each with the number behind it, of the
    text map by which most planted cues were found.
    """
    known = {row["name"]: (float(row["value"]), int(row["n"])) for row in certificate}
    scores = [
        {
            "canary_recall": known[f"recall@1, {name}"],
            "false_alarms": known[f"false alarms, {name}"],
        }
        for name in ("own map", "backbone map")
        if f"recall@1, {name}" in known and f"false alarms, {name}" in known
    ]
    return max(scores, key=lambda score: score["canary_recall"][0], default={})


def _canary(
    name: str, measured: Mapping[str, tuple[float, int]], limit: float, *, at_least: bool
) -> Result:
    if name not in measured:
        return Result(
            AUDIT, name, "untested", False, None, limit, "no canary: run glowworm canary first"
        )
    value, n = measured[name]
    fine = value >= limit if at_least else value <= limit
    return Result(AUDIT, name, "within" if fine else "over", fine, value, limit, f"of {n}")


def _is_suspected(claim: Claim) -> bool:
    return claim["rank"] is not None and claim["q"] <= SUSPECTED_Q


def _pair(claim: Claim) -> str:
    return f"{claim['class_name']}/{claim['concept']}"
