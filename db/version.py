"""Which schema a store has. Reading it needs no Alembic: revisions are numbered 0001, 0002, …"""

from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, inspect, text

from db.errors import SchemaMismatch, StoreDamaged

HEAD = "0006"  # of db/migrations/versions; a test keeps the two together

SchemaState = Literal["current", "older", "newer"]


def revision_of(connection: Connection, directory: Path) -> str:
    """The revision of the store behind ``connection``; StoreDamaged where it holds none."""
    if inspect(connection).has_table("alembic_version"):
        revision = connection.scalar(text("select version_num from alembic_version"))
        if revision is not None:
            return revision
    raise StoreDamaged(
        f"{directory} holds an audit.db that is no audit of Glowworm; give another directory"
    )


def compare_with_head(revision: str) -> SchemaState:
    """How a store's revision stands to the one this Glowworm writes."""
    if revision == HEAD:
        return "current"
    return "older" if revision < HEAD else "newer"


def require_current(connection: Connection, directory: Path) -> None:
    """Raise SchemaMismatch, with the fix, unless the store has this Glowworm's schema."""
    revision = revision_of(connection, directory)
    match compare_with_head(revision):
        case "older":
            raise SchemaMismatch(
                f"{directory} was written by an older Glowworm (schema {revision}, now {HEAD}); "
                f"run: glowworm upgrade {directory}"
            )
        case "newer":
            raise SchemaMismatch(
                f"{directory} was written by a newer Glowworm (schema {revision}, here {HEAD}); "
                "install a newer Glowworm to open it"
            )
        case "current":
            pass
