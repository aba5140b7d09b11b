"""The desk as a process of its own, and what it takes of the machine."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from analysis.errors import UsageError

_LAST = 2000
"""Characters of what a desk said on which something failed."""
_START = 60.0
"""Seconds within which it must answer."""
_MB = 1e6


@dataclass(frozen=True)
class Memory:
    """Resident memory of a process in MB; what belongs to it alone, and what it maps of files,
    which the system takes back when others need it."""

    resident: float
    peak: float
    anonymous: float
    of_files: float


@dataclass(frozen=True)
class Server:
    """A desk that answers on ``port`` of the loopback address."""

    port: int
    process: subprocess.Popen[bytes]

    def memory(self) -> Memory:
        """As Linux counts it now."""
        told = {}
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if value.endswith(" kB"):
                told[name] = int(value.split()[0]) * 1024 / _MB
        return Memory(told["VmRSS"], told["VmHWM"], told["RssAnon"], told["RssFile"])

    def processor_seconds(self) -> float:
        """Of all its threads since it began."""
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(directory: Path, *, cores: int) -> Iterator[Server]:
    """The desk on an audit, as ``glowworm serve`` starts it, on the first of the machine's cores.

    Raises:
        UsageError: this is no Linux, or the desk does not come up.
        RuntimeError: a page failed, or the desk broke down; with the last that the desk said.
    """
    if not Path("/proc/self/stat").exists():
        raise UsageError("this bench reads the server's memory from /proc: run it on Linux")
    port = _free_port()
    command = [sys.executable, "-m", "dashboard.serve", str(directory), "--port", str(port)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:cores])
            _wait(port, process)
            yield Server(port, process)
        except (OSError, RuntimeError) as error:
            gone = "" if process.poll() is None else f"; the desk ended with {process.returncode}"
            raise RuntimeError(f"{error}{gone}; its last words: {_end(said)}") from error
        finally:
            process.terminate()
            process.wait()


def _end(said: IO[bytes]) -> str:
    """The last that a process said."""
    said.seek(0)
    return said.read().decode(errors="replace")[-_LAST:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + _START
    while time.monotonic() < last and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise UsageError("the desk does not come up: see what glowworm serve says")
