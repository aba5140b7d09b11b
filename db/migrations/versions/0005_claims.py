"""Explanations of classes too, with claims that were tested.

Explanations of earlier releases stay as they are: each is of an image, none has claims, and what
was not measured is null. The table is made anew and its rows put back, because SQLite cannot take
a "not null" back.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
NEW = ("claim", "claim_unit")


def upgrade() -> None:
    """Make the explanations anew and add two tables."""
    connection = op.get_bind()
    columns = ", ".join(c["name"] for c in sa.inspect(connection).get_columns("explanation"))
    connection.exec_driver_sql("create temp table kept as select * from explanation")
    op.drop_table("explanation")
    metadata.tables["explanation"].create(connection)
    connection.exec_driver_sql(
        f"insert into explanation ({columns}, subject, details) "
        f"select {columns}, 'image', '{{}}' from kept"
    )
    connection.exec_driver_sql("drop table kept")
    for name in NEW:
        metadata.tables[name].create(connection)


def table(name: str, *parts: Any) -> None:
    sa.Table(name, metadata, *parts)


def parent(
    name: str, column: str, *, nullable: bool = False, index: bool = False, key: bool = False
) -> sa.Column[Any]:
    foreign = sa.ForeignKey(column, ondelete="CASCADE")
    return sa.Column(name, foreign, nullable=nullable, index=index, primary_key=key)


def parent_stage() -> sa.Column[Any]:
    return parent("stage_name", "stage.name")


def one_of(name: str, *values: str, nullable: bool = False) -> sa.Column[Any]:
    allowed = ",".join(f"'{value}'" for value in values)
    check = sa.CheckConstraint(f"{name} in ({allowed})", name=name)
    return sa.Column(name, sa.String(), check, nullable=nullable)


def whole(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable, primary_key=key)


def words(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def real(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=False)


def perhaps(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double())


# What the tables below refer to and this revision leaves alone
table("stage", sa.Column("name", sa.String(), primary_key=True))
table("class", sa.Column("id", sa.Integer(), primary_key=True))
table("image", sa.Column("id", sa.Integer(), primary_key=True))
table("text_map", sa.Column("name", sa.String(), primary_key=True))
table("unit", sa.Column("id", sa.Integer(), primary_key=True))

table(
    "explanation",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    one_of("subject", "image", "class"),
    parent("image_id", "image.id", index=True, nullable=True),
    parent("class_id", "class.id", index=True),
    one_of("method", "zero-shot", "texter", "pipeline"),
    words("text"),
    *(perhaps(name) for name in ("score", "floor", "fluency")),
    sa.Column("language_model", sa.String()),
    parent("text_map", "text_map.name"),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("candidates", sa.JSON(), nullable=False),
    real("seconds"),
    one_of("unit_kind", "latent", "neuron", nullable=True),
    sa.Column("judge", sa.String()),
    *(perhaps(name) for name in ("judge_score", "judge_floor")),
    whole("seed", nullable=True),
    sa.Column("details", sa.JSON(), nullable=False),
    sa.Column("ledger", sa.JSON()),
)
table(
    "claim",
    parent("explanation_id", "explanation.id", key=True),
    whole("number", key=True),
    parent_stage(),
    words("text"),
    *(whole(name) for name in ("start", "end")),
    words("meaning"),
    sa.Column("supported", sa.Boolean(), nullable=False),
    words("reason"),
    *(perhaps(name) for name in ("presence", "slope", "projection", "logit_drop")),
    *(perhaps(f"logit_{of}") for of in ("random", "random_high", "mass", "mass_high")),
    *(perhaps(f"probability_{of}") for of in ("drop", "random", "mass")),
)
table(
    "claim_unit",
    whole("explanation_id", key=True),
    whole("number", key=True),
    whole("rank", key=True),
    parent_stage(),
    parent("unit_id", "unit.id", index=True),
    *(real(name) for name in ("activation", "contribution")),
    sa.ForeignKeyConstraint(
        ["explanation_id", "number"],
        ["claim.explanation_id", "claim.number"],
        ondelete="CASCADE",
    ),
)
