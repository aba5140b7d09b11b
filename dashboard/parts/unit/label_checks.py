"""Which metrics of labels can be trusted: those that fall when a right label is spoilt."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

PASSES = 0.9  # least share of the units on which a metric must fall, in either way of spoiling
METRICS = {"pearson": "Pearson", "auprc": "AUPRC", "f1": "F1", "auc": "AUC"}
_NAME = re.compile(r"label check: (.+), (missing|extra) labels")


@dataclass(frozen=True)
class Check:
    """Shares of the units on which a metric falls as it must, and of how many units."""

    missing: float
    extra: float
    units: int

    @property
    def passed(self) -> bool:
        return min(self.missing, self.extra) >= PASSES


def checks(measures: pd.DataFrame) -> dict[str, Check]:
    """The check of each metric, under its column's name; a metric never checked is not there."""
    shares: dict[str, dict[str, tuple[float, int]]] = {}
    for row in measures.to_dict("records"):
        named = _NAME.fullmatch(str(row["name"]).strip())
        if named is not None and row["n"] > 0:
            metric = named[1].strip().lower()
            shares.setdefault(metric, {})[named[2]] = (row["value"], row["n"])
    return {
        metric: Check(both["missing"][0], both["extra"][0], min(n for _, n in both.values()))
        for metric, both in shares.items()
        if metric in METRICS and len(both) == 2
    }


def failed(found: dict[str, Check]) -> set[str]:
    """The metrics that do not pass."""
    return {metric for metric, check in found.items() if not check.passed}


def sentence(found: dict[str, Check]) -> str:
    """Which metrics passed and which did not, in words."""
    if not found:
        return "This audit did not check its metrics against spoilt labels."
    passed = [METRICS[m] for m in METRICS if m in found and found[m].passed]
    others = [_why(m, found[m]) for m in METRICS if m in found and not found[m].passed]
    said = f"{_list(passed)} passed the label checks" if passed else "No metric passed them"
    return f"{said}; {_list(others)} failed." if others else f"{said}."


def _why(metric: str, check: Check) -> str:
    way, share = min((("missing", check.missing), ("extra", check.extra)), key=lambda w: w[1])
    return f"{METRICS[metric]} (falls on {100 * share:.0f} % of units with {way} labels)"


def _list(words: Iterable[Any]) -> str:
    return ", ".join(words)
