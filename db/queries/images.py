"""The images page: a grid of images, one image, thumbnails."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Engine, and_, select
from sqlalchemy.orm import aliased

from db.queries.frame import AnySelect, contains, count_rows, page, read_frame, read_one
from db.schema import (
    Class,
    Concept,
    Image,
    ImageConcept,
    Label,
    Prediction,
    TextMap,
    Thumbnail,
)

_THUMBNAILS_AT_ONCE = 500

Best = aliased(Prediction, name="best")
TrueClass = aliased(Class, name="true_class")
PredictedClass = aliased(Class, name="predicted_class")


@dataclass(frozen=True)
class ImageFilter:
    """Which images; a field left at its default lets all through."""

    class_id: int | None = None
    predicted_id: int | None = None
    errors_only: bool = False  # labelled images whose best class is another
    search: str = ""  # in the path
    ids: tuple[int, ...] | None = None  # only these


@dataclass(frozen=True)
class ImageInfo:
    """One image and its decision; class fields are None where it is unlabelled or unpredicted."""

    image_id: int
    path: str
    sha256: str
    width: int
    height: int
    class_id: int | None
    class_name: str | None
    predicted_id: int | None
    predicted: str | None
    probability: float | None
    correct: bool | None


def images(
    engine: Engine,
    filter: ImageFilter = ImageFilter(),
    *,
    errors_first: bool = False,
    limit: int | None = 48,
    offset: int = 0,
) -> pd.DataFrame:
    """Images in the order of the folder, or errors first and the surest of them on top.

    Columns: the fields of ``ImageInfo`` without sha256, width and height; class_id,
    predicted_id and correct are <NA> where they are not known.
    """
    keys = (is_error().desc(), Best.probability.desc(), Image.id) if errors_first else (Image.id,)
    statement = page(
        _matching(filter, _with_decision(_grid_columns())).order_by(*keys), limit, offset
    )
    return read_frame(engine, statement, optional=("class_id", "predicted_id", "correct"))


def count_images(engine: Engine, filter: ImageFilter = ImageFilter()) -> int:
    """How many images match."""
    statement = select(Image.id)
    if filter.errors_only or filter.predicted_id is not None:
        statement = statement.join(Best, is_best())
    return count_rows(engine, _matching(filter, statement))


def image(engine: Engine, image_id: int) -> ImageInfo | None:
    """One image, None where there is none of that id."""
    columns = (*_grid_columns(), Image.sha256, Image.width, Image.height)
    return read_one(engine, ImageInfo, _with_decision(columns).where(Image.id == image_id))


def image_paths(engine: Engine) -> dict[int, str]:
    """All images' paths by id; ids are the rows of the arrays."""
    with engine.connect() as connection:
        rows = connection.execute(select(Image.id, Image.path).order_by(Image.id)).all()
    return {row.id: row.path for row in rows}


def image_predictions(engine: Engine, image_id: int) -> pd.DataFrame:
    """Best classes of an image: rank, class_id, class_name, logit, probability."""
    statement = (
        select(
            Prediction.rank,
            Prediction.class_id,
            Class.name.label("class_name"),
            Prediction.logit,
            Prediction.probability,
        )
        .join(Class, Class.id == Prediction.class_id)
        .where(Prediction.image_id == image_id)
        .order_by(Prediction.rank)
    )
    return read_frame(engine, statement)


def image_concepts(engine: Engine, image_id: int, text_map: str) -> pd.DataFrame:
    """Best concepts of an image by a text map: rank, concept_id, concept, score,
    z, corrected, standout.
    """
    statement = (
        select(
            ImageConcept.rank,
            ImageConcept.concept_id,
            Concept.text.label("concept"),
            ImageConcept.score,
            ImageConcept.z,
            ImageConcept.corrected,
            ImageConcept.standout,
        )
        .join(Concept, Concept.id == ImageConcept.concept_id)
        .where(ImageConcept.image_id == image_id, ImageConcept.text_map == text_map)
        .order_by(ImageConcept.rank)
    )
    return read_frame(engine, statement)


def thumbnails(engine: Engine, image_ids: Sequence[int]) -> dict[int, bytes]:
    """JPEG bytes of the images that have a thumbnail."""
    jpegs: dict[int, bytes] = {}
    with engine.connect() as connection:
        for start in range(0, len(image_ids), _THUMBNAILS_AT_ONCE):
            some = [int(i) for i in image_ids[start : start + _THUMBNAILS_AT_ONCE]]
            rows = connection.execute(
                select(Thumbnail.image_id, Thumbnail.jpeg).where(Thumbnail.image_id.in_(some))
            )
            jpegs.update((row.image_id, row.jpeg) for row in rows)
    return jpegs


def best_label_of(unit_id: Any, text_map: str | None = None) -> ColumnElement[bool]:
    """Join condition: the first label of a unit by a text map, or by the one shown first."""
    shown = select(TextMap.name).where(TextMap.shown_first).limit(1).scalar_subquery()
    by = shown if text_map is None else text_map
    return and_(Label.unit_id == unit_id, Label.rank == 1, Label.text_map == by)


def is_error() -> ColumnElement[bool]:
    """Whether an image's best class is not its own; null where either is not known."""
    return Image.class_id != Best.class_id


def _grid_columns() -> tuple[Any, ...]:
    return (
        Image.id.label("image_id"),
        Image.path,
        Image.class_id,
        TrueClass.name.label("class_name"),
        Best.class_id.label("predicted_id"),
        PredictedClass.name.label("predicted"),
        Best.probability,
        (Image.class_id == Best.class_id).label("correct"),
    )


def is_best() -> ColumnElement[bool]:
    """Join condition: ``Best`` is the first prediction of an image."""
    return and_(Best.image_id == Image.id, Best.rank == 1)


def _with_decision(columns: Sequence[Any]) -> AnySelect:
    return (
        select(*columns)
        .select_from(Image)
        .outerjoin(Best, is_best())
        .outerjoin(TrueClass, TrueClass.id == Image.class_id)
        .outerjoin(PredictedClass, PredictedClass.id == Best.class_id)
    )


def _matching(filter: ImageFilter, statement: AnySelect) -> AnySelect:
    if filter.class_id is not None:
        statement = statement.where(Image.class_id == filter.class_id)
    if filter.predicted_id is not None:
        statement = statement.where(Best.class_id == filter.predicted_id)
    if filter.errors_only:
        statement = statement.where(is_error())
    if filter.search.strip():
        statement = statement.where(contains(filter.search, Image.path))
    if filter.ids is not None:
        statement = statement.where(Image.id.in_(filter.ids))
    return statement
