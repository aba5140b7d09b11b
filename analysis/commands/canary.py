"""``glowworm canary``: would this audit have found a planted shortcut?"""

from pathlib import Path
from typing import Annotated, Any

import typer

COLUMNS = {
    "class_name": "class",
    "cue": "cue",
    "accuracy_with": "with cue",
    "accuracy_without": "without",
    "rank_own": "rank, own map",
    "first_own": "comes first",
    "rank_backbone": "rank, backbone",
    "first_backbone": "comes first",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(canary)


def canary(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    json: Annotated[
        bool, typer.Option("--json", help="Machine-readable, on stdout alone.")
    ] = False,
) -> None:
    """Plant cues into a copy of the images and see whether the same search finds them.

    A corner patch, a tint, a glow, a border, text, blur and a texture go, in memory, onto 80, 95
    and 100 % of the images of some classes. Only the head is refitted, on the frozen features of
    these images, and searched as the audited one was, by a text map of its own and by the audited
    model's. The audit's images and findings stay as they are.
    """
    from analysis.canary.summary import STATED
    from analysis.commands.audit import typed
    from analysis.commands.console import RichProgress, print_json, print_table
    from analysis.pipeline.again import add_to_audit, reopened
    from analysis.pipeline.stages.canary import CANARY
    from db.queries.canary import certificate, clean_twins, planted_cues

    with reopened(directory, progress=RichProgress()) as context:
        add_to_audit(context, CANARY, typed())
        engine = context.store.engine
        measured, planted, twins = certificate(engine), planted_cues(engine), clean_twins(engine)
    if json:
        named = {"measures": measured, "planted": planted, "clean": twins}
        print_json({name: _records(frame) for name, frame in named.items()})
        return
    stated = planted[planted["correlation"] == STATED]
    print_table(f"Cues planted at {STATED:.0%}", _side_by_side(_records(stated)), COLUMNS)
    headings = {"name": "measure", "value": "share", "floor": "floor", "n": "of"}
    print_table("This audit would have found", _records(measured), headings)


def _side_by_side(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each class, with what both text maps found."""
    rows: dict[int, dict[str, Any]] = {}
    for record in records:
        row = rows.setdefault(record["class_id"], dict(record))
        row[f"rank_{record['text_map']}"] = record["rank"]
        row[f"first_{record['text_map']}"] = record["top"]
    return list(rows.values())


def _records(frame: Any) -> list[dict[str, Any]]:
    """Rows of a frame; what is missing is None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")
