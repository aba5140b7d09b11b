"""A heat-map lies where the classifier looked."""

import io

import numpy as np
import pytest
from PIL import Image

from dashboard.parts import heat
from dashboard.parts.heat import Crop


def grey(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (90, 90, 90)).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def pixels(jpeg: bytes | None) -> np.ndarray:
    assert jpeg is not None
    with Image.open(io.BytesIO(jpeg)) as opened:
        return np.asarray(opened.convert("RGB")).astype(int)


def changed(shown: np.ndarray) -> np.ndarray:
    """Where the picture is no longer grey."""
    return shown.max(axis=-1) - shown.min(axis=-1) > 40


@pytest.mark.parametrize(
    ("size", "preprocessing", "crop"),
    [
        ((64, 64), {"input_size": 64, "resize_size": 64, "crop_mode": "center"}, Crop()),
        (
            (100, 100),
            {"input_size": 224, "resize_size": 256, "crop_mode": "center"},
            Crop(0.0625, 0.0625, 0.9375, 0.9375),
        ),
        # 200 x 100 is resized to 512 x 256, of which the middle 256 are seen.
        (
            (200, 100),
            {"input_size": 256, "resize_size": 256, "crop_mode": "center"},
            Crop(0.25, 0.0, 0.75, 1.0),
        ),
        (
            (100, 200),
            {"input_size": 256, "resize_size": 256},
            Crop(0.0, 0.25, 1.0, 0.75),
        ),
        ((200, 100), {"input_size": 64, "resize_size": 64, "crop_mode": "squash"}, Crop()),
        ((200, 100), {"input_size": 32}, Crop()),
        ((200, 100), {"input_size": "32", "resize_size": None}, Crop()),
        ((0, 0), {"input_size": 32, "resize_size": 32}, Crop()),
    ],
)
def test_the_crop_is_where_preprocessing_puts_it(
    size: tuple[int, int], preprocessing: dict[str, object], crop: Crop
) -> None:
    assert heat.seen(*size, preprocessing) == crop


def test_the_crop_agrees_with_the_classifiers_own() -> None:
    from analysis.classifier.preprocess import Preprocessing

    own = Preprocessing(24, 32, (0.5,) * 3, (0.5,) * 3, "bilinear")
    width, height = 96, 160
    ramp = np.zeros((height, width, 3), np.uint8)
    ramp[..., 0] = np.arange(width)
    ramp[..., 1] = np.arange(height)[:, None]
    cut = own.crop(Image.fromarray(ramp)).astype(float)
    crop = heat.seen(width, height, {"input_size": 24, "resize_size": 32})
    assert cut[..., 0].mean() == pytest.approx((crop.left + crop.right) / 2 * width, abs=2)
    assert cut[..., 1].mean() == pytest.approx((crop.upper + crop.lower) / 2 * height, abs=2)
    assert np.ptp(cut[..., 0]) == pytest.approx((crop.right - crop.left) * width, abs=6)


def test_the_map_glows_where_it_is_strong() -> None:
    shown = changed(pixels(heat.overlay(grey(64, 64), np.array([[1.0, 0.0], [0.0, 0.0]]), Crop())))
    assert shown.shape == (heat.SHOWN_SIDE, heat.SHOWN_SIDE)
    half = heat.SHOWN_SIDE // 2
    assert shown[: half // 2, : half // 2].all()
    assert not shown[half + half // 2 :, half + half // 2 :].any()


def test_the_map_lies_on_the_crop_alone() -> None:
    shown = pixels(heat.overlay(grey(128, 64), np.ones((3, 3)), Crop(0.25, 0.0, 0.75, 1.0)))
    glowing = changed(shown)
    width = glowing.shape[1]
    assert glowing[:, int(0.3 * width) : int(0.7 * width)].all()
    assert not glowing[:, : int(0.2 * width)].any()
    assert shown[5, 5].mean() > 100  # veiled, so lighter than the picture


def test_no_activation_changes_nothing() -> None:
    shown = pixels(heat.overlay(grey(64, 64), np.zeros((2, 2)), Crop()))
    assert abs(shown - 90).max() <= 3


def test_colours_grow_lighter_and_denser() -> None:
    ramp = heat.colours(np.linspace(0, 1, 20)).astype(int)
    lightness = ramp[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()
    assert (np.diff(ramp[:, 3]) >= 0).all()
    assert ramp[0, 3] == 0


@pytest.mark.parametrize("jpeg", [b"", b"no picture", grey(16, 16)[:40]])
def test_what_is_no_picture_is_left_alone(jpeg: bytes) -> None:
    assert heat.overlay(jpeg, np.ones((2, 2)), Crop()) is None
