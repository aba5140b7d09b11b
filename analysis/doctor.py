"""What is wrong with an installation or with an audit's directory, in plain sentences."""

import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

from analysis.errors import TextError
from analysis.text.encoder import load_text_encoder
from db.check import problems
from db.errors import GlowwormError
from db.queries.overview import last_run
from db.reader import AuditReader

PACKAGES = ("analysis", "dashboard", "db", "sae")
LIBRARIES = (
    "torch",
    "torchvision",
    "timm",
    "transformers",
    "sentence-transformers",
    "sae-lens",
    "streamlit",
    "sqlalchemy",
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    fine: bool
    text: str


def examine(directory: Path | None) -> list[Finding]:
    """Everything looked at: the installation, and the audit where one is given."""
    findings = [*_python(), *_packages(), *_libraries(), *_encoder()]
    return findings + list(_audit(directory)) if directory is not None else findings


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(sys.version_info >= (3, 11), f"Python {version} (3.11 or newer is needed)")
    yield Finding(True, f"SQLite {sqlite3.sqlite_version}")


def _packages() -> Iterator[Finding]:
    """Our packages have everyday names: another distribution may shadow them."""
    home = Path(__file__).resolve().parents[1]
    owners = metadata.packages_distributions()
    for name in PACKAGES:
        spec = util.find_spec(name)
        place = Path(spec.origin).resolve() if spec and spec.origin else None
        others = sorted(set(owners.get(name, [])) - {"glowworm"})
        if place is None or not place.is_relative_to(home):
            yield Finding(
                False, f"package {name} comes from {place}, not from Glowworm: uninstall its owner"
            )
        elif others:
            yield Finding(
                False, f"package {name} is also installed by {', '.join(others)}: uninstall that"
            )
        else:
            yield Finding(True, f"package {name} is Glowworm's own")


def _libraries() -> Iterator[Finding]:
    for name in LIBRARIES:
        try:
            yield Finding(True, f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding(False, f"{name} is not installed: run `make demo`, or pip install it")
    try:
        from torchvision.ops import nms  # noqa: F401  (fails where torch and torchvision differ)
    except (ImportError, RuntimeError) as error:
        yield Finding(
            False,
            f"torch and torchvision do not match ({str(error).splitlines()[0]}): "
            "install both anew from requirements.lock",
        )


def _encoder() -> Iterator[Finding]:
    try:
        yield Finding(True, f"text encoder {load_text_encoder().name}, weights as released")
    except TextError as error:
        yield Finding(False, str(error))


def _unfinished(directory: Path) -> Iterator[Finding]:
    with AuditReader(directory) as audit:
        run = last_run(audit.engine)
    if run is not None and run.status != "done":
        yield Finding(
            False,
            f"the audit in {directory} is unfinished (its last run is marked {run.status}): "
            "go on with glowworm audit --resume",
        )


def _audit(directory: Path) -> Iterator[Finding]:
    try:
        found = problems(directory)
    except GlowwormError as error:
        found = [str(error)]
    yield from (Finding(False, text) for text in found)
    if not found:
        yield from _unfinished(directory)
        yield Finding(True, f"the audit in {directory} is whole: schema, rows, files and hashes")
