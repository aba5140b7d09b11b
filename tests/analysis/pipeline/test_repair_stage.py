"""A finding of the small audit repaired: what stands in the store, what the exported head does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from analysis.classifier.load import load_classifier
from analysis.errors import InputError
from analysis.pipeline.again import add_to_audit, reopened
from analysis.pipeline.stages.repair import find_finding, head_parameters, repair_stage
from analysis.progress import Silent
from analysis.reef.demo import shipped_spec
from analysis.shortcuts.repair import Trial
from db.queries.findings import FindingInfo, findings
from db.queries.overview import stages
from db.queries.repairs import repairs
from db.reader import AuditReader
from tests.analysis.conftest import SmallAudit


def repaired(directory: Path, asked: str) -> FindingInfo:
    with reopened(directory, progress=Silent()) as context:
        found = find_finding(context, asked)
        add_to_audit(context, repair_stage(found.finding_id), "glowworm repair")
    return found


def first_finding(directory: Path, class_name: str) -> int:
    with AuditReader(directory) as audit:
        frame = findings(audit.engine, limit=None)
    return int(frame.loc[frame["class_name"] == class_name, "finding_id"].iloc[0])


def test_a_timm_model_takes_the_exported_head_and_gives_the_edited_logits(
    audit_copy: Path,
) -> None:
    found = repaired(audit_copy, str(first_finding(audit_copy, "jellyfish")))
    with AuditReader(audit_copy) as audit:
        tried = repairs(audit.engine, found.finding_id)
        features = torch.from_numpy(np.asarray(audit.array("features"))[:8].copy())
        old = np.asarray(audit.array("class_embeddings"))
    (path,) = tried.loc[tried["chosen"], "path"]
    head = load_file(audit_copy / path)
    spec = shipped_spec()
    assert spec.checkpoint is not None
    model = timm.create_model(spec.name, num_classes=len(old), **spec.arguments)
    model.load_state_dict(load_file(spec.checkpoint))
    told = model.load_state_dict(head, strict=False)
    assert told.unexpected_keys == []
    with torch.no_grad():
        logits = model.get_classifier()(features)
    expected = features @ head["fc.weight"].T + head["fc.bias"]
    torch.testing.assert_close(logits, expected)
    changed = np.flatnonzero(np.abs(head["fc.weight"].numpy() - old).max(axis=1) > 1e-6)
    assert changed.tolist() == [found.class_id]


def test_the_file_says_what_it_was_made_for(audit_copy: Path) -> None:
    found = repaired(audit_copy, str(first_finding(audit_copy, "shark")))
    with AuditReader(audit_copy) as audit:
        tried = repairs(audit.engine)
    (path,) = tried.loc[tried["chosen"], "path"]
    with safe_open(audit_copy / path, "np") as file:
        facts = file.metadata()
    assert facts["finding"] == str(found.finding_id)
    assert (facts["class"], facts["concept"]) == ("shark", found.concept)
    assert facts["method"] == tried.loc[tried["chosen"], "method"].item()
    assert facts["audited_weights_sha256"] == load_classifier(shipped_spec()).weights_sha256


def test_images_that_are_measured_on_are_told_and_a_gap_that_cannot_be_seen_is_too(
    audit_copy: Path,
) -> None:
    """Six classes of nine images: half of each is fitted on, the odd ones are measured on."""
    found = repaired(audit_copy, str(first_finding(audit_copy, "duck")))
    with AuditReader(audit_copy) as audit:
        tried = repairs(audit.engine)
        told = stages(audit.engine).set_index("name")
    assert tried["method"].iloc[0] in ("both", "project") and tried["chosen"].sum() == 1
    assert (tried["n_with"] + tried["n_without"] == 5).all()
    assert (tried["n_images"] >= 6 * 5).all()
    row = told.loc[f"repair {found.finding_id}"]
    assert row["status"] == "done"
    assert any("WARNING: insufficient" in note for note in row["notes"])
    assert told.loc["shortcuts", "status"] == "done"


def test_repairs_of_two_findings_stand_together_and_one_made_again_takes_its_place(
    audit_copy: Path,
) -> None:
    first, second = (str(first_finding(audit_copy, name)) for name in ("shark", "clam"))
    for asked in (first, second, first):
        repaired(audit_copy, asked)
    with AuditReader(audit_copy) as audit:
        tried = repairs(audit.engine)
    assert sorted(set(tried["finding_id"])) == sorted([int(first), int(second)])
    kept = {audit_copy / path for path in tried["path"].dropna()}
    assert set((audit_copy / "repairs").iterdir()) == kept and len(kept) == 2


def test_no_head_is_exported_where_every_edit_costs_too_much(
    audit_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trial, "loss", property(lambda _: 0.5))
    repaired(audit_copy, str(first_finding(audit_copy, "shark")))
    with AuditReader(audit_copy) as audit:
        tried = repairs(audit.engine)
        notes = [note for notes in stages(audit.engine)["notes"] for note in notes]
    assert len(tried) and not tried["chosen"].any() and tried["path"].isna().all()
    assert any("none was exported" in note for note in notes)


@pytest.mark.parametrize("asked", ["nothing", "jellyfish/nothing", "99999999", "²"])
def test_findings_that_are_not_there(audit_copy: Path, asked: str) -> None:
    with pytest.raises(InputError, match="findings --json"):
        repaired(audit_copy, asked)


def test_a_class_without_images_cannot_be_repaired(audit_copy: Path) -> None:
    with pytest.raises(InputError, match="'whale' has 0 images"):
        repaired(audit_copy, str(first_finding(audit_copy, "whale")))


def test_an_audit_without_images_cannot_be_repaired(weights_only: SmallAudit) -> None:
    number = first_finding(weights_only.directory, "shark")
    with pytest.raises(InputError, match="no images"):
        repaired(weights_only.directory, str(number))


def test_heads_are_called_what_the_model_calls_them() -> None:
    classifier = load_classifier(shipped_spec())
    assert head_parameters(classifier) == ("fc.weight", "fc.bias")
    hooked = replace(classifier, split_method="hook on classifier.2")
    assert head_parameters(hooked) == ("classifier.2.weight", "classifier.2.bias")
    head = replace(classifier.head, bias=torch.zeros(len(classifier.head.bias)))
    with pytest.raises(InputError, match="no intercept"):
        head_parameters(replace(classifier, head=head))
