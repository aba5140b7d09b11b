"""Tables as files: CSV that no spreadsheet runs, JSON that loses no digit."""

import io
import json
from typing import Any

import numpy as np
import pandas as pd

ROWS_AT_ONCE = 50_000
"""Of a table that become JSON at once."""
_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet takes for a formula (OWASP, CSV injection)."""


def write_csv(table: pd.DataFrame, file: Any) -> None:
    """Into a binary file; an apostrophe stands before words that would be run as a formula."""
    words = [
        name for name in table.columns if str(table[name].dtype) in ("object", "str", "string")
    ]
    table.assign(**{name: [_tame(cell) for cell in table[name]] for name in words}).to_csv(
        file, index=False
    )


def write_json(table: pd.DataFrame, file: Any) -> None:
    """Into a binary file, as a list of records at full precision.

    Pandas' own writer makes 0 of a q of 1e-27.
    """
    between = b"[\n"
    for start in range(0, len(table), ROWS_AT_ONCE):
        part = table.iloc[start : start + ROWS_AT_ONCE].astype(object)
        for record in part.where(part.notna() & ~part.isin([np.inf, -np.inf]), None).to_dict(
            "records"
        ):
            text = json.dumps(record, ensure_ascii=False, allow_nan=False, default=_plain)
            file.write(between + text.encode())
            between = b",\n"
    file.write(b"\n]\n" if len(table) else b"[]\n")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """The table as ``write_csv`` writes it."""
    file = io.BytesIO()
    write_csv(table, file)
    return file.getvalue()


def json_bytes(table: pd.DataFrame) -> bytes:
    """The table as ``write_json`` writes it."""
    file = io.BytesIO()
    write_json(table, file)
    return file.getvalue()


def _tame(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RUN) else cell


def _plain(value: Any) -> Any:
    """Of numpy's scalars and of times."""
    return value.item() if isinstance(value, np.generic) else str(value)
