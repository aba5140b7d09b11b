"""A small audit with everything in it, and its bundle."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from analysis.bundle.write import write_bundle
from analysis.progress import Silent
from tests import stores
from tests.evidence_rows import add_evidence
from tests.people_rows import add_people

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOME = "/home/jane doe"


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small store with evidence and people, whose maker's paths stand in it, and pictures."""
    root = tmp_path_factory.mktemp("bundled")
    directory = add_people(add_evidence(stores.build_store(root / "audit")))
    hashes = []
    for i in range(stores.N_IMAGES):
        path = root / "images" / f"c{i % 4}" / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (1000, 500), (20 * i, 0, 0)).save(path)
        hashes.append((hashlib.sha256(path.read_bytes()).hexdigest(), i))
    config = {"images": str(root / "images"), "sae": f"{HOME}/my sae", "text_encoder": "packaged"}
    with closing(sqlite3.connect(directory / "audit.db")) as connection:
        connection.executemany("update image set sha256 = ? where id = ?", hashes)
        connection.execute(
            "update run set config = ?, command = ? where id = 1",
            (json.dumps(config), f"glowworm audit --sae '{HOME}/my sae' --images {root}/images"),
        )
        connection.execute("update stage set reason = ?", (f"{HOME}/my sae is no good",))
        connection.commit()
    return directory


@pytest.fixture(scope="session")
def bundle(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    target = tmp_path_factory.mktemp("made") / "small.glowworm"
    write_bundle(whole, target, images=True, progress=Silent(), created=CREATED)
    yield target
