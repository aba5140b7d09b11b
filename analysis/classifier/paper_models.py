"""The 38 classifiers of the paper (its Table 13), by the names of the libraries it took them from.

Section I: torchvision for all, but timm for the ImageNet-21k-pretrained ViT and ConvNeXt and for
ConvNeXtV2, and Hugging Face for BeiT, DINOv2 and CvT. "v2" of a CNN is torchvision's second recipe
(IMAGENET1K_V2), "pt" is pretrained on ImageNet-21k; ViT-B/16v2 is the SWAG model (Table 10).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from analysis.classifier.spec import ModelName, parse_name

CLASSES = 1000


@dataclass(frozen=True)
class PaperModel:
    """A row of Table 13."""

    paper_name: str
    name: str
    """As in ``ModelSpec``."""
    feature_dim: int
    soft_dropout: bool
    """Whether the paper's text map of this model uses learned soft dropout."""
    image_size: int = 224
    arguments: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Of the architecture, where the weights change it; a whole configuration for ``hf:``."""

    @property
    def parsed(self) -> ModelName:
        """The name taken apart."""
        return parse_name(self.name)

    @property
    def architecture(self) -> str:
        """What different weights share."""
        return f"{self.parsed.source}:{self.parsed.architecture.partition('.')[0]}"


def _torchvision(
    paper_name: str,
    name: str,
    feature_dim: int,
    soft_dropout: bool,
    image_size: int = 224,
    arguments: Mapping[str, Any] | None = None,
) -> PaperModel:
    return PaperModel(
        paper_name, f"torchvision:{name}", feature_dim, soft_dropout, image_size, arguments or {}
    )


def _beit(**sizes: Any) -> dict[str, Any]:
    """The fine-tuned BeiT: relative positions in every block, mean of the patches as feature."""
    return {
        "model_type": "beit",
        "use_relative_position_bias": True,
        "use_absolute_position_embeddings": False,
        "use_mean_pooling": True,
        **sizes,
    }


def _dinov2(hidden_size: int, num_attention_heads: int) -> dict[str, Any]:
    """DINOv2 with one linear layer on the class token and the mean of the patches."""
    return {
        "model_type": "dinov2",
        "hidden_size": hidden_size,
        "num_attention_heads": num_attention_heads,
        "num_hidden_layers": 12,
        "patch_size": 14,
        "image_size": 518,
    }


_BEIT_LARGE = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "layer_scale_init_value": 1e-5,
}
_CVT_21 = {
    "model_type": "cvt",
    "depth": [1, 4, 16],
    "embed_dim": [64, 192, 384],
    "num_heads": [1, 3, 6],
}

PAPER_MODELS: tuple[PaperModel, ...] = (
    _torchvision("ResNet50", "resnet50@IMAGENET1K_V1", 2048, True),
    _torchvision("ResNet101", "resnet101@IMAGENET1K_V1", 2048, True),
    _torchvision("ResNet50 v2", "resnet50@IMAGENET1K_V2", 2048, True),
    _torchvision("ResNet101 v2", "resnet101@IMAGENET1K_V2", 2048, True),
    _torchvision("WideResNet50", "wide_resnet50_2@IMAGENET1K_V1", 2048, True),
    _torchvision("WideResNet50 v2", "wide_resnet50_2@IMAGENET1K_V2", 2048, True),
    _torchvision("WideResNet101", "wide_resnet101_2@IMAGENET1K_V1", 2048, True),
    _torchvision("WideResNet101 v2", "wide_resnet101_2@IMAGENET1K_V2", 2048, True),
    _torchvision("ResNeXt50 32x4d", "resnext50_32x4d@IMAGENET1K_V1", 2048, True),
    _torchvision("ResNeXt50 32x4d, v2", "resnext50_32x4d@IMAGENET1K_V2", 2048, True),
    _torchvision("ResNeXt101 64x4d", "resnext101_64x4d@IMAGENET1K_V1", 2048, True),
    _torchvision("ResNeXt101 32x8d", "resnext101_32x8d@IMAGENET1K_V1", 2048, True),
    _torchvision("ResNeXt101 32x8d, v2", "resnext101_32x8d@IMAGENET1K_V2", 2048, True),
    _torchvision("DenseNet121", "densenet121@IMAGENET1K_V1", 1024, True),
    _torchvision("DenseNet161", "densenet161@IMAGENET1K_V1", 2208, True),
    _torchvision("EfficientNetv2-S", "efficientnet_v2_s@IMAGENET1K_V1", 1280, True, 384),
    _torchvision("EfficientNetv2-M", "efficientnet_v2_m@IMAGENET1K_V1", 1280, False, 480),
    _torchvision("ShuffleNetv2 x2.0", "shufflenet_v2_x2_0@IMAGENET1K_V1", 2048, False),
    _torchvision("ConvNeXt-Tiny", "convnext_tiny@IMAGENET1K_V1", 768, False),
    _torchvision("ConvNeXt-Small", "convnext_small@IMAGENET1K_V1", 768, False),
    _torchvision("ConvNeXt-Base", "convnext_base@IMAGENET1K_V1", 1024, True),
    _torchvision("MobileNetv3-L", "mobilenet_v3_large@IMAGENET1K_V1", 1280, False),
    _torchvision("ViT-B/32", "vit_b_32@IMAGENET1K_V1", 768, False),
    _torchvision(
        "ViT-B/16 v2", "vit_b_16@IMAGENET1K_SWAG_E2E_V1", 768, False, 384, {"image_size": 384}
    ),
    _torchvision("ViT-L/32", "vit_l_32@IMAGENET1K_V1", 1024, True),
    _torchvision("ViT-L/16", "vit_l_16@IMAGENET1K_V1", 1024, True),
    _torchvision("Swin-T", "swin_t@IMAGENET1K_V1", 768, False),
    _torchvision("Swin-S", "swin_s@IMAGENET1K_V1", 768, False),
    PaperModel("ViT-B/16 pt", "vit_base_patch16_224.augreg_in21k_ft_in1k", 768, True),
    PaperModel("BeiT-B/16", "hf:microsoft/beit-base-patch16-224", 768, False, arguments=_beit()),
    PaperModel(
        "BeiT-L/16",
        "hf:microsoft/beit-large-patch16-224",
        1024,
        False,
        arguments=_beit(**_BEIT_LARGE),
    ),
    PaperModel(
        "DINOv2-S",
        "hf:facebook/dinov2-small-imagenet1k-1-layer",
        2 * 384,
        False,
        arguments=_dinov2(384, 6),
    ),
    PaperModel(
        "DINOv2-B",
        "hf:facebook/dinov2-base-imagenet1k-1-layer",
        2 * 768,
        False,
        arguments=_dinov2(768, 12),
    ),
    PaperModel("CvT-21", "hf:microsoft/cvt-21", 384, False, arguments=_CVT_21),
    PaperModel("ConvNeXt-B pt", "convnext_base.fb_in22k_ft_in1k", 1024, False),
    PaperModel("ConvNeXtV2-B", "convnextv2_base.fcmae_ft_in1k", 1024, False),
    PaperModel("ConvNeXtV2-B pt", "convnextv2_base.fcmae_ft_in22k_in1k", 1024, False),
    PaperModel("ConvNeXtV2-B pt, 384", "convnextv2_base.fcmae_ft_in22k_in1k_384", 1024, False, 384),
)


def build_random(model: PaperModel, *, seed: int = 0) -> nn.Module:
    """The architecture in full size with random weights, in evaluation mode, without a network."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = _build(model.parsed, dict(model.arguments)).eval()
        for parameter in module.parameters():
            if (
                parameter.ndim > 1 and not parameter.any()
            ):  # torchvision's ViT begins with a head of 0
                nn.init.normal_(parameter, std=0.02)
    return module


def _build(name: ModelName, arguments: dict[str, Any]) -> nn.Module:
    if name.source == "torchvision":
        from torchvision.models import get_model

        return get_model(name.architecture, weights=None, **arguments)
    if name.source == "timm":
        import timm

        return timm.create_model(name.architecture, pretrained=False, **arguments)
    from transformers import AutoConfig, AutoModelForImageClassification

    config = AutoConfig.for_model(**arguments, num_labels=CLASSES)
    return AutoModelForImageClassification.from_config(config)
