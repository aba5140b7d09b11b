"""What two audits are compared by."""

import pytest
from sqlalchemy import Engine

from db.queries.compare import decisions, latent_labels


def test_every_decided_image_by_its_file(full: Engine, weights_only: Engine) -> None:
    found = decisions(full)
    assert list(found["image_id"]) == list(range(12))
    assert found["sha256"][3] == f"{3:064x}"
    assert list(found["predicted_id"][:3]) == [0, 2, 2]  # image 1 is taken for class 2
    assert list(found["class_id"][:3]) == [0, 1, 2]
    assert found["probability"][0] == pytest.approx(0.7)
    assert decisions(weights_only).empty


def test_labels_of_living_latents_that_clear_their_floors(full: Engine) -> None:
    """Latent 2 abstains, latent 5 is dead; all are equally sure."""
    found = latent_labels(full)
    assert list(found["label"]) == ["glowing", "sharp teeth", "cave", "striped"]
    assert list(found["number"]) == [0, 1, 3, 4]
    assert set(found["latents"]) == {1}
