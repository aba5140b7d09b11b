"""The report as files."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.errors import UsageError
from analysis.report.content import report_content
from analysis.report.page import pictured, render
from db.check import missing_files
from db.engine import reader_engine
from db.files import write_whole
from db.queries.images import thumbnails

SCHEMA = 1
"""Of the JSON; it grows when a field goes or changes its meaning."""


def write_report(directory: Path, target: Path | None = None, *, json: Path | None = None) -> Path:
    """Write the report of the audit in ``directory``; by default to ``report.html`` in it.

    ``json``: where the same goes as JSON. Files appear whole or not at all. Raises StoreError where
    the store cannot be read, UsageError where a file cannot be written.
    """
    target = directory / "report.html" if target is None else target
    page, data = _reports(directory)
    _write(target, page, "--html")
    if json is not None:
        _write(json, data, "--json")
    return target


def reports(directory: Path) -> tuple[bytes, bytes]:
    """The report as HTML and as JSON; StoreError where the store cannot be read."""
    page, data = _reports(directory)
    return page.encode(), data.encode()


def render_report(directory: Path) -> str:
    """The report as HTML."""
    return _reports(directory)[0]


def content_sha256(content: Any) -> str:
    """sha256 of a report's content: of its JSON in UTF-8 with sorted keys and no spaces."""
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _reports(directory: Path) -> tuple[str, str]:
    """As HTML and as JSON: format, schema, written, sha256 (of content), content."""
    engine = reader_engine(directory)
    try:
        content = report_content(engine)
        content["missing_files"] = missing_files(directory)
        jpegs = thumbnails(engine, pictured(content))
    finally:
        engine.dispose()
    written = datetime.now(UTC).isoformat(timespec="seconds")
    sha256 = content_sha256(content)
    told = {"format": "glowworm report", "schema": SCHEMA, "written": written, "sha256": sha256}
    page = render(content, jpegs, written=written, sha256=sha256)
    data = json.dumps({**told, "content": content}, indent=1, allow_nan=False)
    return page, data + "\n"


def _write(target: Path, text: str, option: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, text.encode())
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written ({error.strerror}): give another file to {option}"
        ) from error
