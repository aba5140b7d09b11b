"""Image processors of transformers, read as preprocessing."""

from typing import Any

import numpy as np
import pytest
from PIL import Image
from transformers import BitImageProcessor, ConvNextImageProcessor, ViTImageProcessor
from transformers.models.beit.image_processing_pil_beit import BeitImageProcessorPil
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from analysis.classifier.huggingface_models import processor_preprocessing
from analysis.errors import ModelError

IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


# Sizes whose borders are even: of an odd border the PIL variant crops one pixel less on the left
# and the default variant, like torchvision and us, rounds half to even.
@pytest.mark.parametrize("size", [(90, 70), (70, 91), (40, 40), (64, 202)])
@pytest.mark.parametrize(
    "processor",
    [
        pytest.param(ViTImageProcessorPil(size={"height": 48, "width": 48}), id="ViT"),
        pytest.param(
            BeitImageProcessorPil(size={"height": 48, "width": 48}, do_center_crop=False),
            id="BeiT, fine-tuned",
        ),
        pytest.param(
            BitImageProcessorPil(
                size={"shortest_edge": 56}, crop_size={"height": 48, "width": 48}, **IMAGENET
            ),
            id="DINOv2",
        ),
        pytest.param(
            ConvNextImageProcessorPil(
                size={"shortest_edge": 48}, crop_pct=0.875, resample=3, **IMAGENET
            ),
            id="CvT and ConvNeXT",
        ),
        pytest.param(ConvNextImageProcessorPil(size={"shortest_edge": 384}), id="ConvNeXT, 384"),
        pytest.param(
            DeiTImageProcessorPil(
                size={"height": 56, "width": 56}, crop_size={"height": 48, "width": 48}
            ),
            id="DeiT",
        ),
        pytest.param(
            ViTImageProcessorPil(size={"height": 48, "width": 48}, do_normalize=False), id="plain"
        ),
    ],
)
def test_equals_the_processor(processor: Any, size: tuple[int, int]) -> None:
    image = noise(*size)
    ours = processor_preprocessing(processor, source="test")(image)
    theirs = processor(image, return_tensors="np")["pixel_values"][0]
    assert ours.shape == theirs.shape
    assert np.abs(ours.numpy() - theirs).max() < 1e-5


@pytest.mark.parametrize(
    ("processor", "message"),
    [
        (ViTImageProcessor(do_resize=False), "pads pictures or does not resize"),
        (ViTImageProcessor(do_rescale=False, rescale_factor=1.0), "does not scale pixels"),
        (ViTImageProcessor(size={"height": 48, "width": 32}), "does not make pictures square"),
        (BitImageProcessor(do_center_crop=False), "leaves pictures oblong"),
        (ConvNextImageProcessor(size={"height": 48, "width": 32}), "does not make pictures square"),
    ],
)
def test_what_is_not_covered_is_refused(processor: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        processor_preprocessing(processor, source="test")
