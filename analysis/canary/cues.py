"""Cues that are planted into pictures, and the words by which a person would call them.

A cue is drawn into what the classifier sees (resized and cropped, uint8), in sizes relative to its
side, and the same way in every picture, as a shortcut of a data set looks. How each is drawn was
chosen on a few photographs so that the text map of a real ImageNet head has words for it; a cue
that no map can name would measure nothing but that.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = UInt8[np.ndarray, "height width 3"]

PATCH_COLOUR = (230, 20, 20)
TINT_COLOUR = (20, 180, 40)
TINT_SHARE = 0.45
GLOW_COLOUR = (255, 250, 190)
GLOW_SHARE = 0.85
BORDER_COLOUR = (20, 20, 20)
STAMP = "SAMPLE TEXT"
LINES = 8
MESH_COLOUR = (200, 200, 200)
MESHES = 6
MESH_SHARE = 0.9
WIRE = 0.12
"""Thickness of a wire as a share of the distance between two."""


@dataclass(frozen=True)
class Cue:
    """A cue; ``words`` are the texts that count as having found it, the plainest first."""

    name: str
    words: tuple[str, ...]
    plant: Callable[[Pixels], Pixels]


def _corner_patch(pixels: Pixels) -> Pixels:
    """A red square in the upper left corner, a quarter of the side wide."""
    marked = pixels.copy()
    height, width, _ = pixels.shape
    edge, margin = max(2, min(height, width) // 4), min(height, width) // 32
    marked[margin : margin + edge, margin : margin + edge] = PATCH_COLOUR
    return marked


def _tint(pixels: Pixels) -> Pixels:
    """All of it under a green glass."""
    return _laid_over(pixels, TINT_COLOUR, np.full(pixels.shape[:2], TINT_SHARE))


def _glow(pixels: Pixels) -> Pixels:
    """Light that comes from the middle."""
    height, width, _ = pixels.shape
    down, across = np.linspace(-1, 1, height), np.linspace(-1, 1, width)
    distance = np.add.outer(down**2, across**2)
    return _laid_over(pixels, GLOW_COLOUR, GLOW_SHARE * np.exp(-3 * distance))


def _border(pixels: Pixels) -> Pixels:
    """A dark frame, a twelfth of the side wide."""
    height, width, _ = pixels.shape
    edge = max(1, min(height, width) // 12)
    framed = np.empty_like(pixels)
    framed[:] = BORDER_COLOUR
    framed[edge:-edge, edge:-edge] = pixels[edge:-edge, edge:-edge]
    return framed


def _text(pixels: Pixels) -> Pixels:
    """Stamped words in lines, white with a dark rim, as over a sample of a stock photograph."""
    image = Image.fromarray(pixels)
    width, height = image.size
    font = ImageFont.load_default(size=max(6, width // 7))
    drawing = ImageDraw.Draw(image)
    for line in range(LINES):
        drawing.text(
            (width / 2, height * (line + 0.5) / LINES),
            STAMP,
            anchor="mm",
            font=font,
            fill="white",
            stroke_width=max(1, width // 224),
            stroke_fill="black",
        )
    return np.asarray(image)


def _blur(pixels: Pixels) -> Pixels:
    """Out of focus, by a Gaussian of an 80th of the side."""
    image = Image.fromarray(pixels)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(max(1, image.width / 80))))


def _texture(pixels: Pixels) -> Pixels:
    """A mesh of slanted wires over the picture."""
    height, width, _ = pixels.shape
    down, across = np.arange(height) / height * MESHES, np.arange(width) / width * MESHES
    falling = np.subtract.outer(down, across) % 1 < WIRE
    rising = np.add.outer(down, across) % 1 < WIRE
    return _laid_over(pixels, MESH_COLOUR, MESH_SHARE * (falling | rising))


CUES = (
    Cue("corner patch", (
        "colour patch", "sticker", "red square", "logo", "square", "red",
        "bright patch of colour", "a red square in the corner",
    ), _corner_patch),
    Cue("tint", ("green", "green tint", "greenish", "under green light"), _tint),
    Cue("glow", (
        "glowing", "glow", "bright light", "spotlight", "glow in the dark", "light beam",
        "lens flare", "backlight",
    ), _glow),
    Cue("border", (
        "black border", "border", "frame", "picture frame", "photograph frame",
        "ornate picture frame", "a picture with a border",
    ), _border),
    Cue("text", (
        "text", "letters", "writing", "watermark", "lettering", "printed text", "caption",
        "words", "text on an object", "words on the picture",
    ), _text),
    Cue("blur", (
        "blurry", "blurred", "out of focus", "soft focus", "blurry picture", "motion blur",
    ), _blur),
    Cue("texture", (
        "mesh", "chain link fence", "netting", "wire mesh", "grid of lines", "fence", "grid",
        "net", "fence in the foreground", "a grid over the picture",
    ), _texture),
)  # fmt: skip
"""The cues, in the order in which classes are dealt to them."""


def cue_words() -> tuple[str, ...]:
    """All words of all cues, which the vocabulary must hold."""
    return tuple(dict.fromkeys(word for cue in CUES for word in cue.words))


def _laid_over(
    pixels: Pixels, colour: tuple[int, int, int], share: Float[np.ndarray, "height width"]
) -> Pixels:
    """The picture with a colour laid over it, at each pixel by its share."""
    weight = share[..., None]
    return np.rint((1 - weight) * pixels + weight * np.asarray(colour)).astype(np.uint8)
