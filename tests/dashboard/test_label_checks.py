"""Which metrics are to be trusted, as the store says."""

import pandas as pd
import pytest

from dashboard.parts.unit import label_checks


def measures(rows: list[tuple[str, float, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "value", "n"])


def test_a_metric_must_fall_both_ways() -> None:
    found = label_checks.checks(
        measures(
            [
                ("label check: Pearson, missing labels", 0.95, 50),
                ("label check: Pearson, extra labels", 0.9, 40),
                ("label check: auc, missing labels", 0.99, 50),
                ("label check: auc, extra labels", 0.89, 50),
                ("label check: F1, extra labels", 0.99, 50),  # only one way
                ("label check: recall, extra labels", 0.99, 50),
                ("accuracy", 0.9, 10),
            ]
        )
    )
    assert set(found) == {"pearson", "auc"}
    assert found["pearson"].passed and found["pearson"].units == 40
    assert label_checks.failed(found) == {"auc"}
    assert label_checks.sentence(found) == (
        "Pearson passed the label checks; AUC (falls on 89 % of units with extra labels) failed."
    )


@pytest.mark.parametrize("rows", [[], [("label check: F1, extra labels", 1.0, 0)]])
def test_without_checks_nothing_fails(rows: list[tuple[str, float, int]]) -> None:
    found = label_checks.checks(measures(rows))
    assert label_checks.failed(found) == set()
    assert "did not check" in label_checks.sentence(found)
