"""The tables of an audit's store (design §5). Types are portable; SQLite is only the default.

Every row of a result hangs on the stage that made it: when the stage is done again, its rows go
and the new ones come in one transaction. Ids of classes, images, concepts and units are given by
the writer (they are row numbers of the arrays beside the store), not by the database.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

DECISIONS = ("confirmed", "rejected", "needs data")
"""What a person may say of a finding."""
UNIT_KINDS = ("latent", "neuron", "channel")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. SQLite keeps no time zone: all go in as UTC and come out as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Declarative base; constraints are named, as Alembic's batch mode needs."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (read by SQLAlchemy at class creation)
        dict[str, Any]: JSON,
        list[Any]: JSON(none_as_null=True),
        datetime: UtcDateTime(),
    }


def _parent(column: str, *, index: bool = False, primary_key: bool = False) -> Any:
    """A foreign key whose row goes with its parent."""
    return mapped_column(
        ForeignKey(column, ondelete="CASCADE"), index=index, primary_key=primary_key
    )


def _one_of(name: str, allowed: tuple[str, ...]) -> CheckConstraint:
    """That a column holds one of these words."""
    return CheckConstraint(f"{name} in ({','.join(map(repr, allowed))})", name=name)


class Run(Base):
    """One call of a command that wrote into the store."""

    __tablename__ = "run"
    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str]
    config: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]  # of Glowworm, Python and the libraries that make numbers
    seed: Mapped[int]
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(
        CheckConstraint("status in ('running','done','failed','stopped')", name="status")
    )
    error: Mapped[str | None]


class Stage(Base):
    """One step of the audit: what it was made from, and how it went."""

    __tablename__ = "stage"
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    run_id: Mapped[int] = _parent("run.id")
    input_hash: Mapped[str]  # sha256 over configuration, code version and the inputs' hashes
    status: Mapped[str] = mapped_column(
        CheckConstraint("status in ('done','skipped','stale')", name="status")
    )
    reason: Mapped[str | None]  # why it was skipped or what made it stale
    notes: Mapped[list[Any]]  # warnings and fallbacks, one sentence each, shown to the auditor
    finished: Mapped[datetime]
    seconds: Mapped[float]


class Artifact(Base):
    """A file beside the store: an array, ``arrays/<name>.<hash>.npy``, or one a library wrote."""

    __tablename__ = "artifact"
    name: Mapped[str] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name", index=True)
    path: Mapped[str]  # relative to the audit's directory
    size: Mapped[int]  # in bytes
    sha256: Mapped[str]
    dtype: Mapped[str | None]  # null where the file is no array
    shape: Mapped[list[Any] | None]


class Measure(Base):
    """A single number about the whole audit, with its floor and its denominator."""

    __tablename__ = "measure"
    name: Mapped[str] = mapped_column(primary_key=True)  # "accuracy", "planted found at rank 1"
    stage_name: Mapped[str] = _parent("stage.name")
    value: Mapped[float]
    floor: Mapped[float | None]  # what chance or a random baseline gives
    n: Mapped[int]  # the denominator
    what: Mapped[str]  # one sentence that says what was measured


class Model(Base):
    """The classifier under audit (one row) and the words' encoder it is read with."""

    __tablename__ = "model"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    name: Mapped[str]
    spec: Mapped[dict[str, Any]]
    weights_sha256: Mapped[str]
    feature_dim: Mapped[int]
    num_classes: Mapped[int]
    preprocessing: Mapped[dict[str, Any]]
    split_method: Mapped[str]
    split_error: Mapped[float]  # largest |f·W + b - logits| on the probe batch


class Class(Base):
    """A class, in the order of the classifier's outputs."""

    __tablename__ = "class"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    name: Mapped[str] = mapped_column(index=True)
    folder: Mapped[str | None]  # the id by which an image folder is matched


class Image(Base):
    """An image that could be read."""

    __tablename__ = "image"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    path: Mapped[str]  # relative to the images' directory
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("class.id", ondelete="CASCADE"))
    __table_args__ = (Index(None, "class_id"),)


class SkippedImage(Base):
    """A file that could not be read as an image, and why."""

    __tablename__ = "skipped_image"
    path: Mapped[str] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    reason: Mapped[str]


class Thumbnail(Base):
    """A small JPEG, in a table of its own so that scans of images stay narrow."""

    __tablename__ = "thumbnail"
    image_id: Mapped[int] = _parent("image.id", primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)


class Prediction(Base):
    """One of the best classes of an image."""

    __tablename__ = "prediction"
    image_id: Mapped[int] = _parent("image.id", primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    class_id: Mapped[int] = _parent("class.id", index=True)
    logit: Mapped[float]
    probability: Mapped[float]


class Concept(Base):
    """A text of the vocabulary, encoded as it stands."""

    __tablename__ = "concept"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    text: Mapped[str] = mapped_column(index=True)
    # Null in a store that was made before these were measured.
    nearest_class_id: Mapped[int | None]  # whose name reads nearest
    nearest_name: Mapped[float | None]  # cosine of the two texts
    out_of_hull: Mapped[bool | None]  # farther from every name than names are from each other


class TextMap(Base):
    """A map from text embeddings into the classifier's weight space, with its held-out scores."""

    __tablename__ = "text_map"
    name: Mapped[str] = mapped_column(primary_key=True)  # mlp, kernel, stacked, mean, random, …
    stage_name: Mapped[str] = _parent("stage.name")
    shown_first: Mapped[bool]  # the one held-out classes favour
    is_floor: Mapped[bool]
    config: Mapped[dict[str, Any]]
    seconds: Mapped[float]  # to fit on all classes
    held_out_cosine: Mapped[float]  # mean over classes of cos(w_c, map that never saw c)
    held_out_top1: Mapped[float]  # w_c finds its own regressed embedding among all classes'
    held_out_top5: Mapped[float]
    held_out_mrr: Mapped[float]
    image_top1: Mapped[float | None]  # images of held-out classes, generalized (paper §4.1)
    image_top5: Mapped[float | None]
    kept: Mapped[bool]  # its concepts, findings and labels are in the store; else only scores


class ClassConcept(Base):
    """One of the best concepts of a class; the full matrices are arrays beside the store."""

    __tablename__ = "class_concept"
    class_id: Mapped[int] = _parent("class.id", primary_key=True)
    text_map: Mapped[str] = _parent("text_map.name", primary_key=True)
    source: Mapped[str] = mapped_column(
        CheckConstraint("source in ('weights','features')", name="source"), primary_key=True
    )
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    concept_id: Mapped[int] = _parent("concept.id", index=True)
    score: Mapped[float]  # cosine
    z: Mapped[float]  # against random directions: among the concept's scores over all classes
    # Null in a store of the first release, which ranked by z.
    corrected: Mapped[float | None]  # less half of the concept's hubness; ranks go by it
    standout: Mapped[float | None]  # against the vocabulary: among the class's scores


class ImageConcept(Base):
    """One of the best concepts of an image (§4.3)."""

    __tablename__ = "image_concept"
    image_id: Mapped[int] = _parent("image.id", primary_key=True)
    text_map: Mapped[str] = _parent("text_map.name", primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    concept_id: Mapped[int] = _parent("concept.id", index=True)
    score: Mapped[float]
    z: Mapped[float]
    corrected: Mapped[float | None]
    standout: Mapped[float | None]


class Finding(Base):
    """A (class, concept) pair that the classifier holds; the best of each class are kept."""

    __tablename__ = "finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    class_id: Mapped[int] = _parent("class.id", index=True)
    concept_id: Mapped[int] = _parent("concept.id", index=True)
    text_map: Mapped[str] = _parent("text_map.name")
    position: Mapped[int]  # within the class, best first, from 1
    rank: Mapped[int | None]  # among unexpected concepts only; null where name-implied
    name_implied: Mapped[bool]
    verdict: Mapped[str] = mapped_column(
        CheckConstraint(
            "verdict in ('candidate','supported','correlational','refuted','insufficient')",
            name="verdict",
        )
    )
    score: Mapped[float]  # combined z by which findings are ranked
    p: Mapped[float]
    q: Mapped[float]  # Benjamini-Hochberg over all pairs tested
    score_weights: Mapped[float]
    z_weights: Mapped[float]
    score_features: Mapped[float | None]
    z_features: Mapped[float | None]
    z_name: Mapped[float]  # what the name alone implies, by a map that never saw the class
    # Null in a store that was made before these were measured, and where they cannot be.
    score_latents: Mapped[float | None]  # by the latents that carry the class's logit
    z_latents: Mapped[float | None]
    named_share: Mapped[float | None]  # of the class's logit, carried by latents so named
    duplicate_of: Mapped[int | None]  # the better finding of this class that says the same
    __table_args__ = (UniqueConstraint("text_map", "class_id", "concept_id"),)


class Evidence(Base):
    """One line of a finding's card: what was measured, beside its matched random control."""

    __tablename__ = "evidence"
    finding_id: Mapped[int] = _parent("finding.id", primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)  # see analysis.shortcuts.evidence
    stage_name: Mapped[str] = _parent("stage.name")
    value: Mapped[float | None]  # null where it could not be measured
    low: Mapped[float | None]  # 95 % interval
    high: Mapped[float | None]
    control: Mapped[float | None]  # the same with what was matched at random
    control_low: Mapped[float | None]
    control_high: Mapped[float | None]
    n: Mapped[int]  # images (or pairs) behind the value
    holds: Mapped[bool | None]  # beyond its control; null where it could not be tested
    detail: Mapped[dict[str, Any]]  # what else belongs to it, such as the latents that were masked


class EvidenceImage(Base):
    """An image on a finding's card, and what the classifier makes of it."""

    __tablename__ = "evidence_image"
    finding_id: Mapped[int] = _parent("finding.id", primary_key=True)
    role: Mapped[str] = mapped_column(
        CheckConstraint("role in ('with','without','drawn','erased')", name="role"),
        primary_key=True,
    )
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1; with and without are pairs
    stage_name: Mapped[str] = _parent("stage.name")
    image_id: Mapped[int] = _parent("image.id", index=True)
    shows: Mapped[float]  # how much of the concept the classifier sees in it
    margin: Mapped[float]  # logit of the finding's class less the best other one
    after: Mapped[float | None]  # the margin once the concept is taken out of the image …
    control: Mapped[float | None]  # … and once as large a region elsewhere is


class Canary(Base):
    """A cue that was planted into a copy of the user's images, or a clean twin, and whether the
    audit of a head refitted on them found it."""

    __tablename__ = "canary"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    text_map: Mapped[str]  # 'own': fitted on the refitted head; 'backbone': on the audited one's
    correlation: Mapped[float]  # share of the class's images that carry the cue
    class_id: Mapped[int] = _parent("class.id", index=True)
    cue: Mapped[str | None]  # null: a clean twin
    concept: Mapped[str | None]  # the words by which the cue is to be found
    rank: Mapped[int | None]  # of those words among unexpected concepts; null where not at all
    top: Mapped[str | None]  # what comes first
    q: Mapped[float | None]
    verdict: Mapped[str]  # of the cue's finding; of a clean twin's strongest one
    accuracy_with: Mapped[float | None]  # of the class by the refitted head, cue shown …
    accuracy_without: Mapped[float | None]  # … and withheld
    n_images: Mapped[int]


class Repair(Base):
    """One way in which the head was edited against a finding, before and after."""

    __tablename__ = "repair"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    finding_id: Mapped[int] = _parent("finding.id", index=True)
    method: Mapped[str]  # see analysis.shortcuts.repair
    chosen: Mapped[bool]  # the one that is exported
    n_images: Mapped[int]  # on which accuracy was measured; no edit was fitted on them
    n_with: Mapped[int]
    n_without: Mapped[int]
    accuracy_before: Mapped[float]  # over all classes
    accuracy_after: Mapped[float]
    with_before: Mapped[float | None]  # the class's images that show the concept …
    with_after: Mapped[float | None]
    without_before: Mapped[float | None]  # … and those that do not
    without_after: Mapped[float | None]
    worst: Mapped[list[Any]]  # classes that lose most: [{"class", "before", "after", "n"}, …]
    path: Mapped[str | None]  # of the edited head, relative to the audit


class SparseAutoencoder(Base):
    """The sparse autoencoder of this audit (one row), scored on held-out images."""

    __tablename__ = "sae"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    config: Mapped[dict[str, Any]]
    directory: Mapped[str]  # relative; sae-lens's own format
    n_train: Mapped[int]
    n_held_out: Mapped[int]
    explained_variance: Mapped[float]  # about the mean
    l0: Mapped[float]
    alive_share: Mapped[float]
    top1_agreement: Mapped[float]  # decision kept when the reconstruction replaces the feature
    logit_kl: Mapped[float]
    floor_explained_variance: Mapped[float]  # the same for a random-direction autoencoder
    floor_top1_agreement: Mapped[float]
    seconds: Mapped[float]
    # Null in a store that was made before these were measured.
    steps_taken: Mapped[int | None]  # an early stop takes fewer than the configuration allows
    threshold_trained: Mapped[float | None]  # the one threshold of BatchTopK and Matryoshka …
    threshold: Mapped[float | None]  # … and the same set anew on validation images
    # The same training with other seeds: [{"seed", "explained_variance", "l0", "alive_share",
    # "top1_agreement", "logit_kl", "stability"}, …], the stored one first
    seeds: Mapped[list[Any] | None]


class Unit(Base):
    """A latent of the autoencoder, a neuron (a dimension of the feature) or a channel of the
    classifier's last stage where those are not the neurons."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    kind: Mapped[str] = mapped_column(
        CheckConstraint("kind in ('latent','neuron','channel')", name="kind")
    )
    number: Mapped[int]  # its index within its kind
    alive: Mapped[bool]
    density: Mapped[float]  # share of images on which it is active
    mean_activation: Mapped[float]
    max_activation: Mapped[float]
    histogram: Mapped[dict[str, Any]]  # {"edges": [...], "counts": [...]} over active images
    # Null in a store that was made before these were measured, and where they cannot be.
    level: Mapped[int | None]  # of a Matryoshka autoencoder, from 0, the narrowest
    stability: Mapped[float | None]  # mean cosine with its match in autoencoders of other seeds
    spread: Mapped[str | None] = mapped_column(
        CheckConstraint("spread in ('shared','single class')", name="spread")
    )
    effective_classes: Mapped[float | None]  # exp of the entropy of its activation over decisions
    __table_args__ = (UniqueConstraint("kind", "number"),)


class UnitClass(Base):
    """The classes whose logit a unit moves most; effects on all classes are an array,
    ``unit_effects.<kind>`` (units, classes). Channels have none: they enter the head unmixed."""

    __tablename__ = "unit_class"
    unit_id: Mapped[int] = _parent("unit.id", primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1, by |effect|
    stage_name: Mapped[str] = _parent("stage.name")
    class_id: Mapped[int] = _parent("class.id", index=True)
    effect: Mapped[float]


class UnitFires(Base):
    """The decisions (predicted classes) under which a unit is active, the most activation first."""

    __tablename__ = "unit_fires"
    unit_id: Mapped[int] = _parent("unit.id", primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    class_id: Mapped[int] = _parent("class.id", index=True)
    share: Mapped[float]  # of the unit's whole activation that falls on images so decided
    active: Mapped[int]  # images so decided on which it is active …
    decided: Mapped[int]  # … of so many


class UnitNeighbour(Base):
    """Another unit of the same kind that goes with a unit."""

    __tablename__ = "unit_neighbour"
    unit_id: Mapped[int] = _parent("unit.id", primary_key=True)
    relation: Mapped[str] = mapped_column(
        CheckConstraint("relation in ('cofiring','nearest')", name="relation"), primary_key=True
    )
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    other_id: Mapped[int] = _parent("unit.id", index=True)
    value: Mapped[float]  # cofiring: phi coefficient of being active; nearest: cosine of directions


class UnitMap(Base):
    """Where in an image a unit is active: its heat-map over the classifier's positions."""

    __tablename__ = "unit_map"
    unit_id: Mapped[int] = _parent("unit.id", primary_key=True)
    image_id: Mapped[int] = _parent("image.id", primary_key=True, index=True)
    stage_name: Mapped[str] = _parent("stage.name")
    rows: Mapped[int]
    columns: Mapped[int]
    peak: Mapped[float]  # activation that 255 stands for; 0 stands for none
    values: Mapped[bytes] = mapped_column(LargeBinary)  # rows · columns bytes, row after row


class HumanLabel(Base):
    """A label that a person gave a unit, or took back. Rows are only ever added: the newest one
    of a unit holds, the others are its history. They hang on no stage and survive new audits."""

    __tablename__ = "human_label"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    author: Mapped[str]
    kind: Mapped[str]
    number: Mapped[int | None] = mapped_column(index=True)  # null: no unit of today matches it
    text: Mapped[str | None]  # null: the label was taken back
    comment: Mapped[str]
    # float32, of unit length: by it the label finds its unit again when units are made anew
    direction: Mapped[bytes] = mapped_column(LargeBinary)


class Review(Base):
    """A person's verdict on a finding, or its being taken back. Rows are only ever added: the
    newest of an author holds. By class and concept, so that it stands beside the same finding of
    every text map and of every later run."""

    __tablename__ = "review"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    author: Mapped[str]
    class_id: Mapped[int]
    class_name: Mapped[str]  # as it was then
    concept: Mapped[str]
    decision: Mapped[str | None] = mapped_column(_one_of("decision", DECISIONS))
    comment: Mapped[str]
    __table_args__ = (Index(None, "class_id", "concept"),)


class ListEntry(Base):
    """Something that a person put into a list, or took out. Rows are only ever added: the newest
    of a list and a subject holds. What number, name and concept are: ``db.human.subjects``."""

    __tablename__ = "list_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    author: Mapped[str]
    list_name: Mapped[str] = mapped_column(index=True)
    kept: Mapped[bool]
    kind: Mapped[str]
    number: Mapped[int | None]  # null: no unit of today matches it
    name: Mapped[str | None]
    concept: Mapped[str | None]
    comment: Mapped[str]
    # Of a unit, float32, of unit length: by it the entry finds its unit again
    direction: Mapped[bytes | None] = mapped_column(LargeBinary)


class Visit(Base):
    """Somebody looked at a finding, a class, a unit or an image: ``db.human.subjects``."""

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    author: Mapped[str]
    kind: Mapped[str]
    number: Mapped[int | None]
    name: Mapped[str | None]
    concept: Mapped[str | None]


class Label(Base):
    """A candidate text for a unit, with its scores on held-out images and their floor."""

    __tablename__ = "label"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    unit_id: Mapped[int] = _parent("unit.id", index=True)
    text_map: Mapped[str] = _parent("text_map.name")
    rank: Mapped[int]  # from 1, within unit and text map
    concept_id: Mapped[int] = _parent("concept.id", index=True)
    method: Mapped[str]  # "direction", "pattern", or "both"
    cosine: Mapped[float | None]  # of the unit's direction with û(t); null where it has none
    z: Mapped[float | None]
    pearson: Mapped[float | None]
    auprc: Mapped[float | None]
    f1: Mapped[float | None]
    auc: Mapped[float | None]
    floor_pearson: Mapped[float | None]  # 95th percentile over random labels
    # Null in a store that was made before these were measured.
    pearson_low: Mapped[float | None]  # 95 % bootstrap interval over the held-out images
    pearson_high: Mapped[float | None]
    correlation: Mapped[float | None]  # of activation and concept score on the training images
    abstained: Mapped[bool]  # the label does not clear the floor


class Activation(Base):
    """An example image of a unit: the strongest, a sample over the quantiles of its activation,
    and images drawn at random, on most of which it is not active."""

    __tablename__ = "activation"
    unit_id: Mapped[int] = _parent("unit.id", primary_key=True)
    stratum: Mapped[str] = mapped_column(
        CheckConstraint("stratum in ('top','quantile','random')", name="stratum"), primary_key=True
    )
    # From 1, strongest first; random ones in the order in which they were drawn
    rank: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    image_id: Mapped[int] = _parent("image.id", index=True)
    value: Mapped[float]


class Explanation(Base):
    """What a method says of one decision or of a class, with its score, its floor and what came of
    testing it."""

    __tablename__ = "explanation"
    id: Mapped[int] = mapped_column(primary_key=True)
    stage_name: Mapped[str] = _parent("stage.name")
    subject: Mapped[str] = mapped_column(
        CheckConstraint("subject in ('image','class')", name="subject"), default="image"
    )
    image_id: Mapped[int | None] = _parent("image.id", index=True)  # null: the class as a whole
    class_id: Mapped[int] = _parent("class.id", index=True)  # the decision that is explained
    method: Mapped[str] = mapped_column(
        CheckConstraint("method in ('zero-shot','texter','pipeline')", name="method")
    )
    text: Mapped[str]
    score: Mapped[float | None]  # cos(f, û(text)), the objective of the search
    # 95th percentile of the same score over sentences for other images; None where there are none
    floor: Mapped[float | None]
    fluency: Mapped[float | None]  # mean log-likelihood per token under the bare language model
    language_model: Mapped[str | None]  # null where words were joined without one
    text_map: Mapped[str] = _parent("text_map.name")
    config: Mapped[dict[str, Any]]
    candidates: Mapped[list[Any]]  # the other iterations' sentences and scores
    seconds: Mapped[float]
    # Null in a store that was made before these were measured, and where they cannot be.
    unit_kind: Mapped[str | None] = mapped_column(
        CheckConstraint("unit_kind in ('latent','neuron')", name="unit_kind")
    )
    judge: Mapped[str | None]  # a second criterion, which did not steer the search
    judge_score: Mapped[float | None]
    judge_floor: Mapped[float | None]
    seed: Mapped[int | None]
    # What the method keeps besides: its representation of the meaning, units, retrieved texts
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What all claims together come to: {"probability", "logit", "share", "claims": [{"odds_drop",
    # "odds_random"}, …] in their order, "masked": [{"units", "count", "logit_drop",
    # "probability_drop"}, …], "deletion" and "insertion": {"steps", "cited", "random"},
    # "deletion_area" and "insertion_area": {"cited", "random"}}
    ledger: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Claim(Base):
    """A phrase of an explanation that claims something, and how it stood up to its tests.

    Numbers are null where the subject, or the claim's having no units, leaves nothing to measure.
    """

    __tablename__ = "claim"
    explanation_id: Mapped[int] = _parent("explanation.id", primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1, in the order of the text
    stage_name: Mapped[str] = _parent("stage.name")
    text: Mapped[str]
    start: Mapped[int]  # the phrase is text[start:end] of the explanation's text
    end: Mapped[int]
    meaning: Mapped[str]  # the words that the text map was given
    supported: Mapped[bool]
    reason: Mapped[str]  # why it is struck out; empty where it is supported
    presence: Mapped[float | None]  # projection of the image, in z among the audit's images
    slope: Mapped[
        float | None
    ]  # of log p along its direction, mean over the way from the mean image
    projection: Mapped[float | None]  # of the image on the claim's direction
    # The fall when the claim's units are masked, when as many random active ones are (mean and
    # 95th percentile), and when random ones of the same whole activation are
    logit_drop: Mapped[float | None]
    logit_random: Mapped[float | None]
    logit_random_high: Mapped[float | None]
    logit_mass: Mapped[float | None]
    logit_mass_high: Mapped[float | None]
    probability_drop: Mapped[float | None]
    probability_random: Mapped[float | None]
    probability_mass: Mapped[float | None]


class ClaimUnit(Base):
    """A unit that a claim is tied to."""

    __tablename__ = "claim_unit"
    explanation_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # of the claim
    rank: Mapped[int] = mapped_column(primary_key=True)  # from 1
    stage_name: Mapped[str] = _parent("stage.name")
    unit_id: Mapped[int] = _parent("unit.id", index=True)
    activation: Mapped[float]
    contribution: Mapped[float]  # to the logit of the class
    __table_args__ = (
        ForeignKeyConstraint(
            ["explanation_id", "number"],
            ["claim.explanation_id", "claim.number"],
            ondelete="CASCADE",
        ),
    )
