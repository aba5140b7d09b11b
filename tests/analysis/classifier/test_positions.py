"""Maps that features are pooled from, of classifiers with random weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module

from analysis.classifier.load import load_classifier
from analysis.classifier.positions import Positions, channel_means, find_positions
from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.spec import ModelSpec
from analysis.classifier.split import Classifier, split
from analysis.reef.shipped import CLASSIFIER_WEIGHTS, classifier_manifest
from tests.analysis.classifier.models import huggingface_directory


def pixels(size: int, images: int = 3) -> Tensor:
    return torch.randn(images, 3, size, size, generator=torch.Generator().manual_seed(1))


def classifier_of(module: nn.Module, size: int) -> Classifier:
    module.requires_grad_(False)
    parts = split(module, pixels(size), name="some model")
    return Classifier(
        spec=ModelSpec("some model"),
        head=parts.head,
        extract=parts.extract,
        preprocessing=Preprocessing(size, size, (0.5,) * 3, (0.5,) * 3, "bilinear"),
        class_names=None,
        weights_sha256="",
        split_method=parts.method,
        split_error=parts.error,
        device="cpu",
    )


def found(module: nn.Module, size: int) -> Positions:
    positions = find_positions(classifier_of(module, size))
    assert positions is not None
    return positions


def built(name: str, **arguments: object) -> nn.Module:
    torch.manual_seed(0)
    source, _, architecture = name.rpartition(":")
    if source == "torchvision":
        from torchvision.models import get_model

        module = get_model(architecture, weights=None, num_classes=5, **arguments)
    else:
        module = timm.create_model(architecture, num_classes=5, **arguments)
    for parameter in module.parameters():  # a head that begins with 0 gives no logits
        if parameter.ndim > 1 and not parameter.any():
            nn.init.normal_(parameter, std=0.02)
    return module.eval()


def loop_mean(maps: Tensor) -> Tensor:
    """The mean over the positions, one position after another."""
    total = torch.zeros(len(maps), maps.shape[3])
    for row in range(maps.shape[1]):
        for column in range(maps.shape[2]):
            total += maps[:, row, column]
    return total / (maps.shape[1] * maps.shape[2])


MEANS = [
    ("resnet10t", 64, (2, 2, 512)),
    ("mobilenetv2_100", 64, (2, 2, 1280)),
    ("efficientnet_b0", 96, (3, 3, 1280)),
    ("swin_tiny_patch4_window7_224", 224, (7, 7, 768)),
    ("torchvision:resnet18", 96, (3, 3, 512)),
    ("torchvision:mobilenet_v2", 64, (2, 2, 1280)),
    ("torchvision:densenet121", 64, (2, 2, 1024)),
    ("torchvision:swin_t", 96, (3, 3, 768)),
]


@pytest.mark.parametrize(("name", "size", "shape"), MEANS, ids=lambda value: str(value))
def test_features_are_the_mean_over_the_positions(
    name: str, size: int, shape: tuple[int, int, int]
) -> None:
    positions = found(built(name), size)
    assert positions.kind == "mean"
    maps = positions.of(pixels(size))
    assert tuple(maps.shape) == (3, *shape)
    assert (positions.rows, positions.columns, positions.width) == shape
    features = positions.classifier.features(pixels(size))
    assert torch.allclose(loop_mean(maps), features, rtol=1e-4, atol=1e-5)


STAGES = [
    ("mobilenetv3_small_050", 64, lambda model, x: model.forward_features(x)),
    ("convnext_atto", 64, lambda model, x: model.forward_features(x)),
    ("torchvision:convnext_tiny", 64, lambda model, x: model.features(x)),
    ("torchvision:vgg11", 64, lambda model, x: model.avgpool(model.features(x))),
]


@pytest.mark.parametrize(
    ("name", "size", "last"), STAGES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_map_that_is_changed_after_pooling_is_a_stage(
    name: str, size: int, last: Callable[[nn.Module, Tensor], Tensor]
) -> None:
    module = built(name)
    positions = found(module, size)
    assert positions.kind == "stage"
    expected = last(module, pixels(size)).permute(0, 2, 3, 1)
    assert torch.equal(positions.of(pixels(size)), expected)
    assert expected.shape[3] == positions.width


def test_the_shipped_classifier_pools_four_positions() -> None:
    manifest = classifier_manifest()
    spec = ModelSpec(
        name=manifest["model"],
        model_args=tuple(sorted(manifest["model_args"].items())),
        checkpoint=CLASSIFIER_WEIGHTS,
        input_size=manifest["input_size"],
        mean=tuple(manifest["mean"]),
        std=tuple(manifest["std"]),
    )
    positions = find_positions(load_classifier(spec))
    assert positions is not None
    assert (positions.kind, positions.rows, positions.columns) == ("mean", 2, 2)


@pytest.mark.parametrize(("registers", "side"), [(0, 32), (4, 64)])
def test_patch_tokens_of_a_timm_transformer(registers: int, side: int) -> None:
    module = built("vit_tiny_patch16_224", img_size=side, depth=2, reg_tokens=registers)
    positions = found(module, side)
    assert positions.kind == "token"
    tokens = module.forward_features(pixels(side))
    assert module.num_prefix_tokens == 1 + registers
    grid = side // 16
    maps = positions.of(pixels(side))
    for row in range(grid):
        for column in range(grid):
            token = tokens[:, 1 + registers + row * grid + column]
            assert torch.equal(maps[:, row, column], token)


def test_a_transformer_that_averages_its_patch_tokens_is_a_mean() -> None:
    module = built("vit_tiny_patch16_224", img_size=64, depth=2, global_pool="avg", fc_norm=False)
    positions = found(module, 64)
    assert positions.kind == "mean"
    expected = module.forward_features(pixels(64))[:, 1:].mean(1)
    assert torch.allclose(loop_mean(positions.of(pixels(64))), expected, atol=1e-5)


def test_a_transformer_that_normalises_the_average_is_approximate() -> None:
    module = built("vit_tiny_patch16_224", img_size=64, depth=2, global_pool="avg", fc_norm=True)
    assert found(module, 64).kind == "token"


def test_patch_tokens_of_a_hugging_face_transformer(tmp_path: Path) -> None:
    module = huggingface_directory(tmp_path, ["a", "b", "c"])
    positions = found(module, 32)
    assert (positions.kind, positions.rows, positions.columns) == ("token", 4, 4)
    tokens = module.vit(pixels(32)).last_hidden_state[:, 1:]
    assert torch.equal(positions.of(pixels(32)).flatten(1, 2), tokens)


def test_patch_tokens_of_a_torchvision_transformer() -> None:
    positions = found(built("torchvision:vit_b_32", image_size=96), 96)
    assert (positions.kind, positions.rows, positions.columns) == ("token", 3, 3)


def test_a_classifier_without_a_map_has_no_positions() -> None:
    bare = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 3))
    assert find_positions(classifier_of(bare, 4)) is None


def test_features_and_map_come_from_one_forward_pass() -> None:
    module = built("torchvision:resnet18")
    positions = found(module, 64)
    runs: list[int] = []
    module.conv1.register_forward_hook(lambda *_: runs.append(1))
    features, maps = positions.with_features(pixels(64))
    assert len(runs) == 1
    assert torch.equal(features, positions.classifier.features(pixels(64)))
    assert torch.equal(maps, positions.of(pixels(64)))


def test_no_hook_is_left() -> None:
    positions = found(built("torchvision:resnet18"), 64)
    positions.of(pixels(64))
    assert not positions.layer._forward_hooks
    assert not torch_module._global_forward_hooks


def test_a_module_that_is_called_twice_gives_its_last_output() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.first = nn.Conv2d(3, 4, 3, padding=1)
            self.again = nn.Conv2d(4, 4, 3, padding=1)
            self.head = nn.Linear(4, 3)

        def last(self, x: Tensor) -> Tensor:
            return self.again(self.again(self.first(x)))

        def forward(self, x: Tensor) -> Tensor:
            return self.head(self.last(x).mean((2, 3)))

    module = Twice()
    positions = found(module, 8)
    assert positions.kind == "mean"
    expected = module.last(pixels(8)).permute(0, 2, 3, 1)
    assert torch.equal(positions.of(pixels(8)), expected)


def test_outputs_that_are_no_maps_are_passed_over() -> None:
    class Odd(nn.Module):
        """Gives a number, a list and a map of one position after the map that is pooled."""

        def forward(self, x: Tensor) -> Tensor:
            return x.mean()

    class Listed(nn.Module):
        def forward(self, x: Tensor) -> list[Tensor]:
            return [x]

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(0)
            self.map = nn.Conv2d(3, 4, 3)
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.odd, self.listed = Odd(), Listed()
            self.head = nn.Linear(4, 3)

        def forward(self, x: Tensor) -> Tensor:
            pooled = self.pool(self.map(x))
            self.odd(pooled)
            return self.head(self.listed(pooled)[0].flatten(1))

    module = Net()
    positions = found(module, 8)
    assert (positions.kind, positions.layer) == ("mean", module.map)


def test_channel_means_are_means_over_positions() -> None:
    maps = torch.from_numpy(np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4))
    # channel 0 holds 0, 4, 8, 12, 16, 20
    assert channel_means(maps).tolist() == [[10.0, 11.0, 12.0, 13.0]]
