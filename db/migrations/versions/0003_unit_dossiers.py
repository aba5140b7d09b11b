"""What a unit does beside its examples, random examples, channels, and labels by people.

Units of earlier releases stay as they are: what was not measured is null. Tables whose definition
changes are made anew and their rows put back, because SQLite can neither widen a constraint nor
add a column in the middle. Foreign keys are off meanwhile, so what hangs on a unit stays.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def upgrade() -> None:
    """Make four tables anew and add four."""
    connection = op.get_bind()
    for name in ("sae", "unit", "label", "activation"):
        _remake(connection, metadata.tables[name])
    for name in ("unit_fires", "unit_neighbour", "unit_map", "human_label"):
        metadata.tables[name].create(connection)


def _remake(connection: sa.Connection, made: sa.Table) -> None:
    """Put a table in the place of the old one of its name; columns it had not are null."""
    columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns(made.name))
    connection.exec_driver_sql(f"create temp table kept as select * from {made.name}")
    op.drop_table(made.name)
    made.create(connection)
    connection.exec_driver_sql(f"insert into {made.name} ({columns}) select {columns} from kept")
    connection.exec_driver_sql("drop table kept")


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


def number(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


# What the tables below refer to and this revision leaves alone
table("stage", sa.Column("name", sa.String(), primary_key=True))
table("class", sa.Column("id", sa.Integer(), primary_key=True))
table("image", sa.Column("id", sa.Integer(), primary_key=True))
table("concept", sa.Column("id", sa.Integer(), primary_key=True))
table("text_map", sa.Column("name", sa.String(), primary_key=True))

table(
    "sae",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("directory", sa.String(), nullable=False),
    number("n_train", sa.Integer()),
    number("n_held_out", sa.Integer()),
    number("explained_variance", sa.Double()),
    number("l0", sa.Double()),
    number("alive_share", sa.Double()),
    number("top1_agreement", sa.Double()),
    number("logit_kl", sa.Double()),
    number("floor_explained_variance", sa.Double()),
    number("floor_top1_agreement", sa.Double()),
    number("seconds", sa.Double()),
    number("steps_taken", sa.Integer(), nullable=True),
    number("threshold_trained", sa.Double(), nullable=True),
    number("threshold", sa.Double(), nullable=True),
    sa.Column("seeds", sa.JSON()),
)
table(
    "unit",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("kind", sa.String(), one_of("kind", "latent", "neuron", "channel"), nullable=False),
    number("number", sa.Integer()),
    sa.Column("alive", sa.Boolean(), nullable=False),
    number("density", sa.Double()),
    number("mean_activation", sa.Double()),
    number("max_activation", sa.Double()),
    sa.Column("histogram", sa.JSON(), nullable=False),
    number("level", sa.Integer(), nullable=True),
    number("stability", sa.Double(), nullable=True),
    sa.Column("spread", sa.String(), one_of("spread", "shared", "single class")),
    number("effective_classes", sa.Double(), nullable=True),
    sa.UniqueConstraint("kind", "number"),
)
table(
    "label",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("unit_id", "unit.id", index=True),
    parent("text_map", "text_map.name"),
    number("rank", sa.Integer()),
    parent("concept_id", "concept.id", index=True),
    sa.Column("method", sa.String(), nullable=False),
    *(number(name, sa.Double(), nullable=True) for name in ("cosine", "z", "pearson", "auprc")),
    *(number(name, sa.Double(), nullable=True) for name in ("f1", "auc", "floor_pearson")),
    *(number(name, sa.Double(), nullable=True) for name in ("pearson_low", "pearson_high")),
    number("correlation", sa.Double(), nullable=True),
    sa.Column("abstained", sa.Boolean(), nullable=False),
)
table(
    "activation",
    parent("unit_id", "unit.id", primary_key=True),
    sa.Column(
        "stratum", sa.String(), one_of("stratum", "top", "quantile", "random"), primary_key=True
    ),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("image_id", "image.id", index=True),
    number("value", sa.Double()),
)
table(
    "unit_fires",
    parent("unit_id", "unit.id", primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("class_id", "class.id", index=True),
    number("share", sa.Double()),
    number("active", sa.Integer()),
    number("decided", sa.Integer()),
)
table(
    "unit_neighbour",
    parent("unit_id", "unit.id", primary_key=True),
    sa.Column("relation", sa.String(), one_of("relation", "cofiring", "nearest"), primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("other_id", "unit.id", index=True),
    number("value", sa.Double()),
)
table(
    "unit_map",
    parent("unit_id", "unit.id", primary_key=True),
    parent("image_id", "image.id", primary_key=True, index=True),
    parent_stage(),
    number("rows", sa.Integer()),
    number("columns", sa.Integer()),
    number("peak", sa.Double()),
    sa.Column("values", sa.LargeBinary(), nullable=False),
)
table(
    "human_label",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("author", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("number", sa.Integer(), index=True),
    sa.Column("text", sa.String()),
    sa.Column("comment", sa.String(), nullable=False),
    sa.Column("direction", sa.LargeBinary(), nullable=False),
)
