"""An audit as benches of explanations read it."""

import numpy as np
import pytest

from analysis.bench import kept_audit
from analysis.bench.kept_audit import drawn_images, encoder_of, model_of, setting_of
from analysis.errors import InputError
from db.reader import AuditReader
from tests.analysis import small
from tests.analysis.conftest import SmallAudit


def test_images_are_drawn_of_different_classes(small_audit: SmallAudit) -> None:
    with AuditReader(small_audit.directory) as audit:
        labels = np.asarray(audit.array("labels"))
        drawn = drawn_images(audit, 99, seed=0)
        assert drawn == drawn_images(audit, 99, seed=0) != drawn_images(audit, 99, seed=1)
    assert sorted(labels[drawn]) == sorted(set(labels[labels >= 0]))
    assert len(drawn) == len(small.SHOWN)


def test_models_are_those_of_the_audit(small_audit: SmallAudit) -> None:
    with AuditReader(small_audit.directory) as audit:
        assert encoder_of(audit).sha256 == small.cached_encoder().sha256
        assert model_of(audit) == small.config(small_audit.world, small_audit.world).model.name
        assert setting_of(audit, "seed") == "0"


def test_what_cannot_be_drawn_from_is_refused(
    small_audit: SmallAudit, weights_only: SmallAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with AuditReader(weights_only.directory) as audit, pytest.raises(InputError, match="--images"):
        drawn_images(audit, 5, seed=0)
    monkeypatch.setattr(kept_audit, "spread", lambda *_, **__: [3])
    with AuditReader(small_audit.directory) as audit, pytest.raises(InputError, match="1 classes"):
        drawn_images(audit, 5, seed=0)


def test_an_unfinished_audit_is_refused(
    small_audit: SmallAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_audit, "run_of", lambda *_: None)
    with (
        AuditReader(small_audit.directory) as audit,
        pytest.raises(InputError, match="audit --resume"),
    ):
        setting_of(audit, "seed")
