"""The tables of the first release, as they were then: a copy, so that it never changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

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
    """Make all tables."""
    metadata.create_all(op.get_bind())


def table(name: str, *parts: Any) -> None:
    sa.Table(name, metadata, *parts)


def parent(name: str, column: str, *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    key = sa.ForeignKey(column, ondelete="CASCADE")
    return sa.Column(name, key, nullable=nullable, **options)


def parent_stage() -> sa.Column[Any]:
    return parent("stage_name", "stage.name")


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    allowed = ",".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({allowed})", name=column)


table(
    "run",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("command", sa.String(), nullable=False),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("versions", sa.JSON(), nullable=False),
    sa.Column("seed", sa.Integer(), nullable=False),
    sa.Column("started", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished", sa.DateTime(timezone=True)),
    sa.Column(
        "status",
        sa.String(),
        one_of("status", "running", "done", "failed", "stopped"),
        nullable=False,
    ),
    sa.Column("error", sa.String()),
)
table(
    "stage",
    sa.Column("name", sa.String(), primary_key=True),
    sa.Column("position", sa.Integer(), nullable=False),
    parent("run_id", "run.id"),
    sa.Column("input_hash", sa.String(), nullable=False),
    sa.Column("status", sa.String(), one_of("status", "done", "skipped", "stale"), nullable=False),
    sa.Column("reason", sa.String()),
    sa.Column("notes", sa.JSON(), nullable=False),
    sa.Column("finished", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seconds", sa.Double(), nullable=False),
)
table(
    "artifact",
    sa.Column("name", sa.String(), primary_key=True),
    parent("stage_name", "stage.name", index=True),
    sa.Column("path", sa.String(), nullable=False),
    sa.Column("size", sa.Integer(), nullable=False),
    sa.Column("sha256", sa.String(), nullable=False),
    sa.Column("dtype", sa.String()),
    sa.Column("shape", sa.JSON()),
)
table(
    "measure",
    sa.Column("name", sa.String(), primary_key=True),
    parent_stage(),
    sa.Column("value", sa.Double(), nullable=False),
    sa.Column("floor", sa.Double()),
    sa.Column("n", sa.Integer(), nullable=False),
    sa.Column("what", sa.String(), nullable=False),
)
table(
    "model",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("spec", sa.JSON(), nullable=False),
    sa.Column("weights_sha256", sa.String(), nullable=False),
    sa.Column("feature_dim", sa.Integer(), nullable=False),
    sa.Column("num_classes", sa.Integer(), nullable=False),
    sa.Column("preprocessing", sa.JSON(), nullable=False),
    sa.Column("split_method", sa.String(), nullable=False),
    sa.Column("split_error", sa.Double(), nullable=False),
)
table(
    "class",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("name", sa.String(), nullable=False, index=True),
    sa.Column("folder", sa.String()),
)
table(
    "image",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("path", sa.String(), nullable=False),
    sa.Column("sha256", sa.String(), nullable=False),
    sa.Column("width", sa.Integer(), nullable=False),
    sa.Column("height", sa.Integer(), nullable=False),
    parent("class_id", "class.id", nullable=True),
    sa.Index(None, "class_id"),
)
table(
    "skipped_image",
    sa.Column("path", sa.String(), primary_key=True),
    parent_stage(),
    sa.Column("reason", sa.String(), nullable=False),
)
table(
    "thumbnail",
    parent("image_id", "image.id", primary_key=True),
    parent_stage(),
    sa.Column("jpeg", sa.LargeBinary(), nullable=False),
)
table(
    "prediction",
    parent("image_id", "image.id", primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("class_id", "class.id", index=True),
    sa.Column("logit", sa.Double(), nullable=False),
    sa.Column("probability", sa.Double(), nullable=False),
)
table(
    "concept",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("text", sa.String(), nullable=False, index=True),
)
table(
    "text_map",
    sa.Column("name", sa.String(), primary_key=True),
    parent_stage(),
    sa.Column("shown_first", sa.Boolean(), nullable=False),
    sa.Column("is_floor", sa.Boolean(), nullable=False),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("seconds", sa.Double(), nullable=False),
    sa.Column("held_out_cosine", sa.Double(), nullable=False),
    sa.Column("held_out_top1", sa.Double(), nullable=False),
    sa.Column("held_out_top5", sa.Double(), nullable=False),
    sa.Column("held_out_mrr", sa.Double(), nullable=False),
    sa.Column("image_top1", sa.Double()),
    sa.Column("image_top5", sa.Double()),
)
table(
    "class_concept",
    parent("class_id", "class.id", primary_key=True),
    parent("text_map", "text_map.name", primary_key=True),
    sa.Column("source", sa.String(), one_of("source", "weights", "features"), primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("concept_id", "concept.id", index=True),
    sa.Column("score", sa.Double(), nullable=False),
    sa.Column("z", sa.Double(), nullable=False),
)
table(
    "image_concept",
    parent("image_id", "image.id", primary_key=True),
    parent("text_map", "text_map.name", primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("concept_id", "concept.id", index=True),
    sa.Column("score", sa.Double(), nullable=False),
    sa.Column("z", sa.Double(), nullable=False),
)
table(
    "finding",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("class_id", "class.id", index=True),
    parent("concept_id", "concept.id", index=True),
    parent("text_map", "text_map.name"),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("rank", sa.Integer()),
    sa.Column("name_implied", sa.Boolean(), nullable=False),
    sa.Column(
        "verdict",
        sa.String(),
        one_of("verdict", "candidate", "supported", "correlational", "refuted", "insufficient"),
        nullable=False,
    ),
    sa.Column("score", sa.Double(), nullable=False),
    sa.Column("p", sa.Double(), nullable=False),
    sa.Column("q", sa.Double(), nullable=False),
    sa.Column("score_weights", sa.Double(), nullable=False),
    sa.Column("z_weights", sa.Double(), nullable=False),
    sa.Column("score_features", sa.Double()),
    sa.Column("z_features", sa.Double()),
    sa.Column("z_name", sa.Double(), nullable=False),
    sa.UniqueConstraint("text_map", "class_id", "concept_id"),
)
table(
    "sae",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("directory", sa.String(), nullable=False),
    sa.Column("n_train", sa.Integer(), nullable=False),
    sa.Column("n_held_out", sa.Integer(), nullable=False),
    sa.Column("explained_variance", sa.Double(), nullable=False),
    sa.Column("l0", sa.Double(), nullable=False),
    sa.Column("alive_share", sa.Double(), nullable=False),
    sa.Column("top1_agreement", sa.Double(), nullable=False),
    sa.Column("logit_kl", sa.Double(), nullable=False),
    sa.Column("floor_explained_variance", sa.Double(), nullable=False),
    sa.Column("floor_top1_agreement", sa.Double(), nullable=False),
    sa.Column("seconds", sa.Double(), nullable=False),
)
table(
    "unit",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    sa.Column("kind", sa.String(), one_of("kind", "latent", "neuron"), nullable=False),
    sa.Column("number", sa.Integer(), nullable=False),
    sa.Column("alive", sa.Boolean(), nullable=False),
    sa.Column("density", sa.Double(), nullable=False),
    sa.Column("mean_activation", sa.Double(), nullable=False),
    sa.Column("max_activation", sa.Double(), nullable=False),
    sa.Column("histogram", sa.JSON(), nullable=False),
    sa.UniqueConstraint("kind", "number"),
)
table(
    "unit_class",
    parent("unit_id", "unit.id", primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("class_id", "class.id", index=True),
    sa.Column("effect", sa.Double(), nullable=False),
)
table(
    "label",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("unit_id", "unit.id", index=True),
    parent("text_map", "text_map.name"),
    sa.Column("rank", sa.Integer(), nullable=False),
    parent("concept_id", "concept.id", index=True),
    sa.Column("method", sa.String(), nullable=False),
    sa.Column("cosine", sa.Double(), nullable=False),
    sa.Column("z", sa.Double(), nullable=False),
    sa.Column("pearson", sa.Double()),
    sa.Column("auprc", sa.Double()),
    sa.Column("f1", sa.Double()),
    sa.Column("auc", sa.Double()),
    sa.Column("floor_pearson", sa.Double()),
    sa.Column("abstained", sa.Boolean(), nullable=False),
)
table(
    "activation",
    parent("unit_id", "unit.id", primary_key=True),
    sa.Column("stratum", sa.String(), one_of("stratum", "top", "quantile"), primary_key=True),
    sa.Column("rank", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("image_id", "image.id", index=True),
    sa.Column("value", sa.Double(), nullable=False),
)
table(
    "explanation",
    sa.Column("id", sa.Integer(), primary_key=True),
    parent_stage(),
    parent("image_id", "image.id", index=True),
    parent("class_id", "class.id", index=True),
    sa.Column("method", sa.String(), nullable=False),
    sa.Column("text", sa.String(), nullable=False),
    sa.Column("score", sa.Double(), nullable=False),
    sa.Column("floor", sa.Double()),
    sa.Column("fluency", sa.Double(), nullable=False),
    sa.Column("language_model", sa.String(), nullable=False),
    parent("text_map", "text_map.name"),
    sa.Column("config", sa.JSON(), nullable=False),
    sa.Column("candidates", sa.JSON(), nullable=False),
    sa.Column("seconds", sa.Double(), nullable=False),
)
