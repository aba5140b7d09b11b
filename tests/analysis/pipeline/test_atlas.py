"""The map's stage on the small audit: what is on the map, and that it is what was audited."""

from pathlib import Path

import numpy as np
import pytest

from analysis.atlas import KINDS
from analysis.atlas.layout import laid_out
from analysis.atlas.neighbours import centred, neighbours
from analysis.pipeline.again import add_to_audit, reopened
from analysis.pipeline.stages import atlas
from db.queries.overview import last_run, measures
from db.reader import AuditReader
from tests.analysis import small
from tests.analysis.conftest import SmallAudit


def map_of(directory: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Positions, and for each kind its points (id, class)."""
    with AuditReader(directory) as audit:
        positions = np.asarray(audit.array("atlas.positions"))
        points = np.asarray(audit.array("atlas.points"))
    return positions, {kind: points[points[:, 0] == i, 1:] for i, kind in enumerate(KINDS)}


def test_all_kinds_are_on_the_map(small_audit: SmallAudit) -> None:
    positions, points = map_of(small_audit.directory)
    assert positions.shape == (sum(map(len, points.values())), 2)
    assert np.isfinite(positions).all()
    assert points["class"].tolist() == [[i, i] for i in range(192)]
    assert points["image"][:, 0].tolist() == list(range(small.N_IMAGES))
    assert 0 < len(points["latent"]) <= 8
    assert 0 < len(points["concept"]) <= len(small.CONCEPTS)


def test_points_know_their_class(small_audit: SmallAudit) -> None:
    _, points = map_of(small_audit.directory)
    with AuditReader(small_audit.directory) as audit:
        features, weights, bias, effects = (
            np.asarray(audit.array(name))
            for name in ("features", "class_embeddings", "bias", "unit_effects.latent")
        )
    logits = features @ weights.T + bias
    assert points["image"][:, 1].tolist() == logits.argmax(1).tolist()
    numbers, pushed = points["latent"].T
    assert pushed.tolist() == effects[numbers].argmax(1).tolist()


def test_images_lie_beside_their_class(small_audit: SmallAudit) -> None:
    with AuditReader(small_audit.directory) as audit:
        frame = measures(audit.engine).set_index("name")
    found = frame.loc["map: images beside their class"]
    assert found["stage"] == "atlas"
    assert found["n"] == small.N_IMAGES
    assert found["value"] > 0.5 > found["floor"]


def test_weights_alone_have_a_map_of_classes_and_texts(weights_only: SmallAudit) -> None:
    _, points = map_of(weights_only.directory)
    assert len(points["class"]) == 192
    assert len(points["concept"]) > 0
    assert len(points["image"]) == len(points["latent"]) == 0


def test_a_map_is_added_to_an_audit_and_capped(
    audit_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atlas, "MOST", {"latent": 2, "image": 12, "concept": 3})
    recorder = small.Recorder()
    with reopened(audit_copy, progress=recorder) as context:
        add_to_audit(context, atlas.ATLAS, "glowworm map")
    _, points = map_of(audit_copy)
    assert [len(points[kind]) for kind in KINDS] == [192, 2, 12, 3]
    with AuditReader(audit_copy) as audit:
        labels = np.asarray(audit.array("labels"))
        run = last_run(audit.engine)
    # Six classes with nine images, and three images without a class that are taken for others.
    assert np.bincount(labels[points["image"][:, 0]] + 1)[1:].max() <= 2
    assert run is not None and run.command == "glowworm audit"
    assert any("12 of 57 images" in said for said in recorder.said)


def test_the_same_seed_lays_out_the_same_map() -> None:
    rows = centred(np.random.default_rng(0).standard_normal((60, 8)).astype(np.float32))
    near = neighbours([rows], count=5, seed=0)
    first, second = (laid_out(near, rows, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first.mean(0), 0, atol=1e-4)
