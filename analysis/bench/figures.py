"""The figures of a bench: a table for the terminal, JSON, and a markdown file to keep."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from db.files import write_whole

Cell = str | float | int | None
_NO_FILE_NAME = re.compile(r"[^\w.@-]+")


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval; shares in percent are scaled by the caller.

    NaN where there is nothing to measure: no picture of such a class.
    """

    value: float
    low: float
    high: float
    digits: int = 1
    """Behind the point, where it is printed."""

    def __str__(self) -> str:
        return self._text(self.digits)

    def _text(self, digits: int) -> str:
        if math.isnan(self.value):
            return "–"
        return f"{self.value:.{digits}f} [{self.low:.{digits}f}, {self.high:.{digits}f}]"


@dataclass(frozen=True)
class Ratio(Interval):
    """How many times another figure, with its interval."""

    def __str__(self) -> str:
        return self._text(2)


@dataclass(frozen=True)
class Figures:
    """One table with everything needed to read it."""

    title: str
    columns: Mapping[str, str]
    """Key in the rows -> heading."""
    rows: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Model, encoder, seed, splits, what the intervals are."""
    notes: Sequence[str] = ()
    """What the numbers can and cannot show, a sentence each."""

    def cells(self) -> list[dict[str, Cell]]:
        """Rows with intervals as text, for a terminal."""
        return [{key: _cell(row.get(key)) for key in self.columns} for row in self.rows]

    def as_json(self) -> dict[str, Any]:
        """Everything, intervals as objects."""
        rows = [{key: _plain(value) for key, value in row.items()} for row in self.rows]
        return {
            "title": self.title,
            "settings": dict(self.settings),
            "rows": rows,
            "notes": list(self.notes),
        }

    def as_markdown(self) -> str:
        """A document with title, settings, table and notes."""
        lines = [f"# {self.title}", ""]
        lines += [f"- {key}: {value}" for key, value in self.settings.items()]
        lines += ["", _line(self.columns.values()), _line("---" for _ in self.columns)]
        lines += [_line(_text(row[key]) for key in self.columns) for row in self.cells()]
        lines += ["", *self.notes]
        return "\n".join(lines) + "\n"


def save(figures: Sequence[Figures], directory: Path, name: str) -> Path:
    """Write all tables of a bench into ``NAME.json`` and ``NAME.md``; returns the latter.

    What no file name holds (the slash in a hub's names) becomes a dash.
    """
    directory.mkdir(parents=True, exist_ok=True)
    stem = _NO_FILE_NAME.sub("-", name)
    tables = [one.as_json() for one in figures]
    text = json.dumps(tables, ensure_ascii=False, indent=1, allow_nan=False)
    write_whole(directory / f"{stem}.json", text.encode() + b"\n")
    document = directory / f"{stem}.md"
    write_whole(document, "\n".join(one.as_markdown() for one in figures).encode())
    return document


def _cell(value: Any) -> Cell:
    return str(value) if isinstance(value, Interval) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Interval):
        known = {"value": value.value, "low": value.low, "high": value.high}
        return None if math.isnan(value.value) else known
    return value


def _text(value: Cell) -> str:
    if value is None:
        return "–"
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"
