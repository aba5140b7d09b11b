"""Reading single pictures, good and bad."""

import hashlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from analysis.errors import InputError
from analysis.images.decode import MAX_PIXELS, Unreadable, decode, quiet_pillow
from tests.analysis.images.conftest import PREPROCESSING, encoded, noise


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "PPM", "TIFF", "GIF"])
def test_a_picture_is_cropped_hashed_and_made_small(tmp_path: Path, kind: str) -> None:
    content = encoded(noise(0, 300, 200), kind)
    picture = decode(write(tmp_path / "a", content), PREPROCESSING)
    with Image.open(io.BytesIO(content)) as image:
        expected = PREPROCESSING.crop(image.convert("RGB"))
    assert np.array_equal(picture.pixels, expected)
    assert (picture.width, picture.height) == (300, 200)
    assert picture.sha256 == hashlib.sha256(content).hexdigest()
    with Image.open(io.BytesIO(picture.thumbnail)) as thumbnail:
        assert thumbnail.format == "JPEG"
        assert thumbnail.size == (128, 85)


def test_a_small_picture_is_its_own_thumbnail_in_size(tmp_path: Path) -> None:
    picture = decode(write(tmp_path / "a", encoded(noise(0), "PNG")), PREPROCESSING)
    with Image.open(io.BytesIO(picture.thumbnail)) as thumbnail:
        assert thumbnail.size == (30, 22)


def test_a_small_jpeg_is_its_own_thumbnail_unless_it_holds_metadata(tmp_path: Path) -> None:
    plain = encoded(noise(0, 96, 96), "JPEG")
    assert decode(write(tmp_path / "a", plain), PREPROCESSING).thumbnail == plain
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    noise(0, 96, 96).save(file, "JPEG", exif=exif, comment=b"taken at home")
    thumbnail = decode(write(tmp_path / "b", file.getvalue()), PREPROCESSING).thumbnail
    assert b"home" not in thumbnail
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert not image.getexif()
    cmyk = encoded(noise(0, 96, 96).convert("CMYK"), "JPEG")
    assert decode(write(tmp_path / "c", cmyk), PREPROCESSING).thumbnail != cmyk


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("L", "JPEG"),
        ("1", "PNG"),
        ("CMYK", "JPEG"),
        ("I;16", "PNG"),
    ],
)
def test_every_mode_is_converted_to_rgb(tmp_path: Path, mode: str, kind: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.arange(30 * 22, dtype=np.uint16).reshape(22, 30))
    else:
        image = noise(0).convert(mode)
    picture = decode(write(tmp_path / "a", encoded(image, kind)), PREPROCESSING)
    assert picture.pixels.shape == (16, 16, 3)


def test_a_palette_with_transparency_is_read_without_a_warning(tmp_path: Path) -> None:
    image = noise(0).convert("P")
    image.info["transparency"] = bytes(range(256))
    image.save(tmp_path / "a.png", transparency=bytes(range(256)))
    with quiet_pillow():
        decode(tmp_path / "a.png", PREPROCESSING)


def test_orientation_is_ignored_as_in_torchvisions_image_folder(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    noise(0).save(tmp_path / "turned.png", exif=exif)
    noise(0).save(tmp_path / "straight.png")
    turned, straight = (
        decode(tmp_path / f"{name}.png", PREPROCESSING) for name in ("turned", "straight")
    )
    assert np.array_equal(turned.pixels, straight.pixels)
    assert (turned.width, turned.height) == (30, 22)


def bomb(width: int, height: int) -> bytes:
    """A PNG that only claims to be large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


JPEG = encoded(noise(0, 300, 200), "JPEG")
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no picture"),
        (b"hello", "it is no picture"),
        (EPS, "it is no picture"),
        (JPEG[: len(JPEG) // 2], "truncated"),
        (JPEG[:100], "Truncated"),
        (bomb(10_000, 10_000), f"it is 10000x10000 pixels, more than {MAX_PIXELS:,}"),
        (bomb(100_000, 100_000), "decompression bomb"),
        (bomb(1, 1_000_000), "it resizes to 18x18000000 pixels"),
    ],
    ids=["empty", "text", "eps", "half", "header", "large", "bomb", "elongated"],
)
def test_what_is_no_usable_picture_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = write(tmp_path / "a.jpg", content)
    with quiet_pillow(), pytest.raises(Unreadable, match=reason) as caught:
        decode(path, PREPROCESSING)
    assert isinstance(caught.value, InputError)
    assert str(path) in str(caught.value)
    assert "\n" not in caught.value.reason
    assert " object at " not in caught.value.reason


def test_absent_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        decode(tmp_path / "absent.jpg", PREPROCESSING)
    with pytest.raises(Unreadable, match="no regular file"):
        decode(tmp_path, PREPROCESSING)


def test_files_too_large_to_be_a_picture_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    with path.open("wb") as file:
        file.truncate((1 << 28) + 1)
    with pytest.raises(Unreadable, match="larger than 256 MiB"):
        decode(path, PREPROCESSING)


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(JPEG) - 1), junk=st.binary(min_size=1, max_size=40))
def test_damage_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, position: int, junk: bytes
) -> None:
    content = JPEG[:position] + junk + JPEG[position + len(junk) :]
    path = write(tmp_path_factory.getbasetemp() / "damaged.jpg", content)
    with quiet_pillow():
        try:
            assert decode(path, PREPROCESSING).pixels.shape == (16, 16, 3)
        except Unreadable as error:
            assert error.reason
