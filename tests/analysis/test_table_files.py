"""What a spreadsheet would run is tamed in CSV alone; JSON is what it is."""

import io
import json

import pandas as pd

from analysis.table_files import csv_bytes, json_bytes

CELLS = ["=1+1", "+x", "-x", "@x", "\tx", "plain", "a=b", "", None]


def test_formulas_are_tamed_in_csv() -> None:
    table = pd.DataFrame({"name": CELLS, "number": [-1.5] * len(CELLS)})
    read = pd.read_csv(io.BytesIO(csv_bytes(table)), keep_default_na=False)
    assert read["name"].tolist() == ["'=1+1", "'+x", "'-x", "'@x", "'\tx", *CELLS[5:8], ""]
    assert read["number"].tolist() == [-1.5] * len(CELLS)


def test_json_holds_names_as_they_are() -> None:
    table = pd.DataFrame({"name": CELLS})
    assert [row["name"] for row in json.loads(json_bytes(table))] == CELLS
    assert json.loads(json_bytes(table.iloc[:0])) == []
