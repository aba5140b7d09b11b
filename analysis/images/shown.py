"""A picture at the size at which the desk shows one image."""

import io
import warnings

LARGEST_SIDE = 720
"""Pixels."""
LARGEST_FILE = 40_000_000
"""Bytes; larger files are not read."""
_QUALITY = 90
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")


def shown_jpeg(content: bytes) -> bytes:
    """The picture in a file's bytes as a JPEG of at most ``LARGEST_SIDE`` pixels, without any
    metadata; ValueError where it cannot be decoded or is unreasonably large.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                picture = opened.convert("RGB")
        picture.info = {}
        picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=_QUALITY)
    except (OSError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError("the picture cannot be decoded") from error
    return buffer.getvalue()


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height that a JPEG's header gives, in pixels; None where it is no JPEG."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as opened:
                return opened.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
