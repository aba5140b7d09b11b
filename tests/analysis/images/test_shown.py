"""The pictures that the desk shows: small, and without what a file says besides."""

import io

import pytest
from PIL import Image

from analysis.images.shown import jpeg_size, shown_jpeg


def encoded(picture: Image.Image, format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def test_the_longer_side_is_720_at_most() -> None:
    for size, expected in (((2000, 1000), (720, 360)), ((100, 3600), (20, 720)), ((9, 5), (9, 5))):
        assert jpeg_size(shown_jpeg(encoded(Image.new("RGB", size), "PNG"))) == expected


def test_metadata_goes() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"  # ImageDescription
    content = encoded(Image.new("RGB", (9, 9)), "JPEG", exif=exif, comment=b"by Jane")
    assert b"at home" in content and b"by Jane" in content
    shown = shown_jpeg(content)
    assert b"at home" not in shown and b"by Jane" not in shown


def test_what_is_no_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"", b"<svg/>", encoded(Image.new("L", (99, 99)), "PNG")[:40]):
        with pytest.raises(ValueError, match="cannot be decoded"):
            shown_jpeg(content)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(ValueError, match="cannot be decoded"):
        shown_jpeg(encoded(Image.new("L", (100, 15)), "PNG"))


def test_a_size_is_read_from_jpegs_only() -> None:
    assert jpeg_size(encoded(Image.new("L", (40, 30)), "JPEG")) == (40, 30)
    assert jpeg_size(encoded(Image.new("L", (40, 30)), "PNG")) is None
    assert jpeg_size(b"\xff\xd8\xff") is None
