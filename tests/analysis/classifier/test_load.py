"""Loading from timm, torchvision, Hugging Face and checkpoints, without a network."""

from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch.nn import functional

from analysis.classifier.class_names import imagenet_1k
from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier
from analysis.errors import CheckpointError, ModelError, UsageError
from tests.analysis.classifier.models import TINY_TIMM, huggingface_directory, timm_checkpoint


def logits(classifier: Classifier, pixels: torch.Tensor) -> torch.Tensor:
    return classifier.head(classifier.features(pixels))


def noise(size: int) -> torch.Tensor:
    return torch.randn(3, 3, size, size, generator=torch.Generator().manual_seed(1))


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.classifier.hub._hub_answers", lambda: False)


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_the_number_of_classes_comes_from_the_checkpoint(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    module = timm_checkpoint(path, num_classes=7)
    classifier = load_classifier(ModelSpec(TINY_TIMM, checkpoint=path))
    assert (classifier.num_classes, classifier.feature_dim) == (7, 64)
    assert classifier.class_names is None
    assert classifier.notes == ()
    assert classifier.preprocessing.input_size == 160
    assert classifier.preprocessing.source == f"timm, {TINY_TIMM}"
    assert classifier.split_method == "timm"
    assert torch.allclose(logits(classifier, noise(160)), module(noise(160)), atol=1e-5)


def test_a_checkpoint_for_imagenet_assumes_its_names_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    timm_checkpoint(path, num_classes=1000)
    classifier = load_classifier(ModelSpec(TINY_TIMM, checkpoint=path))
    assert classifier.class_names is not None
    assert classifier.class_names.names == imagenet_1k().names
    assert "brings no class names: assumed ImageNet-1k" in (classifier.class_names.assumption or "")


def test_a_number_of_classes_that_was_asked_for_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    timm_checkpoint(path, num_classes=7)
    fits = ModelSpec(TINY_TIMM, (("num_classes", 7),), checkpoint=path)
    assert load_classifier(fits).num_classes == 7
    with pytest.raises(CheckpointError, match=r"head\.weight is 7x64 instead of 5x64"):
        load_classifier(ModelSpec(TINY_TIMM, (("num_classes", 5),), checkpoint=path))


def test_a_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    timm_checkpoint(path, num_classes=7, name="test_resnet.r160_in1k")
    with pytest.raises(CheckpointError, match=r"is missing; .* is missing; .* \(and \d+ more\)"):
        load_classifier(ModelSpec(TINY_TIMM, checkpoint=path))


def test_a_backbone_with_a_trained_head_is_read(tmp_path: Path) -> None:
    name = "vit_small_patch14_dinov2.lvd142m"
    small = {"img_size": 28, "depth": 1, "embed_dim": 12, "num_heads": 2}
    module = timm.create_model(name, num_classes=4, **small)
    save_file(module.state_dict(), tmp_path / "a.safetensors")
    spec = ModelSpec(name, tuple(small.items()), checkpoint=tmp_path / "a.safetensors")
    classifier = load_classifier(spec)
    assert (classifier.num_classes, classifier.preprocessing.input_size) == (4, 28)


def test_overrides_reach_the_preprocessing(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    timm_checkpoint(path, num_classes=3, name="test_resnet.r160_in1k")
    spec = ModelSpec(
        "test_resnet.r160_in1k", checkpoint=path, input_size=64, mean=(0.1, 0.2, 0.3), crop_pct=1.0
    )
    preprocessing = load_classifier(spec).preprocessing
    assert (preprocessing.input_size, preprocessing.resize_size) == (64, 64)
    assert preprocessing.mean == (0.1, 0.2, 0.3)
    assert preprocessing.source.endswith("overridden")


def test_timm_loads_a_directory_with_its_weights_and_names(tmp_path: Path) -> None:
    from timm.models import save_for_hf

    module = timm.create_model("test_resnet", num_classes=2).eval()
    config = {"label_names": ["n1", "n2"], "label_descriptions": {"n1": "ape", "n2": "bee"}}
    save_for_hf(module, tmp_path, model_config=config, safe_serialization=True)
    classifier = load_classifier(ModelSpec(f"local-dir:{tmp_path}"))
    assert classifier.class_names is not None
    assert classifier.class_names.names == ("ape", "bee")
    assert classifier.class_names.folders == ("n1", "n2")
    assert torch.allclose(logits(classifier, noise(160)), module(noise(160)), atol=1e-5)


def test_pretrained_weights_of_other_classes_are_refused_not_made_up(tmp_path: Path) -> None:
    from timm.models import save_for_hf

    save_for_hf(timm.create_model("test_resnet", num_classes=2), tmp_path, safe_serialization=True)
    with pytest.raises(ModelError, match="have 2 classes, not 9: leave out --model-arg"):
        load_classifier(ModelSpec(f"local-dir:{tmp_path}", (("num_classes", 9),)))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (TINY_TIMM, "the pretrained weights of .* cannot be had"),
        ("efficientnet_b0_g16_evos", "No pretrained weights exist"),
        ("no_such_model", "timm has no model 'no_such_model'"),
        ("resnet18.no_such_tag", "Invalid pretrained tag"),
        ("torchvision:no_such_model", "torchvision has no model no_such_model"),
        ("torchvision:resnet18@IMAGENET1K_V9", "give one of IMAGENET1K_V1"),
        ("hf:no-such-person/no-such-model", "cannot be had"),
    ],
)
def test_without_weights_a_model_is_refused_in_one_line(
    name: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=message) as caught:
        load_classifier(ModelSpec(name))
    assert "\n" not in str(caught.value)


def torchvision_cache(monkeypatch: pytest.MonkeyPatch, directory: Path, name: str) -> Path:
    """Where torchvision looks for the weights of ``name`` before it asks the network."""
    from torchvision.models import get_model_weights

    monkeypatch.setattr(torch.hub, "_hub_dir", str(directory))
    folder = directory / "checkpoints"
    folder.mkdir()
    return folder / Path(get_model_weights(name)["IMAGENET1K_V1"].url).name


def test_torchvision_weights_bring_their_transforms_and_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from torchvision.models import shufflenet_v2_x0_5

    module = shufflenet_v2_x0_5().eval()
    path = torchvision_cache(monkeypatch, tmp_path, "shufflenet_v2_x0_5")
    torch.save(module.state_dict(), path)
    classifier = load_classifier(ModelSpec("torchvision:shufflenet_v2_x0_5"))
    assert classifier.split_method == "hook on fc"
    assert (classifier.preprocessing.input_size, classifier.preprocessing.resize_size) == (224, 256)
    assert classifier.class_names is not None
    assert classifier.class_names.names[0] == "tench"
    assert classifier.class_names.folders == imagenet_1k().folders
    assert "without @WEIGHTS: took IMAGENET1K_V1" in classifier.notes[0]
    assert torch.allclose(logits(classifier, noise(224)), module(noise(224)), atol=1e-5)


def test_code_in_downloaded_weights_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = torchvision_cache(monkeypatch, tmp_path, "shufflenet_v2_x0_5")
    torch.save(torch.nn.Linear(1, 1), path)
    with pytest.raises(ModelError, match="cannot be had"):
        load_classifier(ModelSpec("torchvision:shufflenet_v2_x0_5@IMAGENET1K_V1"))


def test_torchvision_reads_a_checkpoint_of_other_classes(tmp_path: Path) -> None:
    from torchvision.models import mobilenet_v3_small

    module = mobilenet_v3_small(num_classes=6).eval()
    torch.save({"model": module.state_dict()}, tmp_path / "a.pth")
    spec = ModelSpec("torchvision:mobilenet_v3_small", checkpoint=tmp_path / "a.pth")
    classifier = load_classifier(spec)
    assert (classifier.num_classes, classifier.feature_dim) == (6, 1024)
    assert classifier.split_method == "hook on classifier.3"
    assert classifier.class_names is None
    assert "preprocessing as for IMAGENET1K_V1" in classifier.notes[0]


def test_huggingface_directories_bring_weights_processor_and_names(tmp_path: Path) -> None:
    module = huggingface_directory(tmp_path, ["ape", "bee", "cow"])
    classifier = load_classifier(ModelSpec(f"hf:{tmp_path}"))
    assert classifier.class_names is not None
    assert classifier.class_names.names == ("ape", "bee", "cow")
    assert classifier.split_method == "hook on classifier"
    assert classifier.preprocessing.crop_mode == "squash"
    assert torch.allclose(logits(classifier, noise(32)), module(noise(32)).logits, atol=1e-5)


def test_placeholder_labels_are_no_names(tmp_path: Path) -> None:
    huggingface_directory(tmp_path, ["LABEL_0", "LABEL_1"])
    assert load_classifier(ModelSpec(f"hf:{tmp_path}")).class_names is None


def test_huggingface_weights_without_a_head_are_refused(tmp_path: Path) -> None:
    module = huggingface_directory(tmp_path, ["ape", "bee"])
    module.vit.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"lack classifier\.bias, classifier\.weight"):
        load_classifier(ModelSpec(f"hf:{tmp_path}"))


def test_huggingface_reads_a_checkpoint_of_other_classes(tmp_path: Path) -> None:
    huggingface_directory(tmp_path / "two", ["ape", "bee"])
    module = huggingface_directory(tmp_path / "three", ["ape", "bee", "cow"])
    path = tmp_path / "three" / "model.safetensors"
    classifier = load_classifier(ModelSpec(f"hf:{tmp_path / 'two'}", checkpoint=path))
    assert classifier.class_names is None
    assert torch.allclose(logits(classifier, noise(32)), module(noise(32)).logits, atol=1e-5)
    torch.save(module.state_dict(), tmp_path / "own_names.pth")
    own_names = ModelSpec(f"hf:{tmp_path / 'two'}", checkpoint=tmp_path / "own_names.pth")
    assert load_classifier(own_names).weights_sha256 == classifier.weights_sha256


def test_huggingface_refuses_a_checkpoint_that_does_not_fit(tmp_path: Path) -> None:
    module = huggingface_directory(tmp_path, ["ape", "bee"])
    weights = module.state_dict()
    del weights["classifier.bias"]
    weights["junk"] = torch.zeros(2)
    weights["classifier.weight"] = torch.zeros(2, 5)
    torch.save(weights, tmp_path / "a.pth")
    with pytest.raises(CheckpointError) as caught:
        load_classifier(ModelSpec(f"hf:{tmp_path}", checkpoint=tmp_path / "a.pth"))
    assert (
        "classifier.bias is missing; junk is unexpected; classifier.weight is 2x5 instead of 2x16"
        in str(caught.value)
    )


def test_a_model_that_brings_no_preprocessing_asks_for_it(tmp_path: Path) -> None:
    huggingface_directory(tmp_path, ["ape", "bee"], processor=False)
    with pytest.raises(UsageError, match="give --input-size, --mean and --std"):
        load_classifier(ModelSpec(f"hf:{tmp_path}"))
    given = ModelSpec(f"hf:{tmp_path}", input_size=32, mean=(0.5,) * 3, std=(0.5,) * 3)
    assert load_classifier(given).preprocessing.resize_size == 32


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for device in ("cuda:99", "nonsense"):
        with pytest.raises(UsageError, match="give cpu"):
            load_classifier(ModelSpec(TINY_TIMM), device=device)


def test_features_and_head_are_frozen_and_repeatable(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    timm_checkpoint(path, num_classes=7)
    first = load_classifier(ModelSpec(TINY_TIMM, checkpoint=path))
    again = load_classifier(ModelSpec(TINY_TIMM, checkpoint=path))
    pixels = noise(160)
    features = first.features(pixels)
    assert torch.equal(features, again.features(pixels))
    assert first.weights_sha256 == again.weights_sha256
    assert not features.requires_grad
    assert not first.head.weight.requires_grad
    assert torch.allclose(
        first.head(features), functional.linear(features, first.head.weight, first.head.bias)
    )
