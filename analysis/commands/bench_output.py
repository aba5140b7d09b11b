"""What every bench takes and gives: a place for its tables, and the tables themselves."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from analysis.bench.figures import Figures

MODEL, HOW = "What is measured", "How"
"""Panels of the help."""
Seed = Annotated[int, typer.Option(min=0, rich_help_panel=HOW)]
Out = Annotated[Path, typer.Option(help="Where the tables are kept as files.", rich_help_panel=HOW)]
AsJson = Annotated[
    bool, typer.Option("--json", help="Machine-readable, on stdout alone.", rich_help_panel=HOW)
]
OUT = Path("bench-results")


def require_out(out: Path) -> None:
    """Refuse a place that cannot be written before hours are spent on what goes there."""
    from analysis.errors import UsageError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be made ({error.strerror}): give another directory to --out"
        ) from error


def show(bench: str, model: str, figures: "Sequence[Figures]", out: Path, as_json: bool) -> None:
    """Print the tables and keep them."""
    from analysis.bench.figures import save
    from analysis.commands.console import print_json, print_line, print_table

    kept = save(figures, out, f"{bench}-{model}")
    if as_json:
        print_json([one.as_json() for one in figures])
        return
    for one in figures:
        print_table(one.title, one.cells(), one.columns)
        print_line(", ".join(f"{key}: {value}" for key, value in one.settings.items()))
        for note in one.notes:
            print_line(note, style="dim")
    print_line(f"Kept as {kept}")
