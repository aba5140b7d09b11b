"""Starts the dashboard on one audit: Streamlit on the loopback address, and nothing else."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

APP = Path(__file__).with_name("app.py")
STORE_VARIABLE = "GLOWWORM_STORE"  # how the app is told which audit to show …
REVIEWER_VARIABLE = "GLOWWORM_REVIEWER"  # … who looks at it …
AGAINST_VARIABLE = "GLOWWORM_AGAINST"  # … with which other audit it is compared …
READ_ONLY_VARIABLE = "GLOWWORM_READ_ONLY"  # … and, where it is "1", that nothing may be written

# The command line wins over a person's own Streamlit settings, so what guards the server is said
# here: Streamlit by itself listens on every interface and reports usage.
_OPTIONS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "server.enableAgentApi": "false",
    "server.maxUploadSize": "1",
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "localhost",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "type",
}
_HOSTS = ("localhost", "127.0.0.1")  # a page of another site that points its name here is refused


def command(port: int) -> list[str]:
    """The command line that serves the dashboard on ``port`` of the loopback address."""
    options = _OPTIONS | {"server.port": str(port), "browser.serverPort": str(port)}
    flags = [f"--{name}={value}" for name, value in options.items()]
    hosts = [f"--server.allowedHosts={host}" for host in _HOSTS]
    # -P: nothing is imported from the directory in which the desk happens to be started.
    return [sys.executable, "-P", "-m", "streamlit", "run", str(APP), *flags, *hosts]


def environment(
    directory: Path,
    reviewer: str | None = None,
    *,
    against: Path | None = None,
    read_only: bool = False,
) -> dict[str, str]:
    """This process's environment, with the audit to show, who looks at it, and how.

    The desk asks nobody: an encoder that the audit names is taken from this machine or not at all.
    """
    told = {STORE_VARIABLE: str(directory.resolve())}
    told |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
    if reviewer:
        told[REVIEWER_VARIABLE] = reviewer
    if against is not None:
        told[AGAINST_VARIABLE] = str(against.resolve())
    if read_only:
        told[READ_ONLY_VARIABLE] = "1"
    return os.environ | told


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m dashboard.serve DIR [--port N] …``: what ``glowworm serve`` starts."""
    parser = argparse.ArgumentParser(prog="dashboard.serve", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--reviewer", help="the author of labels given in the dashboard")
    parser.add_argument("--against", type=Path, help="another audit, to compare it with")
    parser.add_argument("--read-only", action="store_true", help="nothing may be written")
    given = parser.parse_args(arguments)
    told = environment(
        given.directory, given.reviewer, against=given.against, read_only=given.read_only
    )
    serve(told, given.port)


def serve(told: dict[str, str], port: int) -> None:
    """Show the audit of an ``environment`` on ``http://localhost:port`` until it is stopped.

    The process becomes Streamlit and does not come back. A directory without a readable audit is
    not refused here: the page says what is wrong with it, as it does when that happens later.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command(port), told)


if __name__ == "__main__":
    main()
