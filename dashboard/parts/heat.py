"""A unit's heat-map laid over the picture it was measured on.

The classifier sees a crop of the picture, the thumbnail shows all of it: the map belongs onto the
crop, and what lies outside was never seen.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

SHOWN_SIDE = 192  # smaller thumbnails are enlarged, so that the map on them is smooth
_STRONGEST = 0.66  # opacity of the strongest activation
_FADING = 1.4  # how fast weaker ones turn clear, so that the picture stays to be seen
_UNSEEN = 0.55  # opacity of the veil over what the classifier did not see
_VEIL = (128, 128, 128)
# Inferno's upper part: its lightness grows evenly, for every kind of colour vision.
_RAMP = np.array(
    (
        (87, 16, 110),
        (148, 38, 103),
        (203, 65, 73),
        (237, 105, 37),
        (251, 155, 6),
        (247, 209, 61),
        (252, 255, 164),
    ),
    np.float32,
)


@dataclass(frozen=True)
class Crop:
    """The part of a picture that the classifier sees, in shares of its width and height."""

    left: float = 0.0
    upper: float = 0.0
    right: float = 1.0
    lower: float = 1.0


def seen(width: int, height: int, preprocessing: Mapping[str, Any]) -> Crop:
    """The crop of a picture of this size; the whole where preprocessing does not say."""
    size, resize = preprocessing.get("input_size"), preprocessing.get("resize_size")
    known = isinstance(size, int) and isinstance(resize, int) and 0 < size <= resize
    if not known or min(width, height) < 1:
        return Crop()
    assert isinstance(size, int) and isinstance(resize, int)
    if preprocessing.get("crop_mode") == "squash":
        resized = (resize, resize)
    elif width <= height:
        resized = (resize, max(1, int(resize * height / width)))
    else:
        resized = (max(1, int(resize * width / height)), resize)
    starts = [round((side - size) / 2) for side in resized]
    (left, right), (upper, lower) = (
        (max(0.0, start / side), min(1.0, (start + size) / side))
        for start, side in zip(starts, resized, strict=True)
    )
    return Crop(left, upper, right, lower)


def colours(strength: np.ndarray) -> np.ndarray:
    """RGBA, 0 to 255, for strengths from 0 (clear) to 1."""
    place = np.clip(strength, 0, 1) * (len(_RAMP) - 1)
    low = np.minimum(place.astype(int), len(_RAMP) - 2)
    rgb = _RAMP[low] + (place - low)[..., None] * (_RAMP[low + 1] - _RAMP[low])
    alpha = 255 * _STRONGEST * np.clip(strength, 0, 1) ** _FADING
    return np.concatenate([rgb, alpha[..., None]], axis=-1).round().astype(np.uint8)


def overlay(jpeg: bytes, heat: np.ndarray, crop: Crop) -> bytes | None:
    """The thumbnail with the map (rows, columns; 0 to 1) on its crop, the rest veiled, as JPEG.

    None where the thumbnail cannot be decoded.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
            picture = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    factor = max(1.0, SHOWN_SIDE / max(picture.size))
    picture = picture.resize(
        (round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC
    )
    left, upper = round(crop.left * picture.width), round(crop.upper * picture.height)
    right = max(left + 1, round(crop.right * picture.width))
    lower = max(upper + 1, round(crop.lower * picture.height))
    inside = picture.crop((left, upper, right, lower))
    if (left, upper, right, lower) != (0, 0, *picture.size):
        picture = Image.blend(picture, Image.new("RGB", picture.size, _VEIL), _UNSEEN)
    smooth = Image.fromarray(heat.astype(np.float32)).resize(inside.size, Image.Resampling.BILINEAR)
    layer = Image.fromarray(colours(np.asarray(smooth)))
    picture.paste(
        Image.alpha_composite(inside.convert("RGBA"), layer).convert("RGB"), (left, upper)
    )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=86)
    return buffer.getvalue()
