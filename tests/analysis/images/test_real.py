"""Real classifiers on real photographs.

The accuracies expected were measured apart, with timm's model and ``create_transform`` alone. With
a crop of the 227-pixel pictures and no resizing both come out one point higher.
"""

from pathlib import Path

import pytest

from analysis.classifier.class_names import folder_ids, load_class_names
from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.images.extract import extract
from analysis.images.folder import list_images

PACK = Path(__file__).parents[4] / "shared" / "real"

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not PACK.is_dir(), reason="the real pack (../shared/real) is not here"),
]


@pytest.mark.parametrize(
    ("name", "interpolation", "accuracy"),
    [("vit_tiny_patch16_224", None, 0.802), ("mobilenetv2_100", "bilinear", 0.775)],
)
def test_accuracy_is_that_of_timms_own_evaluation(
    tmp_path: Path, name: str, interpolation: str | None, accuracy: float
) -> None:
    checkpoint = PACK / "models" / f"{name}.safetensors"
    classifier = load_classifier(
        ModelSpec(name, checkpoint=checkpoint, interpolation=interpolation)
    )
    names = load_class_names(PACK / "imagenet" / "class_names.json", num_classes=1000)
    assert classifier.class_names is not None
    assert classifier.class_names.folders == names.folders
    root = PACK / "imagenet" / "val1300"
    listing = list_images(root, folder_ids(names))
    assert listing.notes == ()
    result = extract(classifier, root, listing.files, work_dir=tmp_path)
    assert (len(result.rows), len(result.skipped)) == (1300, 0)
    assert result.accuracy == pytest.approx(accuracy, abs=0.005)
