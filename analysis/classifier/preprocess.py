"""From a picture to what the classifier sees: resize, crop, normalise.

A picture is converted with ``convert("RGB")`` and its EXIF orientation is ignored, as in the
evaluation loops of timm and torchvision, so that the classifier sees what it was trained to see.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor

from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError, UsageError

CropMode = Literal["center", "squash"]
RGB = tuple[float, float, float]

IMAGENET_MEAN: RGB = (0.485, 0.456, 0.406)
IMAGENET_STD: RGB = (0.229, 0.224, 0.225)

_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Preprocessing:
    """How a picture is brought to the classifier's input; equal to timm's evaluation transform."""

    input_size: int
    """Side of the square input, pixels."""
    resize_size: int
    """Length of the shorter side (``center``) or of both sides (``squash``) before the crop."""
    mean: RGB
    """Of red, green and blue, on the scale 0 to 1."""
    std: RGB
    interpolation: str
    crop_mode: CropMode = "center"
    """``center`` keeps the aspect ratio and loses the borders; ``squash`` loses the ratio."""
    source: str = field(default="given", compare=False)
    """Where the values come from."""

    def __post_init__(self) -> None:
        if self.interpolation not in _FILTERS:
            raise ModelError(
                f"the model asks for {self.interpolation!r} interpolation, which is not supported: "
                f"give --interpolation {'|'.join(_FILTERS)}"
            )
        if self.crop_mode not in ("center", "squash"):
            raise ModelError(
                f"the model asks for {self.crop_mode!r} cropping, which is not supported: "
                "only center and squash are"
            )
        if self.input_size > self.resize_size:
            raise ModelError(
                f"the model asks for a crop of {self.input_size} pixels out of {self.resize_size}: "
                "give --input-size and --crop-pct"
            )

    @property
    def crop_pct(self) -> float:
        """Share of the resized picture's side that the crop keeps."""
        return self.input_size / self.resize_size

    @property
    def sha256(self) -> str:
        """Hash of everything that changes the pixels."""
        values = asdict(self)
        del values["source"]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    def crop(self, image: Image.Image) -> UInt8[np.ndarray, "height width 3"]:
        """The resized and cropped picture, values 0 to 255."""
        image = image if image.mode == "RGB" else image.convert("RGB")
        image = image.resize(self.resized(image.size), _FILTERS[self.interpolation])
        image = image.crop(self._crop_box(image.size))
        return np.asarray(image)

    def normalize(
        self, cropped: UInt8[Tensor, "images height width 3"]
    ) -> Float[Tensor, "images 3 height width"]:
        """What ``crop`` gave, stacked, as the classifier's input, on the device of ``cropped``."""
        pixels = cropped.permute(0, 3, 1, 2).contiguous().float().div_(255)
        mean = pixels.new_tensor(self.mean).view(3, 1, 1)
        std = pixels.new_tensor(self.std).view(3, 1, 1)
        return pixels.sub_(mean).div_(std)

    def __call__(self, image: Image.Image) -> Float[Tensor, "3 height width"]:
        """The classifier's input for one picture."""
        return self.normalize(torch.from_numpy(self.crop(image).copy())[None])[0]

    def resized(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height after resizing; truncates the longer side as torchvision does."""
        if self.crop_mode == "squash":
            return self.resize_size, self.resize_size
        width, height = size
        if width <= height:
            return self.resize_size, max(1, int(self.resize_size * height / width))
        return max(1, int(self.resize_size * width / height)), self.resize_size

    def _crop_box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, upper, right, lower; rounds half to even as torchvision does."""
        left, upper = (round((side - self.input_size) / 2.0) for side in size)
        return left, upper, left + self.input_size, upper + self.input_size


def resize_for(input_size: int, crop_pct: float) -> int:
    """The side before the crop, rounded down as timm does."""
    return math.floor(input_size / crop_pct)


def override(preprocessing: Preprocessing, spec: ModelSpec) -> Preprocessing:
    """``preprocessing`` with what the person gave; a new input size keeps the share of the crop."""
    size = spec.input_size or preprocessing.input_size
    resize = preprocessing.resize_size
    if spec.crop_pct is not None:
        resize = resize_for(size, spec.crop_pct)
    elif spec.input_size is not None:
        resize = round(size * preprocessing.resize_size / preprocessing.input_size)
    changed = replace(
        preprocessing,
        input_size=size,
        resize_size=resize,
        mean=spec.mean or preprocessing.mean,
        std=spec.std or preprocessing.std,
        interpolation=spec.interpolation or preprocessing.interpolation,
    )
    if changed == preprocessing:
        return preprocessing
    return replace(changed, source=f"{preprocessing.source}, overridden")


def given_in_full(spec: ModelSpec) -> Preprocessing:
    """The preprocessing of a model that brings none.

    Raises:
        UsageError: ``spec`` leaves out the input size, the mean or the standard deviation.
    """
    if spec.input_size is None or spec.mean is None or spec.std is None:
        raise UsageError(
            f"{spec.name} says nothing about its preprocessing: "
            "give --input-size, --mean and --std (and --crop-pct, --interpolation)"
        )
    return Preprocessing(
        input_size=spec.input_size,
        resize_size=resize_for(spec.input_size, spec.crop_pct or 1.0),
        mean=spec.mean,
        std=spec.std,
        interpolation=spec.interpolation or "bilinear",
    )
