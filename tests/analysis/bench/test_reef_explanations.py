"""What an explanation of a known decision names, counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bench.reef_explanations import (
    _class_row,
    _rows,
    absent,
    outcome,
    spread_over,
    strangers,
)
from analysis.bench.twins import Twin
from analysis.explain.ledger import ExaminedClaim as Claim
from analysis.explain.said import Phrase

FEATURE = np.zeros(2, np.float32)
WHALE = Twin("whale", "yellow", FEATURE, frozenset({"whale", "yellow", "plain", "sand"}))
SEAL = Twin("seal", "checkered", FEATURE, frozenset({"seal", "checkered", "grey", "ice"}))


def claim(meaning: str, *, supported: bool = True, against: bool = False) -> Claim:
    phrase = Phrase(0, len(meaning), meaning, against=against)
    return Claim(
        phrase, (0,), (1.0,), supported, "" if supported else "it fails", None, *[0.0] * 10
    )


def test_only_supported_claims_for_the_class_are_kept() -> None:
    claims = [
        claim("yellow sand"),
        claim("kitchen", supported=False),
        claim("cave", against=True),
        claim("", supported=False),
    ]
    told = outcome("reef", WHALE, "pipeline", claims, borrowed=False)
    assert told.named == {"yellow", "sand", "kitchen"} and told.kept == {"yellow", "sand"}
    assert (told.claims, told.supported) == (3, 1)


def test_absent_is_what_can_be_checked_and_is_not_shown() -> None:
    named = frozenset({"yellow", "plain", "grey", "red", "kitchen", "shark"})
    assert absent(named, WHALE) == {"grey", "red", "kitchen"}  # a creature is counted apart


def test_a_row_counts_pictures() -> None:
    own = [
        outcome("reef", WHALE, "texter", [claim("yellow"), claim("shark")], borrowed=False),
        outcome("reef", SEAL, "texter", [claim("checkered", supported=False)], borrowed=False),
        outcome("reef", SEAL, "texter", [claim("checkered"), claim("kitchen")], borrowed=False),
    ]
    chance = [outcome("reef", WHALE, "texter", [claim("checkered")], borrowed=True)]
    others = [
        outcome("reef", WHALE, method, [claim("sand")], borrowed=borrowed)
        for method in ("zero-shot", "pipeline")
        for borrowed in (False, True)
    ]
    rows = {row["method"]: row for row in _rows({"reef": own + chance + others})}
    row = rows["texter"]
    assert row["n"] == 3
    assert row["cue"].value == pytest.approx(100 * 2 / 3)
    assert row["cue said"].value == pytest.approx(100)
    assert row["true"].value == row["true said"].value == pytest.approx(100 * 2 / 3)
    assert row["creature"].value == pytest.approx(100 / 3)
    assert row["claims"] == pytest.approx(5 / 3) and row["supported"] == pytest.approx(80)
    floor = rows["texter, floor"]
    assert (floor["n"], floor["cue"].value, floor["true"].value) == (1, 0, 0)
    # One of two classes is named always, the other half of the time: whole classes are redrawn.
    assert (row["cue"].low, row["cue"].high) == (pytest.approx(50), pytest.approx(100))
    by_class = _class_row(("reef", "seal", "checkered"), own + chance + others)
    assert by_class["texter"] == "1 of 2"


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12).filter(lambda c: len(set(c)) > 1))
def test_a_borrowed_explanation_is_of_another_class(classes: list[str]) -> None:
    drawn = strangers(classes, seed=0)
    assert len(drawn) == len(classes)
    assert all(classes[i] != classes[other] for i, other in enumerate(drawn))


def test_pictures_are_spread_evenly() -> None:
    twins = [Twin(str(i), "red", FEATURE, frozenset()) for i in range(9)]
    assert [twin.class_name for twin in spread_over(twins, 3)] == ["0", "4", "8"]
    assert spread_over(twins, 20) == twins
