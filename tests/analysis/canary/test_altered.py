"""Features of altered copies are those of the classifier on the planted pixels."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis.canary import altered
from analysis.canary.altered import altered_features
from analysis.canary.cues import CUES
from analysis.classifier.load import load_classifier
from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.images.batches import pooled
from analysis.images.decode import decode
from analysis.progress import Silent
from analysis.reef.prepared import shipped_spec
from tests.analysis.conftest import SmallAudit


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load_classifier(shipped_spec())


def features(classifier: Classifier, root: Path, paths: Sequence[str], wanted: list) -> np.ndarray:
    return altered_features(
        classifier, root, paths, np.array(wanted), batch_size=2, workers=1, progress=Silent()
    )


def test_each_copy_in_its_order_and_once(
    classifier: Classifier, small_audit: SmallAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = small_audit.world / "images"
    paths = [f"shark/{i:02d}.png" for i in range(3)]
    wanted = [[0, 1], [2, 0], [0, 6], [1, 3], [2, 5]]
    monkeypatch.setattr(altered, "TOGETHER", 3)
    found = features(classifier, root, paths, wanted)
    for row, (image, cue) in zip(found, wanted, strict=True):
        pixels = decode(root / paths[image], classifier.preprocessing).pixels
        alone = pooled(classifier, [CUES[cue].plant(pixels)]).features[0]
        np.testing.assert_allclose(row, alone, rtol=1e-4, atol=1e-4)

    def never(*_: object) -> None:
        raise AssertionError("kept copies are looked at again")

    monkeypatch.setattr(altered, "pooled", never)
    assert (features(classifier, root, paths, wanted) == found).all()


def test_an_image_that_is_gone_is_named(classifier: Classifier, small_audit: SmallAudit) -> None:
    with pytest.raises(InputError, match=r"gone\.png"):
        features(classifier, small_audit.world / "images", ["shark/gone.png"], [[0, 0]])


def test_a_file_that_is_no_picture_is_named(
    classifier: Classifier, small_audit: SmallAudit
) -> None:
    with pytest.raises(InputError, match=r"broken\.jpg"):
        features(classifier, small_audit.world / "images", ["clam/broken.jpg"], [[0, 0]])
