"""The tables of the first release."""

from alembic import op

from db.schema import Base

revision = "0001"
down_revision = None


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())
