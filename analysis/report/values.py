"""Rows of the store as plain values, as JSON knows them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain values; what is missing is None."""
    return [plain(row) for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """The value as JSON knows it: dataclasses are dictionaries, moments ISO 8601, what is
    no finite number None."""
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, datetime):
        return None if value is pd.NaT else value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value
