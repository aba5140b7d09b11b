"""Tiny models with random weights for the tests of this folder, and their checkpoints."""

from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessor

TINY_TIMM = "test_vit.r160_in1k"
"""timm's own model for tests, 0.4 M parameters, 160 pixels."""


def timm_checkpoint(path: Path, num_classes: int, name: str = TINY_TIMM) -> nn.Module:
    """A model of timm with random weights, saved; returns it in evaluation mode."""
    torch.manual_seed(0)
    module = timm.create_model(name, num_classes=num_classes).eval()
    if path.suffix == ".safetensors":
        save_file(module.state_dict(), path)
    else:
        torch.save(module.state_dict(), path)
    return module


def huggingface_directory(
    path: Path, labels: list[str], *, processor: bool = True
) -> ViTForImageClassification:
    """A tiny ViT with random weights in ``path``, as ``save_pretrained`` leaves it."""
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    module = ViTForImageClassification(config).eval()
    module.save_pretrained(path)
    if processor:
        ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(path)
    return module
