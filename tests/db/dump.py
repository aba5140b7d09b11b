"""``python -m tests.db.dump > tests/db/fixtures/release-NNNN.sql``: a release's store, as text.

Run it once, on the day a release with a new schema goes out; never again for that release.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.db.dossiers import add_dossiers
from tests.evidence_rows import add_evidence
from tests.people_rows import add_people
from tests.stores import build_store


def restore(dump: Path, directory: Path) -> None:
    """Make a store's database from its text."""
    directory.mkdir()
    with closing(sqlite3.connect(directory / "audit.db")) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        store = add_people(add_evidence(add_dossiers(build_store(Path(folder) / "audit"))))
        with closing(sqlite3.connect(store / "audit.db")) as made:
            sys.stdout.writelines(f"{line}\n" for line in made.iterdump())
