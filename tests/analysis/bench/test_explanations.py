"""Fast sentences against faithful ones: measures, marks and costs by hand."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import analysis.bench.explanations as bench
from analysis.bench.explanations import Cost, _costs, judge_sentences, struck
from analysis.bench.faithful import Searched
from analysis.cli import app
from analysis.explain.zero_shot import Explanation
from tests.analysis import small
from tests.analysis.conftest import SmallAudit
from tests.analysis.explain.texter.worlds import decision, grounds
from tests.analysis.explain.tiny import language_model


def told(text: str) -> Explanation:
    return Explanation(text, text, 0.5, -3.0, (), 10.0, 400)


def along(*axis: float):
    """A text map that gives every text one direction."""
    return lambda texts: np.tile(np.array(axis, np.float32), (len(texts), 1))


KNOWN = replace(grounds(), text_direction=along(1, 0, 0))


def test_a_sentence_is_measured_on_the_decision_it_is_put_to() -> None:
    # f is (1.25, -.75, 0), latents 0 and 2 are active with 2 and 1; the class is axis 0 less 1.
    judged = judge_sentences(KNOWN, along(0, 1, 0), [decision(KNOWN, 0)], [told("glowing")], seed=0)
    found = {key: values[0] for key, values in judged.measures.items()}
    length = np.hypot(1.25, 0.75)
    assert found["objective"] == pytest.approx(1.25 / length, rel=1e-5)
    assert found["judge"] == pytest.approx(-0.75 / length, rel=1e-5)
    assert (found["fluency"], found["claims"], found["units"]) == (-3, 1, 1)
    assert found["supported"] == 1
    assert found["share"] == pytest.approx(1)  # 2 · 1 of a lead of 2
    # Without latent 0 the classes draw, from logits of 2 and -2; one of two is masked at random.
    lost = 1 / (1 + np.exp(-4)) - 0.5
    assert found["fall"] == pytest.approx(lost / 2, abs=0.06)
    assert found["deletion"] == pytest.approx(-lost / 4, abs=0.03)  # mean of two points


def test_what_claims_nothing_has_nothing_supported() -> None:
    judged = judge_sentences(KNOWN, along(1, 0, 0), [decision(KNOWN, 0)], [told("of the")], seed=0)
    assert {key: judged.measures[key].tolist() for key in ("claims", "supported", "fall")} == {
        "claims": [0], "supported": [0], "fall": [0],
    }  # fmt: skip


def test_claims_that_fail_are_struck_out() -> None:
    away = replace(KNOWN, text_direction=along(0, 1, 0))  # the image lies the other way
    for known, marked in ((KNOWN, "glowing in the water"), (away, "~~glowing~~ in the ~~water~~")):
        one = told("glowing in the water")
        judged = judge_sentences(known, along(1, 0, 0), [decision(known, 0)], [one], seed=0)
        assert struck(one, judged.ledgers[0]) == marked


def test_costs_are_of_an_image_and_their_ratios() -> None:
    slow, fast, times = _costs(Cost(600.0, 400.0, 4000), Cost(20.0, 10.0, 100), 2)
    assert (slow["wall"], slow["processor"], slow["encodings"]) == (300, 200, 2000)
    assert (fast["wall"], fast["processor"], fast["encodings"]) == (10, 5, 50)
    assert (times["wall"], times["processor"], times["encodings"]) == (30, 40, 40)


def test_tables_are_printed_for_an_audit(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searched(_: object, images: Sequence[int], *__: object, **___: object) -> list[Searched]:
        return [Searched(told("a red crab in the sand"), 8.0) for _ in images]

    monkeypatch.setattr(bench, "faithful", searched)
    monkeypatch.setattr(bench, "load_language_model", lambda _: language_model())
    monkeypatch.setattr(bench, "FastConfig", lambda: small.TINY_SEARCH)
    words = ["bench", "explanations", str(small_audit.directory), "--images", "2", "--json"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path)], catch_exceptions=False)
    worth, cost, sentences = json.loads(done.stdout)
    rows = {row["measure"]: row for row in worth["rows"]}
    fluency = rows["fluency, nats a token"]
    assert fluency["faithful"] == -3
    assert fluency["difference"]["value"] == pytest.approx(fluency["fast"] + 3)
    objective = rows["objective: cos(f, û(sentence))"]
    assert objective["floor"] < objective["fast"]
    slow, fast, times = cost["rows"]
    assert (slow["wall"], slow["processor"], slow["encodings"]) == (10, 8, 400)
    assert times["processor"] == pytest.approx(8 / fast["processor"])
    assert len({row["decision"] for row in sentences["rows"]}) == 2
    assert "crab" in sentences["rows"][0]["faithful"]
