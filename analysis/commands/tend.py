"""Commands that tend an installation or an audit: upgrade, doctor."""

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(upgrade)
    app.command()(doctor)


def upgrade(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
) -> None:
    """Bring a store of an older Glowworm to this one's schema; a copy of it is kept."""
    from analysis.commands.console import STDERR
    from db.migrate import upgrade as upgrade_store

    backup = upgrade_store(directory)
    STDERR.print(
        "The store is up to date." if backup is None else f"Upgraded; the old store is {backup}.",
        markup=False,
    )


def doctor(
    directory: Annotated[
        Path | None, typer.Argument(help="Directory of an audit, to check it too.")
    ] = None,
) -> None:
    """Say what is wrong with the installation, or with an audit. Exit 1 if anything is."""
    from analysis.commands.console import print_line
    from analysis.doctor import examine

    findings = examine(directory)
    for finding in findings:
        print_line(("ok    " if finding.fine else "WRONG ") + finding.text)
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 1)
