"""The command line: ``glowworm``. Commands are thin; what they do lies in ``analysis.commands``."""

import os
import sys

import typer

from analysis.commands import (
    audit,
    bench,
    canary,
    demo,
    explain,
    guard,
    label,
    look,
    map,
    repair,
    share,
    tend,
    why,
)
from analysis.errors import UsageError
from db.errors import GlowwormError

app = typer.Typer(
    name="glowworm",
    help="Tells people, in words, what their image classifier looks at.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
for group in (
    audit,
    look,
    share,
    map,
    explain,
    why,
    canary,
    repair,
    guard,
    label,
    tend,
    demo,
    bench,
):
    group.register(app)


def main() -> None:
    """Run a command. Exit 0: fine; 1: a known error, one line that names the fix; 2: usage."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        app()
    except GlowwormError as error:
        sys.stderr.write(f"glowworm: {error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)


if __name__ == "__main__":
    main()
