"""Rows from columns, and columns at random."""

import numpy as np
import pytest

from analysis.bench.desk.made_up import records
from analysis.bench.desk.made_up.records import Records, crossed, distinct


def test_rows_come_in_order_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_BLOCK", 2)
    rows = Records(
        3, id=np.array([5, 6, 7]), word=["a", "b", "c"], twice=lambda i: 2 * i, same=None
    )
    assert len(rows) == 3
    assert list(rows) == [
        {"id": 5, "word": "a", "twice": 0, "same": None},
        {"id": 6, "word": "b", "twice": 2, "same": None},
        {"id": 7, "word": "c", "twice": 4, "same": None},
    ]
    assert all(type(row["id"]) is int for row in rows)


def test_a_column_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="column id has 2 entries: give it 3"):
        Records(3, id=np.arange(2))


@pytest.mark.parametrize("below", [7, 8, 1000])
def test_no_number_comes_twice_in_a_row(below: int) -> None:
    found = distinct(np.random.default_rng(0), 500, 7, below)
    assert found.shape == (500, 7)
    assert found.min() >= 0 and found.max() < below
    assert all(len(set(row)) == 7 for row in found.tolist())


def test_crossing_runs_through_the_last_factor_first() -> None:
    first, last = crossed(2, 3)
    assert first.tolist() == [0, 0, 0, 1, 1, 1]
    assert last.tolist() == [0, 1, 2, 0, 1, 2]
