"""The command by which a person names a unit: label."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command()(label)


def label(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    kind: Annotated[
        Literal["latent", "neuron", "channel"],
        typer.Argument(help="Kind of the unit.", show_default=False),
    ],
    number: Annotated[int, typer.Argument(help="Its number within its kind.", show_default=False)],
    text: Annotated[
        str | None, typer.Argument(help="What it responds to, in your words.", show_default=False)
    ] = None,
    author: Annotated[str | None, typer.Option(help="Who says so. Default: your login.")] = None,
    comment: Annotated[str, typer.Option(help="Why, for those who read the history.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the label back.")] = False,
) -> None:
    """Name a unit yourself; what it was called before stays in its history.

    Beside your label the audit's own one and its scores stay as they are. Labels survive further
    audits into the same directory, as long as these find a unit of much the same direction.
    """
    from analysis.commands.console import print_line
    from analysis.errors import UsageError
    from analysis.unit_direction import call_unit
    from db.queries.human import label_history
    from db.reader import AuditReader

    if (text is None) != withdraw:
        raise UsageError("give a label for the unit, or --withdraw to take it back, and not both")
    call_unit(directory, kind, number, text, author=author or _login(), comment=comment)
    with AuditReader(directory) as audit:
        history = label_history(audit.engine, kind, number)
    newest = history.iloc[0]
    now = "no label by a person" if newest["text"] is None else f"“{newest['text']}”"
    print_line(f"{kind} {number}: {now} (by {newest['author']}; {len(history)} in its history)")


def _login() -> str:
    """The name of whoever is logged in; UsageError where the system does not tell."""
    import getpass

    from analysis.errors import UsageError

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise UsageError("the system does not say who you are: give --author NAME") from error
