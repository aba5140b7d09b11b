"""Bundles as a stranger might make them: a good one taken apart, altered and put together again."""

import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

Members = dict[str, bytes]
Manifest = dict[str, Any]


def taken_apart(bundle: Path) -> tuple[Manifest, Members]:
    """The manifest of a bundle and its other members."""
    with zipfile.ZipFile(bundle) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return json.loads(members.pop("manifest.json")), members


def put_together(target: Path, manifest: Manifest, members: Members) -> Path:
    """A zip file of a manifest, as it is, and members; large ones deflated."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("manifest.json", json.dumps(manifest))
        for name, content in members.items():
            packed.writestr(name, content)
    return target


def told(manifest: Manifest, members: Members) -> Manifest:
    """The manifest with the members' true sizes and hashes: the forger does it right."""
    rows = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    ]
    return {**manifest, "members": rows}


def altered(
    bundle: Path, target: Path, change: Callable[[Manifest, Members], None], *, honest: bool = True
) -> Path:
    """A bundle whose parts were changed; ``honest``: its manifest knows of it."""
    manifest, members = taken_apart(bundle)
    change(manifest, members)
    return put_together(target, told(manifest, members) if honest else manifest, members)


def with_sql(bundle: Path, target: Path, *statements: str) -> Path:
    """A bundle on whose database statements were run."""

    def change(manifest: Manifest, members: Members) -> None:
        database = target.with_name("forged.db")
        database.write_bytes(members["audit.db"])
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
        members["audit.db"] = database.read_bytes()

    return altered(bundle, target, change)
