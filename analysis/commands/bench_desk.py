"""The bench of the desk: does every page come in time on a large audit?"""

from typing import Annotated

import typer

from analysis.bench.desk.sizes import (
    LEAST_CLASSES,
    LEAST_CONCEPTS,
    LEAST_FEATURES,
    LEAST_IMAGES,
    LEAST_LATENTS,
    Sizes,
)
from analysis.commands.bench_output import HOW, MODEL, OUT, AsJson, Out, Seed, require_out, show

_GOAL = Sizes()


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(desk)


def desk(
    images: Annotated[int, typer.Option(min=LEAST_IMAGES, rich_help_panel=MODEL)] = _GOAL.images,
    classes: Annotated[int, typer.Option(min=LEAST_CLASSES, rich_help_panel=MODEL)] = _GOAL.classes,
    latents: Annotated[int, typer.Option(min=LEAST_LATENTS, rich_help_panel=MODEL)] = _GOAL.latents,
    concepts: Annotated[
        int, typer.Option(min=LEAST_CONCEPTS, rich_help_panel=MODEL)
    ] = _GOAL.concepts,
    features: Annotated[
        int, typer.Option(min=LEAST_FEATURES, rich_help_panel=MODEL)
    ] = _GOAL.features,
    visits: Annotated[
        int,
        typer.Option(
            min=2, help="Of each page in new sessions, and as many in one.", rich_help_panel=HOW
        ),
    ] = 40,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Server time of every page of the desk on a made-up audit; exit code 1 where one is late.

    The audit, and another one to compare it with, are made once, at the default sizes in two
    minutes or three, and kept in the cache (2.3 GB).
    """
    from analysis.bench.desk.report import bench_desk
    from analysis.commands.console import RichProgress

    require_out(out)
    sizes = Sizes(images, classes, latents, concepts, features, seed)
    done = bench_desk(sizes, visits=visits, seed=seed, progress=RichProgress())
    show("desk", f"{images}-images", done.figures, out, json)
    raise typer.Exit(0 if done.met else 1)
