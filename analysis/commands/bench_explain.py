"""The benches of explanations: fast against faithful, the reef's known causes, masked units."""

from pathlib import Path
from typing import Annotated

import typer

from analysis.commands.bench_output import HOW, OUT, AsJson, Out, Seed, require_out, show

Audit = Annotated[
    Path,
    typer.Argument(help="Directory of an audit with images, a folder for each class.",
                   show_default=False),
]  # fmt: skip
Audits = Annotated[
    list[Path],
    typer.Argument(help="As before; one or several, a table for each.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(explanations)
    app.command("reef-explanations")(reef_explanations)
    app.command()(masking)


def explanations(
    directory: Audit,
    images: Annotated[
        int,
        typer.Option(
            min=2,
            help="Each of another class; the faithful mode takes minutes for one, once.",
            rich_help_panel=HOW,
        ),
    ] = 10,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Free sentences: the fast mode against the paper's search, on an audit's own images."""
    from analysis.bench.explanations import bench_explanations
    from analysis.commands.console import RichProgress

    require_out(out)
    figures = bench_explanations(directory, images=images, seed=seed, progress=RichProgress())
    show("explanations", directory.resolve().name, figures, out, json)


def reef_explanations(
    reefs: Annotated[
        int,
        typer.Option(
            min=0,
            max=5,
            help="Other reefs beside the shipped one; each is made once, in some minutes.",
            rich_help_panel=HOW,
        ),
    ] = 5,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Do explanations name the cue where it is known to have decided? All methods, six reefs."""
    from analysis.bench.reef_explanations import bench_reef_explanations
    from analysis.bench.reefs import audited_reefs
    from analysis.commands.console import RichProgress

    require_out(out)
    progress = RichProgress()
    figures = bench_reef_explanations(audited_reefs(reefs, progress), progress=progress)
    show("reef-explanations", "reef", figures, out, json)


def masking(
    directories: Audits,
    images: Annotated[
        int, typer.Option(min=2, help="At most; each of another class.", rich_help_panel=HOW)
    ] = 200,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Units that explanations cite, masked: what a decision loses, against other units."""
    from analysis.bench.cited_units import bench_masking
    from analysis.commands.console import RichProgress

    require_out(out)
    figures = bench_masking(directories, images=images, seed=seed, progress=RichProgress())
    names = "-".join(directory.resolve().name for directory in directories)
    show("masking", names, figures, out, json)
