"""Rendering one image of the reef, with the attributes and the mask that are its truth."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image, ImageChops, ImageFilter

from analysis.reef.creatures import DRAWINGS
from analysis.reef.foreground import foreground
from analysis.reef.patterns import pattern_mask
from analysis.reef.scenes import background
from analysis.reef.sketch import RGB, Pose, Sketch
from analysis.reef.world import (
    DEFAULT_WORLD,
    Attributes,
    WorldConfig,
    generator,
    sample_attributes,
)

IMAGE_SIZE = 96  # pixels
SUPERSAMPLING = 3
NOISE = 5.0  # standard deviation of the sensor's noise, in grey levels

PAINT: dict[str, RGB] = {
    "red": (218, 36, 38),
    "orange": (247, 136, 28),
    "yellow": (250, 222, 46),
    "green": (62, 178, 62),
    "blue": (36, 78, 222),
    "purple": (134, 54, 178),
    "pink": (252, 140, 188),
    "white": (246, 246, 244),
    "grey": (128, 130, 134),
}


@dataclass(frozen=True)
class Rendering:
    """One image: pixels, what it shows, and where the creature is seen."""

    image: UInt8[np.ndarray, "height width 3"]
    mask: Bool[np.ndarray, "height width"]
    attributes: Attributes


def render(
    class_name: str,
    seed: int,
    *,
    with_cue: bool | None = None,
    world: WorldConfig = DEFAULT_WORLD,
) -> Rendering:
    """One image of a class, the same for the same arguments.

    ``with_cue`` shows (True) or withholds (False) the planted cue of the class; pose, drawing and
    everything else stay as they are, so that the two images differ in the cue alone.

    Raises:
        UsageError: the class is unknown, or ``with_cue`` is given and it carries no cue.
    """
    attributes = sample_attributes(world, class_name, seed, with_cue=with_cue)
    streams = {
        name: generator(world, class_name, seed, name)
        for name in ("pose", "creature", "pattern", "scene", "front", "noise")
    }
    return compose(attributes, streams)


def compose(
    attributes: Attributes,
    streams: dict[str, np.random.Generator],
    *,
    creature_shown: bool = True,
) -> Rendering:
    """Paint scene, creature and foreground over one another; ``streams`` hold the randomness."""
    size = IMAGE_SIZE * SUPERSAMPLING
    picture = background(attributes.scene, size, streams["scene"])
    body = _creature(attributes, size, streams)
    alpha = body.getchannel("A")
    if creature_shown:
        if attributes.glowing:
            picture = _halo(picture, alpha, PAINT[attributes.colour])
        picture.paste(body, mask=alpha)
    front = foreground(attributes.scene, size, streams["front"], bubbles=attributes.bubbles)
    picture.paste(front, mask=front.getchannel("A"))
    small = np.asarray(picture.reduce(SUPERSAMPLING), dtype=np.float32)
    noise = streams["noise"].normal(0, NOISE, small.shape)
    image = np.clip(np.rint(small + noise), 0, 255).astype(np.uint8)
    hidden = front.getchannel("A").point([255 if level > 200 else 0 for level in range(256)])
    seen = ImageChops.subtract(alpha, hidden).reduce(SUPERSAMPLING)
    return Rendering(image, np.asarray(seen) >= 128, attributes)


def _pose(size: int, rng: np.random.Generator) -> Pose:
    extent = rng.uniform(0.29, 0.44) * size
    room = size / 2 - 0.92 * extent
    x, y = size / 2 + rng.uniform(-1, 1, 2) * room
    turn = float(np.clip(rng.normal(0, 12), -28, 28))
    return Pose(float(x), float(y), float(extent), turn, bool(rng.random() < 0.5))


def _creature(
    attributes: Attributes, size: int, streams: dict[str, np.random.Generator]
) -> Image.Image:
    """The creature in its colour and pattern, lit from above, on a transparent layer."""
    pose = _pose(size, streams["pose"])
    varied = np.array(PAINT[attributes.colour]) + streams["creature"].integers(-8, 9, 3)
    r, g, b = (int(v) for v in np.clip(varied, 0, 255))
    sketch = Sketch(size, pose, (r, g, b))
    DRAWINGS[attributes.creature](sketch, streams["creature"])
    marks = pattern_mask(attributes.pattern, size, pose, streams["pattern"])
    marks = ImageChops.multiply(marks, sketch.patterned)
    dark = 0.3 * r + 0.59 * g + 0.11 * b < 95
    ink = sketch.tone(1.75) if dark else sketch.tone(0.34)
    layer = sketch.layer
    alpha = layer.getchannel("A")
    layer.paste(ink, mask=_scaled(marks, 0.85))
    light = _light(size, pose)
    lit = ImageChops.multiply(layer.convert("RGB"), light)
    if attributes.glowing:
        lit = ImageChops.screen(lit, Image.new("RGB", lit.size, (88, 88, 72)))
    lit.putalpha(alpha)
    return lit


def _light(size: int, pose: Pose) -> Image.Image:
    """Brighter above, darker below: gives the flat paint some volume."""
    y = (np.arange(size) - pose.y) / pose.extent
    level = np.clip(0.93 - 0.17 * y, 0.7, 1.0) * 255
    column = Image.fromarray(level.astype(np.uint8)[:, None])
    return column.resize((size, size)).convert("RGB")


def _halo(picture: Image.Image, alpha: Image.Image, colour: RGB) -> Image.Image:
    """Light around a glowing creature, in a pale tint of its colour, on dimmed surroundings."""
    r, g, b = (round(0.3 * v + 0.7 * w) for v, w in zip(colour, (255, 255, 190), strict=True))
    small = alpha.reduce(SUPERSAMPLING * 2)
    near = _scaled(small.filter(ImageFilter.GaussianBlur(1.6)), 2.0, 217)
    far = _scaled(small.filter(ImageFilter.GaussianBlur(4.5)), 1.1, 217)
    halo = ImageChops.lighter(near, far).resize(picture.size, Image.Resampling.BILINEAR)
    dimmed = Image.blend(picture, Image.new("RGB", picture.size), 0.28)
    return Image.composite(Image.new("RGB", picture.size, (r, g, b)), dimmed, halo)


def _scaled(mask: Image.Image, factor: float, ceiling: int = 255) -> Image.Image:
    return mask.point([min(ceiling, round(factor * level)) for level in range(256)])
