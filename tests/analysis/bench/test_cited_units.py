"""Masked units on a world whose logits are counted by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import analysis.bench.cited_units as cited_units
from analysis.bench.cited_units import BEST, CITED, RANDOM, Loss, Weighed, _rows, best_set, weigh
from analysis.cli import app
from analysis.explain.masking import Masker
from analysis.progress import Silent
from tests.analysis.conftest import SmallAudit
from tests.analysis.explain.meaning.worlds import decision, grounds


def softmax(*logits: float) -> float:
    """Of the first."""
    odds = np.exp(logits)
    return float(odds[0] / odds.sum())


def test_one_cited_unit_against_random_ones_and_the_best_there_is() -> None:
    (told,) = weigh(grounds(), [decision()], 1, seed=0, progress=Silent())
    assert (told.active, told.cited) == (4, 1)
    # Logits 3.5, 2, 0; latent 0 adds 2 to the first, so without it the squid wins.
    cited = told.losses[CITED]
    assert cited.lost == 1
    assert cited.probability == pytest.approx(softmax(3.5, 2, 0) - softmax(1.5, 2, 0), rel=1e-5)
    assert cited.logit == pytest.approx(2 - 2 / 3, rel=1e-5)
    assert told.losses[BEST] == cited
    # Without 1: 2, 1, 0; without 2: 2.5, 2, 0; without 3: 4.5, 1, 0. Only one of four overturns it.
    ways = [(1.5, 2, 0), (2, 1, 0), (2.5, 2, 0), (4.5, 1, 0)]
    expected = softmax(3.5, 2, 0) - np.mean([softmax(*logits) for logits in ways])
    assert told.losses[RANDOM].probability == pytest.approx(expected, abs=0.03)
    assert told.losses[RANDOM].lost == pytest.approx(0.25, abs=0.1)


@given(st.lists(st.floats(0, 3), min_size=4, max_size=4), st.integers(0, 3))
def test_no_random_set_takes_more_than_the_best(active: list[float], count: int) -> None:
    masker = Masker.of(grounds(), decision(*active))
    count = min(count, len(masker.active))
    best = best_set(masker, count)
    assert best is not None and best.sum() == count
    highest = masker.fall(masker.random(count, seed=0)).probability.max()
    assert masker.fall(best).probability[0] >= highest - 1e-9


def test_where_there_are_too_many_sets_the_bound_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cited_units, "MOST_SETS", 5)
    assert best_set(Masker.of(grounds(), decision()), 2) is None  # of four, six pairs
    weighed = weigh(grounds(), [decision()], 2, seed=0, progress=Silent())
    assert BEST not in weighed[0].losses
    assert all("probability bound" not in row for row in _rows(weighed))


def test_rows_are_ratios_of_means() -> None:
    def one(cited: float, random: float, best: float) -> Weighed:
        losses = {CITED: Loss(1.0, cited, 1.0), RANDOM: Loss(2.0, random, 0.5)}
        return Weighed(5, 2, losses | {BEST: Loss(1.0, best, 1.0)})

    cited, random, best = _rows([one(0.6, 0.1, 0.7), one(0.2, 0.3, 0.5)])
    assert random["probability"] == pytest.approx(0.2)
    assert random["probability times"].value == pytest.approx(0.4 / 0.2)
    assert random["probability bound"].value == pytest.approx(0.6 / 0.2)
    assert random["logit times"].value == pytest.approx(0.5)
    assert (cited["lost"], random["lost"]) == (100, 50)
    assert "probability times" not in cited and "probability times" not in best


def test_a_table_is_printed_for_an_audit(small_audit: SmallAudit, tmp_path: Path) -> None:
    words = ["bench", "masking", str(small_audit.directory), "--images", "3", "--json"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path)], catch_exceptions=False)
    (table,) = json.loads(done.stdout)
    assert {row["units"] for row in table["rows"]} == {
        f"{count} {kind}s" for count in (1, 3) for kind in ("latent", "neuron")
    }
    assert table["settings"]["images"] == 3
