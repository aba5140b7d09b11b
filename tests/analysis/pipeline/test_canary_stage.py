"""The canary certificate of a small audit: rows, measures, and what stays as it was."""

import hashlib
from pathlib import Path

import pytest

from analysis.canary import certificate as canary_trials
from analysis.canary import planting
from analysis.canary.cues import CUES
from analysis.errors import InputError
from analysis.pipeline.again import add_to_audit, reopened
from analysis.pipeline.stages.canary import CANARY
from analysis.progress import Silent
from db.queries.canary import certificate, clean_twins, planted_cues
from db.queries.export import findings_records
from db.queries.overview import stages
from db.reader import AuditReader
from tests.analysis import small
from tests.analysis.conftest import SmallAudit


def certify(directory: Path) -> None:
    with reopened(directory, progress=Silent()) as context:
        add_to_audit(context, CANARY, "glowworm canary")


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six classes of nine images are all that the small audit has. Latents take seconds."""
    monkeypatch.setattr(canary_trials, "_latents", lambda *_, **__: None)
    monkeypatch.setattr(planting, "LEAST_IMAGES", small.PER_CLASS)
    monkeypatch.setattr(planting, "LEAST_CLASSES", 6)
    monkeypatch.setattr(planting, "LARGEST_SHARE", 0.5)
    small.hurry(monkeypatch)


def digests(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.usefixtures("few_are_enough")
def test_a_certificate_and_nothing_else_is_added(audit_copy: Path, small_audit: SmallAudit) -> None:
    images = digests(small_audit.world)
    with AuditReader(audit_copy) as audit:
        before = findings_records(audit.engine)
    certify(audit_copy)
    certify(audit_copy)  # what it wrote before is replaced
    with AuditReader(audit_copy) as audit:
        planted, clean = planted_cues(audit.engine), clean_twins(audit.engine)
        measured = certificate(audit.engine).set_index("name")
        assert findings_records(audit.engine) == before
        known = stages(audit.engine).set_index("name")
    # Three of six classes are planted into, at three correlations, searched by two maps.
    assert len(planted) == len(clean) == 3 * 3 * 2
    assert set(planted["cue"]) == {cue.name for cue in CUES[:3]}
    assert set(planted["class_name"]).isdisjoint(clean["class_name"])
    assert all(0 <= share <= 1 for share in planted["accuracy_with"])
    assert set(clean["accuracy_with"].isna()) == {True}
    missed = planted["rank"].isna().tolist()
    assert missed == [verdict == "missed" for verdict in planted["verdict"]]
    assert missed == planted["concept"].isna().tolist()
    for name in ("own", "backbone"):
        of_map = planted.query("text_map == @name and correlation == 0.95")
        share = of_map["rank"].eq(1).sum() / 3
        assert measured.loc[f"recall@1, {name} map", "value"] == pytest.approx(share)
        assert measured.loc[f"recall@1, {name} map", "n"] == 3
        assert measured.loc[f"false alarms, {name} map", "n"] == 3
    notes = known.loc["canary", "notes"]
    assert any("would have found" in note for note in notes)
    assert digests(small_audit.world) == images


def test_too_few_images_are_insufficient(audit_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small.hurry(monkeypatch)
    with pytest.raises(InputError, match="insufficient: 0 of 6 classes"):
        certify(audit_copy)


def test_without_images_there_is_nothing_to_plant_into(weights_only: SmallAudit) -> None:
    with pytest.raises(InputError, match="Canary certificate: insufficient: cues are planted"):
        certify(weights_only.directory)
