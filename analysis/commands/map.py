"""``glowworm map``: the map of an audit that has none."""

from pathlib import Path
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(name="map")(draw_map)


def draw_map(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    json: Annotated[
        bool, typer.Option("--json", help="Machine-readable, on stdout alone.")
    ] = False,
) -> None:
    """Lay out classes, latents, images and words in one plane, for the desk's page Map.

    An audit does so by itself; this adds the map to one that was made before there was one, or
    lays it out anew. It says how far the map can be trusted.
    """
    from analysis.commands.audit import typed
    from analysis.commands.console import RichProgress, print_json, print_table
    from analysis.pipeline.again import add_to_audit, reopened
    from analysis.pipeline.stages.atlas import ATLAS
    from db.queries.overview import measures

    with reopened(directory, progress=RichProgress()) as context:
        add_to_audit(context, ATLAS, typed())
        frame = measures(context.store.engine)
    of_map: Any = frame[frame["stage"] == ATLAS.name].drop(columns="stage")
    records = of_map.astype(object).where(of_map.notna(), None).to_dict(orient="records")
    if json:
        print_json(records)
        return
    headings = {"name": "measure", "value": "share", "floor": "floor", "n": "of"}
    print_table("How far the map can be trusted", records, headings)
