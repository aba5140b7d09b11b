"""Splitting into features and a head, and refusing what has no linear head."""

import pytest
import timm
import torch
from torch import Tensor, nn

from analysis.classifier.split import split
from analysis.errors import SplitError


def pixels(size: int = 32, images: int = 2) -> Tensor:
    return torch.randn(images, 3, size, size, generator=torch.Generator().manual_seed(0))


class Plain(nn.Module):
    """Four features by pooling and a linear map, a head of ``classes`` outputs."""

    def __init__(self, classes: int = 5, *, bias: bool = True) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.auxiliary = nn.Linear(4, classes)
        self.body = nn.Conv2d(3, 4, 3)
        self.head = nn.Linear(4, classes, bias=bias)
        self.never_used = nn.Linear(4, classes)

    def forward(self, x: Tensor) -> Tensor:
        features = self.body(x).mean((2, 3))
        self.auxiliary(features)
        return self.head(features)


class Wrong(Plain):
    """Twists the logits after the head."""

    def __init__(self, twist: str) -> None:
        super().__init__()
        self.twist = twist

    def forward(self, x: Tensor) -> Tensor:
        logits = super().forward(x)
        return {
            "tanh": logits.tanh(),
            "zero": logits * 0,
            "nan": logits / 0 * 0,
            "map": logits[:, :, None, None],
        }[self.twist]


def test_the_last_linear_layer_that_fires_is_the_head() -> None:
    module = Plain()
    parts = split(module, pixels(), name="plain")
    expected = module.body(pixels()).mean((2, 3))
    assert parts.method == "hook on head"
    assert torch.equal(parts.head.weight, module.head.weight)
    assert torch.allclose(parts.extract(pixels()), expected)
    assert torch.allclose(parts.head(parts.extract(pixels())), module(pixels()))
    assert parts.error < 1e-6


def test_a_head_without_bias_has_a_bias_of_zero() -> None:
    parts = split(Plain(bias=False), pixels(), name="plain")
    assert parts.head.bias.tolist() == [0.0] * 5


def test_a_bare_linear_layer_is_its_own_head() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 3))
    parts = split(module, pixels(4), name="bare")
    assert torch.equal(parts.extract(pixels(4)), pixels(4).flatten(1))


def test_timms_interface_is_preferred() -> None:
    module = timm.create_model("test_resnet.r160_in1k", num_classes=7)
    parts = split(module, pixels(64), name="test_resnet")
    assert parts.method == "timm"
    assert parts.head.weight.shape == (7, module.head_hidden_size)


def test_the_model_is_in_evaluation_mode_and_no_hook_is_left() -> None:
    module = Plain().train()
    parts = split(module, pixels(), name="plain")
    parts.extract(pixels())
    assert not module.training
    assert not module.head._forward_pre_hooks


def test_features_can_be_trained_on() -> None:
    parts = split(Plain(), pixels(), name="plain")
    features = parts.extract(pixels())
    assert not features.is_inference()
    assert not features.requires_grad
    probe = nn.Linear(4, 2)
    probe(features).sum().backward()
    assert probe.weight.grad is not None


@pytest.mark.parametrize(
    ("twist", "message"),
    [
        ("tanh", r"hook on head: f·W \+ b misses the logits by"),
        ("zero", "all zero or not finite"),
        ("nan", "all zero or not finite"),
        ("map", r"returns \(2, 5, 1, 1\)"),
    ],
)
def test_logits_that_are_not_linear_are_refused(twist: str, message: str) -> None:
    with pytest.raises(SplitError, match=message) as caught:
        split(Wrong(twist), pixels(), name="wrong_model")
    assert "wrong_model" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_convolution_as_head_is_refused_by_name() -> None:
    from torchvision.models import squeezenet1_1

    with pytest.raises(SplitError) as caught:
        split(squeezenet1_1(), pixels(64), name="torchvision:squeezenet1_1")
    message = str(caught.value)
    assert message.startswith("torchvision:squeezenet1_1 cannot be split into features")
    assert "it ends in classifier.1 Conv2d(512, 1000" in message


def test_two_averaged_heads_are_refused() -> None:
    module = timm.create_model("deit_tiny_distilled_patch16_224", img_size=32, depth=1)
    with pytest.raises(SplitError, match=r"hook on head_dist: .* misses the logits"):
        split(module, pixels(), name="deit")


def test_a_backbone_without_a_head_is_refused() -> None:
    module = timm.create_model("test_resnet.r160_in1k", num_classes=0)
    with pytest.raises(SplitError, match="no linear layer gives them"):
        split(module, pixels(64), name="backbone")


def test_an_input_of_the_wrong_size_is_explained() -> None:
    module = timm.create_model("vit_tiny_patch16_224", img_size=32, depth=1)
    with pytest.raises(SplitError, match=r"cannot read pictures of 64x64 pixels .*img_size"):
        split(module, pixels(64), name="vit_tiny_patch16_224")
