"""The overview's numbers, worked out from ``tests.store_rows``."""

from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy import Engine

from db.queries import overview
from db.queries.overview import Counts
from tests.stores import STAGES


def test_counts(full: Engine) -> None:
    # 4 classes with 3 findings, one of each name-implied; 5 living latents and 4 neurons with
    # 2 labels by each of 2 text maps.
    assert overview.counts(full) == Counts(
        classes=4,
        images=12,
        labelled_images=12,
        skipped_images=1,
        concepts=8,
        findings=12,
        unexpected_findings=8,
        latents=6,
        alive_latents=5,
        neurons=4,
        labels=36,
        explanations=5,
    )


def test_an_empty_store_has_a_run_and_nothing_else(empty: Engine) -> None:
    assert set(vars(overview.counts(empty)).values()) == {0}
    assert overview.model(empty) is None
    assert overview.sae(empty) is None
    run = overview.last_run(empty)
    assert run is not None and (run.status, run.error) == ("stopped", "interrupted")


@pytest.mark.parametrize(
    "query",
    [
        overview.runs,
        overview.stages,
        overview.measures,
        overview.text_maps,
        overview.skipped_images,
    ],
)
def test_empty_frames_have_the_columns_and_types_of_full_ones(
    full: Engine, empty: Engine, query: Callable[[Engine], pd.DataFrame]
) -> None:
    filled, bare = query(full), query(empty)
    assert list(bare.columns) == list(filled.columns)
    assert list(bare.dtypes) == list(filled.dtypes)


def test_model_and_sae(full: Engine) -> None:
    model, sae = overview.model(full), overview.sae(full)
    assert model is not None and (model.name, model.num_classes) == ("tiny", 4)
    assert model.spec == {"name": "tiny"}
    assert sae is not None and sae.config == {"width": 6, "k": 2}


def test_stages_bring_their_notes_and_reasons(full: Engine, weights_only: Engine) -> None:
    stages = overview.stages(full).set_index("name")
    assert tuple(stages.index) == STAGES
    assert stages.loc["images", "notes"] == ["1 file could not be read and was skipped."]
    assert stages.loc["sae", "reason"] is None
    skipped = overview.stages(weights_only).set_index("name")
    assert skipped.loc["sae", "status"] == "skipped"
    assert skipped.loc["sae", "reason"] == "no images were given"


def test_text_maps_are_ordered_for_reading(full: Engine) -> None:
    maps = overview.text_maps(full)
    assert list(maps["name"]) == ["kernel", "mlp", "mean", "random"]
    assert list(maps["is_floor"]) == [False, False, True, True]


def test_measures_bring_floor_and_denominator(full: Engine) -> None:
    (accuracy,) = overview.measures(full).to_dict("records")
    assert accuracy["value"] == pytest.approx(10 / 12)
    assert (accuracy["floor"], accuracy["n"]) == (0.25, 12)


def test_skipped_images_say_why(full: Engine) -> None:
    (skipped,) = overview.skipped_images(full).to_dict("records")
    assert skipped == {"path": "c0/broken.png", "reason": "cut short"}


def test_classes_without_images(full: Engine, weights_only: Engine) -> None:
    assert overview.classes_without_images(full) == 0
    assert overview.classes_without_images(weights_only) == 4
