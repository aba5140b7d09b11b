"""Whether a store is whole: schema, database, rows, files; for ``glowworm doctor``."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, select, text

from db.arrays import flaw_of
from db.engine import reader_engine
from db.errors import StoreError
from db.schema import Artifact

_MOUNTS = Path("/proc/mounts")
_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "afs", "lustre")  # prefixes of their types


def problems(directory: Path) -> list[str]:
    """What is wrong with an audit's store, a sentence each with its fix; empty where it is whole.

    Reads every page of the database and every byte of the arrays.
    """
    found = list(_network_problems(directory))
    try:
        engine = reader_engine(directory)
    except StoreError as error:
        return [*found, str(error)]
    try:
        found += _database_problems(directory, engine)
        found += _file_problems(directory, engine)
    except StoreError as error:
        found.append(str(error))
    finally:
        engine.dispose()
    return found


def missing_files(directory: Path) -> list[str]:
    """Paths, relative to the audit, of the files that are not there whole; by their sizes alone."""
    statement = select(Artifact.path, Artifact.size).order_by(Artifact.path)
    engine = reader_engine(directory)
    try:
        with engine.connect() as connection:
            rows = connection.execute(statement).all()
    finally:
        engine.dispose()
    return [row.path for row in rows if not _is_whole(directory / row.path, row.size)]


def _is_whole(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _database_problems(directory: Path, engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        verdicts = connection.scalars(text("PRAGMA integrity_check(10)")).all()
        if list(verdicts) != ["ok"]:
            first = str(verdicts[0]).replace("\n", " ")
            yield (
                f"{directory} holds a damaged audit.db ({first}); "
                "restore a copy, or audit again into a new directory"
            )
        orphans = Counter(row[0] for row in connection.execute(text("PRAGMA foreign_key_check")))
        for table, number in sorted(orphans.items()):
            yield (
                f"{directory} holds {number} rows of '{table}' that hang on nothing; "
                "restore a copy, or audit again into a new directory"
            )


def _file_problems(directory: Path, engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        artifacts = connection.execute(select(Artifact.__table__).order_by(Artifact.name)).all()
    for artifact in artifacts:
        flaw = flaw_of(directory, artifact._asdict())
        if flaw is not None:
            yield (
                f"{flaw.path} {flaw.what}; glowworm audit --resume makes it again "
                f"(stage '{flaw.stage}')"
            )


def _network_problems(directory: Path) -> Iterator[str]:
    """SQLite's write-ahead log needs memory that is shared, which no network file system has."""
    kind = _file_system(directory.resolve())
    if kind.startswith(_NETWORK):
        yield (
            f"{directory} is on a network file system ({kind}), where reading during an audit "
            "can damage the store; copy it to a local disk"
        )


def _file_system(directory: Path) -> str:
    """Type of the file system a directory is on; empty where the system does not tell."""
    if not _MOUNTS.is_file():
        return ""
    mounts = [line.split() for line in _MOUNTS.read_text(errors="replace").splitlines()]
    holding = [m for m in mounts if directory.is_relative_to(m[1].replace("\\040", " "))]
    return max(holding, key=lambda m: len(m[1]))[2] if holding else ""
