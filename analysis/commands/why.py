"""``glowworm why``: one decision set against another class."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from analysis.why import Why


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(why)


def why(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    image: Annotated[
        str, typer.Argument(help="Path of one of the audit's images.", show_default=False)
    ],
    other: Annotated[
        str | None,
        typer.Option(
            "--not", help="The class it was not taken for; else its own, or the second best."
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Machine-readable, on stdout alone.")
    ] = False,
) -> None:
    """Why A, not B: the concepts and units that tipped a decision, and the smallest mask of units
    that would turn it.
    """
    from dataclasses import asdict

    from analysis.commands.console import print_json, print_line, print_table
    from analysis.why import find_image
    from analysis.why import why as ask_why
    from db.reader import AuditReader

    with AuditReader(directory) as audit:
        wanted = None if other is None else _class_id(audit, other)
        told = ask_why(audit, find_image(audit, image), wanted)
    if json:
        print_json(asdict(told))
        return
    print_line(f"{told.path}: {told.won}, not {told.other} (ahead by {told.lead:.2f} logits)")
    rows = [{"concept": p.name, "part": p.part, "for": _side(told, p.part)} for p in told.concepts]
    print_table(
        f"Concepts ({told.text_map})", rows, {"concept": "concept", "part": "logits", "for": "for"}
    )
    for units in told.units:
        rows = [
            {"unit": p.number, "label": p.name, "part": p.part, "for": _side(told, p.part)}
            for p in units.parts
        ]
        columns = {"unit": units.kind, "label": "label", "part": "logits", "for": "for"}
        print_table(f"{units.kind.capitalize()}s", rows, columns)
        masked = ", ".join(str(number) for number in units.mask)
        if units.restored:
            print_line(f"Without {units.kind}s {masked} it would be {told.other}.")
        else:
            print_line(
                f"No mask of {units.kind}s was found that makes it {told.other}; without "
                f"{masked or 'any'} it would be {units.winner}."
            )


def _side(told: "Why", part: float) -> str:
    return told.won if part > 0 else told.other


def _class_id(audit: object, name: str) -> int:
    """Id of a class by its name; UsageError where there is none, or several."""
    from analysis.errors import UsageError
    from db.queries.classes import class_names
    from db.reader import AuditReader

    assert isinstance(audit, AuditReader)
    found = [i for i, known in class_names(audit.engine).items() if known == name]
    if len(found) != 1:
        raise UsageError(f"{len(found)} classes are called {name!r}: give a name as in findings")
    return found[0]
