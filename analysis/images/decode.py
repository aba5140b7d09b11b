"""One picture from its file: what the classifier sees, a thumbnail, a hash.

Pictures are converted with ``convert("RGB")`` whatever their mode (palette, grey, CMYK; an alpha
channel is dropped), the first frame is taken, and EXIF orientation is ignored, as timm's and
torchvision's ImageFolder do: the classifier is shown what it was trained on, and so is a person.
JPEG's reduced-scale decoding (``draft``) would be faster but changes pixels; it is not used.
"""

import hashlib
import io
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from analysis.classifier.preprocess import Preprocessing
from analysis.errors import InputError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "PPM", "TIFF", "GIF")
"""Formats that are opened; Pillow knows more, and some of them start other programs."""
MAX_BYTES = 1 << 28
MAX_PIXELS = 89_478_485
"""Pillow's own bound for decompression bombs, here also for a picture after resizing."""
THUMBNAIL_SIDE = 128
THUMBNAIL_QUALITY = 80
THUMBNAIL_BYTES = 1 << 14
"""A small JPEG up to this length is its own thumbnail."""
_PLAIN = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
"""What Pillow says of a JPEG that holds nothing but the picture."""


class Unreadable(InputError):
    """A file cannot be read as a picture."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read the picture {path}: {reason}; give another file")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture, read."""

    pixels: UInt8[np.ndarray, "height width 3"]
    """Resized and cropped for the classifier, not yet normalised."""
    thumbnail: bytes
    """JPEG, at most 128 pixels on its longer side."""
    sha256: str
    """Of the file's bytes."""
    width: int
    """Of the whole picture, as its file stores it."""
    height: int


def decode(path: Path, preprocessing: Preprocessing) -> Decoded:
    """Read a picture.

    Raises:
        Unreadable: it is no picture, cut short, of another format, or unreasonably large.
    """
    try:
        content = _read(path)
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            _check_size(image.size, preprocessing)
            rgb = image.convert("RGB")
            own = _is_thumbnail(image, len(content))
    except Exception as error:  # a damaged file can raise anything in Pillow's many decoders
        raise Unreadable(path, _reason(error)) from error
    width, height = rgb.size
    pixels = preprocessing.crop(rgb)
    thumbnail = content if own else _thumbnail(rgb)
    return Decoded(pixels, thumbnail, hashlib.sha256(content).hexdigest(), width, height)


def whole_picture(path: Path) -> Image.Image:
    """A picture uncropped, as RGB.

    Raises:
        Unreadable: it is no picture, cut short or of another format.
    """
    try:
        with quiet_pillow(), Image.open(io.BytesIO(_read(path)), formats=FORMATS) as image:
            return image.convert("RGB")
    except Exception as error:  # a damaged file can raise anything in Pillow's many decoders
        raise Unreadable(path, _reason(error)) from error


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """No warnings about oddities of single files, which Pillow gives by the thousand.

    Filters are the process's: enter it in the main thread, around the threads that decode.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


class _Refused(Exception):
    """A file that is not even tried; says why."""


def _read(path: Path) -> bytes:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise _Refused("it is no regular file")
    if status.st_size > MAX_BYTES:
        raise _Refused(f"its file is larger than {MAX_BYTES >> 20} MiB")
    return path.read_bytes()


def _check_size(size: tuple[int, int], preprocessing: Preprocessing) -> None:
    """Against decompression bombs, and pictures so elongated that resizing makes one."""
    for what, (width, height) in (("is", size), ("resizes to", preprocessing.resized(size))):
        if width * height > MAX_PIXELS:
            raise _Refused(f"it {what} {width}x{height} pixels, more than {MAX_PIXELS:,}")


def _is_thumbnail(image: Image.Image, length: int) -> bool:
    """Whether a file serves as its own thumbnail: a small JPEG without metadata.

    Metadata would turn the picture in a browser, or carry a place or a name into the store.
    """
    return (
        image.format == "JPEG"
        and image.mode in ("RGB", "L")
        and max(image.size) <= THUMBNAIL_SIDE
        and length <= THUMBNAIL_BYTES
        and image.info.keys() <= _PLAIN
    )


def _thumbnail(image: Image.Image) -> bytes:
    """A small JPEG without the metadata of ``image``, which is used up."""
    image.info = {}
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=THUMBNAIL_QUALITY)
    return file.getvalue()


def _reason(error: Exception) -> str:
    """Why, in one line without the file's address in memory."""
    if isinstance(error, UnidentifiedImageError):
        return f"it is no picture in one of the formats {', '.join(FORMATS)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
