"""All 38 models of the paper's Table 13 split; with random weights, offline."""

from collections import Counter

import pytest
import torch

from analysis.classifier.paper_models import CLASSES, PAPER_MODELS, PaperModel, build_random
from analysis.classifier.split import TOLERANCE, split


def test_the_table_is_the_papers() -> None:
    assert len(PAPER_MODELS) == 38
    assert len({model.paper_name for model in PAPER_MODELS}) == 38
    assert len({model.name for model in PAPER_MODELS}) == 38
    assert sum(model.soft_dropout for model in PAPER_MODELS) == 20  # section N
    sources = Counter(model.parsed.source for model in PAPER_MODELS)
    assert sources == {"torchvision": 28, "timm": 5, "hf": 5}


def test_names_and_sizes_are_the_libraries() -> None:
    from timm.models import get_pretrained_cfg
    from torchvision.models import get_model_weights

    for model in PAPER_MODELS:
        name = model.parsed
        if name.source == "torchvision":
            assert name.weights is not None
            weights = get_model_weights(name.architecture)[name.weights]
            assert weights.transforms().crop_size == [model.image_size]
            assert len(weights.meta["categories"]) == CLASSES
        elif name.source == "timm":
            config = get_pretrained_cfg(name.architecture, allow_unregistered=False)
            assert config is not None
            assert config.input_size == (3, model.image_size, model.image_size)
            assert config.num_classes == CLASSES
            assert config.tag == name.architecture.partition(".")[2]


FAST = {
    "torchvision:resnet50",
    "torchvision:densenet121",
    "torchvision:shufflenet_v2_x2_0",
    "torchvision:mobilenet_v3_large",
    "torchvision:swin_t",
    "hf:facebook/dinov2-small-imagenet1k-1-layer",
    "hf:microsoft/cvt-21",
}
"""Architectures that build and split in a second or two; the others are marked slow."""


def distinct_architectures() -> list[object]:
    """One model of each architecture, the one with the smallest pictures."""
    first: dict[str, PaperModel] = {}
    for model in sorted(PAPER_MODELS, key=lambda model: model.image_size):
        first.setdefault(model.architecture, model)
    assert first.keys() >= FAST
    return [
        pytest.param(model, id=name, marks=[] if name in FAST else pytest.mark.slow)
        for name, model in first.items()
    ]


@pytest.mark.parametrize("model", distinct_architectures())
def test_every_architecture_splits_exactly(model: PaperModel) -> None:
    module = build_random(model)
    generator = torch.Generator().manual_seed(0)
    probe = torch.randn(2, 3, model.image_size, model.image_size, generator=generator)
    parts = split(module, probe, name=model.name)
    assert parts.head.weight.shape == (CLASSES, model.feature_dim)
    assert parts.error <= TOLERANCE
    assert (parts.method == "timm") == (model.parsed.source == "timm")
