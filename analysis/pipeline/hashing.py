"""Content hashes of what a stage is made from."""

import hashlib
import json
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

HASHED_PACKAGES = ("analysis", "sae")
"""Packages whose code makes numbers."""


def content_hash(value: Any) -> str:
    """sha256 of a JSON value, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path) -> str:
    """sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_version() -> str:
    """Version and a digest of the source, so that changed code never reuses old results."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for package in HASHED_PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return f"{metadata.version('glowworm')}+{digest.hexdigest()[:12]}"
