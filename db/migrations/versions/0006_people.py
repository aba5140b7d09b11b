"""What people decide, list and look at.

Nothing that is there changes: three tables are added.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

DECISIONS = "decision in ('confirmed','rejected','needs data')"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "review",
        *_who(),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(), nullable=False),
        sa.Column("concept", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), sa.CheckConstraint(DECISIONS, name="decision")),
        sa.Column("comment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_class_id_concept", "review", ["class_id", "concept"])
    op.create_table(
        "list_entry",
        *_who(),
        sa.Column("list_name", sa.String(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        *_subject(),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("direction", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_list_entry"),
    )
    op.create_index("ix_list_entry_list_name", "list_entry", ["list_name"])
    op.create_table(
        "visit",
        *_who(),
        *_subject(),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
    )
    op.create_index("ix_visit_at", "visit", ["at"])


def _who() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
    )


def _subject() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("name", sa.String()),
        sa.Column("concept", sa.String()),
    )
