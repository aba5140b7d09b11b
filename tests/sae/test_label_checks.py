import numpy as np
import pytest

from sae.label_checks import METRICS, check_metrics
from tests.sae.test_units import units_of


def activations(density, n=4000, units=10):
    rng = np.random.default_rng(0)
    values = rng.uniform(1, 2, (n, units))
    return np.where(rng.random((n, units)) < density, values, 0)


@pytest.mark.parametrize("density", [0.01, 0.05, 0.3])
def test_pearson_auprc_and_f1_notice_spoilt_labels(density):
    checks = check_metrics(units_of(activations(density)), seed=0)
    assert checks.n == 10
    for metric in ("Pearson", "AUPRC", "F1"):
        assert checks.missing[metric] == 1 and checks.extra[metric] == 1, metric


def test_auc_does_not_notice_extra_labels_of_rarely_active_units():
    """Of few active images, wrong ones are few among all inactive ones: by hand, density p lets
    AUC fall by p / (1 - p) / 2, which is below .05 for p below .09."""
    assert check_metrics(units_of(activations(0.03)), seed=0).extra["AUC"] == 0
    assert check_metrics(units_of(activations(0.3)), seed=0).extra["AUC"] == 1
    assert check_metrics(units_of(activations(0.03)), seed=0).missing["AUC"] == 1


def test_units_with_too_few_or_too_many_active_images_are_left_out():
    values = activations(0.1, n=100, units=3)
    values[:, 0] = 0
    values[:, 1] = 1
    checks = check_metrics(units_of(values), seed=0)
    assert checks.n == 1
    nothing = check_metrics(units_of(values[:, :2]), seed=0)
    assert nothing.n == 0 and all(np.isnan(nothing.extra[metric]) for metric in METRICS)
