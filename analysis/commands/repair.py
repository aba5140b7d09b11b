"""``glowworm repair``: the head edited against a finding, and the proof."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "method": "method",
    "overall": "all classes",
    "change": "points",
    "with": "with",
    "without": "without",
    "gap_closed": "gap closed",
    "chosen": "exported",
}


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(repair)


def repair(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    finding: Annotated[
        str,
        typer.Argument(
            help="Its id, as findings --json lists it, or 'class/concept'.", show_default=False
        ),
    ],
    json: Annotated[
        bool, typer.Option("--json", help="Machine-readable, on stdout alone.")
    ] = False,
) -> None:
    """Edit the head against a finding, measure every edit, export the best.

    Only the class's own row and intercept change: `project` takes the concept's direction out of
    the row, `mask` the directions of the latents named so, `both` all of these, `refit` fits it
    again on images weighted so that those with and without the concept count alike. Half of the
    images are fitted on, the other half is measured on. Exported is what closes most of the gap
    between the class's images with and without the concept at a cost of at most one point of
    accuracy over all classes, under the model's own names:

        model.load_state_dict(safetensors.torch.load_file(FILE), strict=False)
    """
    from analysis.commands.audit import typed
    from analysis.commands.console import RichProgress, print_json
    from analysis.pipeline.again import add_to_audit, reopened
    from analysis.pipeline.stages.repair import find_finding, repair_stage
    from db.queries.repairs import repairs

    with reopened(directory, progress=RichProgress()) as context:
        found = find_finding(context, finding)
        add_to_audit(context, repair_stage(found.finding_id), typed())
        tried = repairs(context.store.engine, found.finding_id)
    if json:
        print_json(_records(tried, directory))
    else:
        _show(tried, directory)


def _records(tried: "pd.DataFrame", directory: Path) -> list[dict[str, Any]]:
    """A record for each edit; numbers that could not be measured are None."""
    records = tried.astype(object).where(tried.notna(), None).to_dict("records")
    for record in records:
        record["file"] = str(directory / record["path"]) if record["path"] else None
        record["gap_closed"] = _gap_closed(record)
    return [{str(key): value for key, value in record.items()} for record in records]


def _gap_closed(record: dict[Any, Any]) -> float | None:
    from analysis.shortcuts.lines import FEWEST
    from analysis.shortcuts.repair import gap_closed

    if min(record["n_with"], record["n_without"]) < FEWEST:
        return None
    return gap_closed(
        (record["with_before"], record["without_before"]),
        (record["with_after"], record["without_after"]),
    )


def _show(tried: "pd.DataFrame", directory: Path) -> None:
    from analysis.commands.console import print_line, print_table

    records = _records(tried, directory)
    first = records[0]
    title = (
        f"{first['class_name']} without {first['concept']}: accuracy before → after on "
        f"{first['n_images']} images, {first['n_with']} of the class with it, "
        f"{first['n_without']} without"
    )
    print_table(title, [_row(record) for record in records], COLUMNS)
    for record in records:
        if not record["chosen"]:
            continue
        for lost in record["worst"]:
            print_line(
                f"Loses {lost['class']}: {lost['before']:.2f} → {lost['after']:.2f} of {lost['n']} "
                "images",
                style="dim",
            )
        print_line(f"Edited head: {record['file']}")


def _row(record: dict[str, Any]) -> dict[str, Any]:
    change = 100 * (record["accuracy_after"] - record["accuracy_before"])
    closed = record["gap_closed"]
    return {
        "method": record["method"],
        "overall": _pair(record["accuracy_before"], record["accuracy_after"]),
        "change": f"{change:+.2f}",
        "with": _pair(record["with_before"], record["with_after"]),
        "without": _pair(record["without_before"], record["without_after"]),
        "gap_closed": None if closed is None else f"{closed:.0%}",
        "chosen": record["chosen"],
    }


def _pair(before: float | None, after: float | None) -> str | None:
    return None if before is None or after is None else f"{before:.3f} → {after:.3f}"
