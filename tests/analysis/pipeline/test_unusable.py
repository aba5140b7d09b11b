"""Input that proves unusable only when it is read leaves nothing half-written."""

from pathlib import Path

import pytest

from analysis.config import AuditConfig
from analysis.errors import InputError
from analysis.pipeline.audit import run_audit
from analysis.progress import Silent
from analysis.reef.prepared import shipped_spec
from analysis.reef.truth import class_names


def test_images_of_which_none_can_be_read_leave_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "jellyfish"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"no picture")
    names = tmp_path / "names.txt"
    names.write_text("\n".join(class_names()))
    config = AuditConfig(
        model=shipped_spec(), out=tmp_path / "audit", images=folder.parent, class_names=names
    )
    with pytest.raises(InputError, match="none of 1 images can be read"):
        run_audit(config, progress=Silent(), command="glowworm audit")
    assert not config.out.exists()
