"""What a person sees while a command runs: bars and news on stderr, results on stdout."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from analysis.progress import Advance

_PIPED_WIDTH = 120
"""Columns where nobody's terminal says how many there are."""
STDERR = Console(stderr=True, highlight=False, soft_wrap=True)
STDOUT = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPED_WIDTH)


class RichProgress:
    """Draws bars on stderr; a task's bar goes when the task is done."""

    @contextmanager
    def task(self, description: str, total: int | None) -> Iterator[Advance]:
        """A bar with time left for the ``with`` block."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        shown = STDERR.is_terminal  # a log file is no place for bars
        with Progress(*columns, console=STDERR, transient=True, disable=not shown) as bars:
            task = bars.add_task(escape(description), total=total)
            yield lambda n: bars.advance(task, n)

    def say(self, text: str) -> None:
        """One line of news."""
        STDERR.print(escape(_printable(text)), style="dim")

    def warn(self, text: str) -> None:
        """One line that must not be overlooked."""
        STDERR.print(escape(_printable(text)), style="bold yellow")


def print_json(value: Any) -> None:
    """Machine-readable results and nothing else; missing numbers are null."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def print_line(text: str, *, style: str | None = None) -> None:
    """A line of a result, however long, for people and for ``grep``."""
    STDOUT.print(escape(_printable(text)), style=style, soft_wrap=True)


def print_struck(text: str, struck: Sequence[tuple[int, int]]) -> None:
    """A line of a result with some stretches struck out; where nothing can be styled they stand
    between ~~."""
    styled = sys.stdout.isatty()
    line = Text(text)
    for start, end in sorted(struck, reverse=True):
        if styled:
            line.stylize("strike dim", start, end)
        else:
            line = Text(f"{line.plain[:start]}~~{line.plain[start:end]}~~{line.plain[end:]}")
    line.plain = _printable(line.plain)
    STDOUT.print(line, soft_wrap=True)


def print_table(title: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table of records.

    Args:
        columns: key in the records -> heading, in the order of the columns.
    """
    table = Table(title=escape(_printable(title)), title_justify="left", header_style="bold")
    numeric = {
        key for key in columns if all(isinstance(row[key], int | float | None) for row in rows)
    }
    for key, heading in columns.items():
        table.add_column(heading, justify="right" if key in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(row[key])) for key in columns))
    STDOUT.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}"
    return _printable(str(value))


def _printable(text: str) -> str:
    """Without what could steer a terminal: names of files and concepts come from anywhere."""
    return "".join(ch if ch.isprintable() else "�" for ch in text)
