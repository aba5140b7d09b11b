"""Commands that show an audit to people: report, bundle, serve."""

from pathlib import Path
from typing import Annotated, Any

import typer

from analysis.commands.look import AuditOrBundle, Directory


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (report, bundle, serve):
        app.command()(command)


def report(
    directory: AuditOrBundle,
    html: Annotated[
        Path | None, typer.Option(help="Default: DIR/report.html, or FILE.html beside a bundle.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write the same as JSON too, every number as it is stored.")
    ] = None,
) -> None:
    """Write the report of an audit: one self-contained HTML file, to be attached and signed.

    It holds no script and asks for nothing from anywhere. Paths on this machine are cut to their
    last names. The JSON carries a sha256 of its own content, which is printed in the HTML.
    """
    from analysis.bundle.opened import audit_at
    from analysis.commands.console import STDERR, RichProgress
    from analysis.report.written import write_report
    from db.check import missing_files

    progress = RichProgress()
    with audit_at(directory, progress) as audit:
        page = html or (directory.with_suffix(".html") if audit.bundled else None)
        written = [write_report(audit.directory, page, json=json)]
        if lost := missing_files(audit.directory):
            progress.warn(
                f"{len(lost)} of the audit's files {'is' if len(lost) == 1 else 'are'} missing or "
                f"cut short, and the report says so: {', '.join(lost[:5])} (see glowworm doctor)"
            )
    for file in written + ([json] if json is not None else []):
        STDERR.print(f"Report: {file} ({_size(file.stat().st_size)})", markup=False)


def bundle(
    directory: Directory,
    out: Annotated[Path, typer.Option(help="File to write, such as audit.glowworm.")],
    images: Annotated[
        bool,
        typer.Option(
            "--images", help="Put the pictures in, at the size at which the desk shows them."
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Make an audit one file, for others to open with `glowworm serve FILE`.

    The file is given to strangers: paths on this machine (in commands, options and notes) are cut
    to their last names. Class names, concepts, thumbnails and what people decided, with their
    names, stay. Without --images nobody sees more of a picture than its thumbnail.
    """
    from analysis.bundle.write import write_bundle
    from analysis.commands.console import STDERR, RichProgress

    progress = RichProgress()
    made = write_bundle(directory, out, images=images, force=force, progress=progress)
    whole = sum(member.size for member in made.manifest.members)
    STDERR.print(f"Bundle: {out} ({_size(made.size)}; {_size(whole)} when opened)", markup=False)
    left_out = made.manifest.left_out
    if left_out:
        STDERR.print(
            f"Left out: {len(left_out)} file{'' if len(left_out) == 1 else 's'} "
            f"({_size(sum(part.size for part in left_out))}) that only an audit needs "
            "(text maps of single folds, edited heads)",
            markup=False,
        )
    if not images:
        STDERR.print("Left out: the pictures themselves; --images puts them in", markup=False)
    if made.pictures_missing:
        progress.warn(
            f"{made.pictures_missing:,} pictures are not in it: their files are gone, changed or "
            "cannot be read"
        )


def serve(
    directory: AuditOrBundle,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    reviewer: Annotated[
        str | None,
        typer.Option(help="Whose name stands under what is decided and written at the desk."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="DIR|FILE", help="A second audit, to be compared with this one."),
    ] = None,
) -> None:
    """Open the desk on an audit or its bundle, on this machine only (127.0.0.1).

    A bundle is unpacked into a private directory, which goes when the desk is closed; nothing can
    be written then. Set TMPDIR to have it unpacked elsewhere.
    """
    import subprocess
    import sys
    from contextlib import ExitStack

    from analysis.bundle.opened import audit_at
    from analysis.commands.console import RichProgress
    from analysis.errors import UsageError
    from db.engine import reader_engine

    _require_free(port)
    with ExitStack() as opened:
        audit = opened.enter_context(audit_at(directory, RichProgress()))
        reader_engine(audit.directory).dispose()  # a plain message now rather than on a page
        command: list[Any] = [sys.executable, "-P", "-m", "dashboard.serve", audit.directory]
        command += ["--port", port]
        if audit.bundled:
            command += ["--read-only"]
            if reviewer is not None:
                raise UsageError(
                    "nothing can be written into a bundle: leave --reviewer out, or open the "
                    "directory of the audit"
                )
        if reviewer is not None:
            command += ["--reviewer", reviewer]
        if against is not None:
            other = opened.enter_context(audit_at(against, RichProgress()))
            reader_engine(other.directory).dispose()
            command += ["--against", other.directory]
        _end_on_termination()
        raise typer.Exit(subprocess.call([str(part) for part in command]))


def _require_free(port: int) -> None:
    """Raise UsageError where another program listens on the port."""
    import socket

    from analysis.errors import UsageError

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be had ({error.strerror}): give another one to --port"
            ) from error


def _end_on_termination() -> None:
    """Let these end the process as an exception does, so that what was unpacked goes."""
    import signal
    import sys

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda caught, _: sys.exit(128 + caught))


def _size(bytes_: int) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if bytes_ >= scale:
            return f"{bytes_ / scale:.1f} {unit}"
    return f"{bytes_} bytes"
