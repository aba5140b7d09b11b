"""``glowworm demo``: the audit of the reef, whose truth is known."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.audit import resumable, typed


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(demo)


def demo(
    out: Annotated[Path, typer.Option(help="Directory of the audit.")] = Path("reef-audit"),
    images_per_class: Annotated[int, typer.Option(min=2, help="Rendered images.")] = 12,
    seed: Annotated[int, typer.Option()] = 0,
) -> None:
    """Audit the reef, a rendered world with planted shortcuts, and hold the findings to the truth.

    Needs no network, no model and no images of yours. Run again, it goes on where it was.
    """
    from analysis.commands.console import RichProgress, print_line, print_table
    from analysis.reef.demo import run_demo

    with resumable():
        result = run_demo(
            out,
            images_per_class=images_per_class,
            seed=seed,
            progress=RichProgress(),
            command=typed(),
        )
    print_table(
        "Unexpected concepts at q ≤ .05 (plainly named classes)",
        result.findings,
        {
            "class": "class",
            "concept": "concept",
            "rank": "rank",
            "score": "strength (z)",
            "q": "q",
            "verdict": "verdict",
            "truth": "truth",
        },
    )
    print_table(
        "Planted shortcuts: accuracy of the class with and without its cue",
        result.cues,
        {
            "class": "class",
            "planted": "planted",
            "found": "found at rank 1",
            "supported": "supported",
            "with_cue": "with cue",
            "without_cue": "without",
        },
    )
    for line in result.summary:
        print_line(line)
