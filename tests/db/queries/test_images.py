"""Images: the grid, one image, thumbnails."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.queries.images import (
    ImageFilter,
    count_images,
    image,
    image_concepts,
    image_predictions,
    images,
    thumbnails,
)
from db.schema import Image
from db.store import AuditStore
from tests.stores import ERRORS, N_IMAGES, thumbnail


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        (ImageFilter(), list(range(N_IMAGES))),
        (ImageFilter(class_id=1), [1, 5, 9]),
        (ImageFilter(predicted_id=2), [1, 2, 10]),  # image 1 wrongly; 6 is taken for class 3
        (ImageFilter(errors_only=True), list(ERRORS)),
        (ImageFilter(class_id=2, errors_only=True), [6]),
        (ImageFilter(search="C1/"), [1, 5, 9]),
        (ImageFilter(search="_"), []),
    ],
)
def test_filters(full: Engine, filter: ImageFilter, ids: list[int]) -> None:
    assert list(images(full, filter)["image_id"]) == ids
    assert count_images(full, filter) == len(ids)


def test_errors_first(full: Engine) -> None:
    assert list(images(full, errors_first=True, limit=3)["image_id"]) == [1, 6, 0]
    assert list(images(full, ImageFilter(class_id=2), errors_first=True)["image_id"]) == [6, 2, 10]


def test_what_the_grid_says_of_an_error(full: Engine) -> None:
    row = images(full).iloc[1]
    assert (row["class_name"], row["predicted"], row["probability"]) == ("shark", "red crab", 0.7)
    assert not row["correct"]


def test_unlabelled_images_without_predictions_are_shown(tmp_path: Path) -> None:
    with AuditStore.create(tmp_path / "audit") as store:
        run = store.begin_run("test", {}, {}, 0)
        rows = [{"id": 3, "path": "a.png", "sha256": "", "width": 1, "height": 1, "class_id": None}]
        store.finish_stage(run, "images", 0, "h", seconds=0.0, rows={Image: rows})
        frame = images(store.engine, errors_first=True)
        assert frame["class_id"].isna().all() and frame["correct"].isna().all()
        assert frame["predicted"][0] is None
        assert count_images(store.engine, ImageFilter(errors_only=True)) == 0
        found = image(store.engine, 3)
        assert found is not None and found.correct is None and found.class_name is None


def test_one_image(full: Engine) -> None:
    found = image(full, 6)
    assert found is not None
    assert (found.path, found.predicted, found.correct) == ("c2/06.png", "octopus in a cave", False)
    assert image(full, 99) is None
    assert list(image_predictions(full, 6)["class_name"]) == ["octopus in a cave", "jellyfish"]
    assert list(image_concepts(full, 1, "kernel")["concept"]) == ["sharp teeth", "red"]


def test_thumbnails(full: Engine) -> None:
    assert thumbnails(full, [2, 99, 2]) == {2: thumbnail(2)}
    assert len(thumbnails(full, range(2000))) == N_IMAGES
    assert thumbnails(full, []) == {}
