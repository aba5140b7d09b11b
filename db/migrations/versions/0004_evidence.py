"""Findings with evidence, canaries and repairs.

Findings of earlier releases stay as they are: what was not measured is null. The table is made
anew and its rows put back, because SQLite cannot add a column in the middle of a definition.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NEW = ("evidence", "evidence_image", "canary", "repair")


def upgrade() -> None:
    """Make the findings anew and add four tables."""
    connection = op.get_bind()
    columns = ", ".join(c["name"] for c in sa.inspect(connection).get_columns("finding"))
    connection.exec_driver_sql("create temp table kept as select * from finding")
    op.drop_table("finding")
    metadata.tables["finding"].create(connection)
    connection.exec_driver_sql(f"insert into finding ({columns}) select {columns} from kept")
    connection.exec_driver_sql("drop table kept")
    for name in NEW:
        metadata.tables[name].create(connection)


def table(name: str, *parts: Any) -> None:
    sa.Table(name, metadata, *parts)


def parent(name: str, column: str, **options: Any) -> sa.Column[Any]:
    key = sa.ForeignKey(column, ondelete="CASCADE")
    return sa.Column(name, key, nullable=False, **options)


def parent_stage() -> sa.Column[Any]:
    return parent("stage_name", "stage.name")


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    allowed = ",".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({allowed})", name=column)


def whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def real(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=False)


def perhaps(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double())


# What the tables below refer to and this revision leaves alone
table("stage", sa.Column("name", sa.String(), primary_key=True))
table("class", sa.Column("id", sa.Integer(), primary_key=True))
table("image", sa.Column("id", sa.Integer(), primary_key=True))
table("concept", sa.Column("id", sa.Integer(), primary_key=True))
table("text_map", sa.Column("name", sa.String(), primary_key=True))

VERDICTS = ("candidate", "supported", "correlational", "refuted", "insufficient")
table(
    "finding",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("class_id", "class.id", index=True),
    parent("concept_id", "concept.id", index=True),
    parent("text_map", "text_map.name"),
    whole("position"),
    sa.Column("rank", sa.Integer()),
    sa.Column("name_implied", sa.Boolean(), nullable=False),
    sa.Column("verdict", sa.String(), one_of("verdict", *VERDICTS), nullable=False),
    *(real(name) for name in ("score", "p", "q", "score_weights", "z_weights")),
    *(perhaps(name) for name in ("score_features", "z_features")),
    real("z_name"),
    *(perhaps(name) for name in ("score_latents", "z_latents", "named_share")),
    sa.Column("duplicate_of", sa.Integer()),
    sa.UniqueConstraint("text_map", "class_id", "concept_id"),
)
table(
    "evidence",
    parent("finding_id", "finding.id", primary_key=True),
    sa.Column("line", sa.String(), primary_key=True),
    parent_stage(),
    *(perhaps(name) for name in ("value", "low", "high")),
    *(perhaps(name) for name in ("control", "control_low", "control_high")),
    whole("n"),
    sa.Column("holds", sa.Boolean()),
    sa.Column("detail", sa.JSON(), nullable=False),
)
table(
    "evidence_image",
    parent("finding_id", "finding.id", primary_key=True),
    sa.Column(
        "role", sa.String(), one_of("role", "with", "without", "drawn", "erased"), primary_key=True
    ),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("image_id", "image.id", index=True),
    *(real(name) for name in ("shows", "margin")),
    *(perhaps(name) for name in ("after", "control")),
)
table(
    "canary",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("text_map", sa.String(), nullable=False),
    real("correlation"),
    parent("class_id", "class.id", index=True),
    sa.Column("cue", sa.String()),
    sa.Column("concept", sa.String()),
    sa.Column("rank", sa.Integer()),
    sa.Column("top", sa.String()),
    perhaps("q"),
    sa.Column("verdict", sa.String(), nullable=False),
    *(perhaps(name) for name in ("accuracy_with", "accuracy_without")),
    whole("n_images"),
)
table(
    "repair",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("finding_id", "finding.id", index=True),
    sa.Column("method", sa.String(), nullable=False),
    sa.Column("chosen", sa.Boolean(), nullable=False),
    *(whole(name) for name in ("n_images", "n_with", "n_without")),
    *(real(name) for name in ("accuracy_before", "accuracy_after")),
    *(perhaps(name) for name in ("with_before", "with_after")),
    *(perhaps(name) for name in ("without_before", "without_after")),
    sa.Column("worst", sa.JSON(), nullable=False),
    sa.Column("path", sa.String()),
)
