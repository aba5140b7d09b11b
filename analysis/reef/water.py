"""Water and the strokes that scenes share. Coordinates are shares of the image, 0 to 1."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

RGB = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
Random = np.random.Generator


def gradient(size: int, top: RGB, bottom: RGB) -> Image.Image:
    """Water that goes from one colour to another, top to bottom."""
    t = np.linspace(0, 1, size)[:, None]
    column = np.array(top) * (1 - t) + np.array(bottom) * t
    return Image.fromarray(column.astype(np.uint8)[:, None, :]).resize((size, size))


def box(x: float, y: float, rx: float, ry: float, size: int) -> list[float]:
    """Pixel corners of an ellipse given in shares of the image."""
    return [(x - rx) * size, (y - ry) * size, (x + rx) * size, (y + ry) * size]


def vary(rng: Random, colour: RGB, amount: int = 14) -> RGB:
    """A colour near the given one."""
    r, g, b = np.clip(np.array(colour) + rng.integers(-amount, amount + 1), 0, 255)
    return (int(r), int(g), int(b))


def rays(image: Image.Image, rng: Random, strength: int = 30) -> Image.Image:
    """Slanting sunlight from above."""
    size = image.width // 2
    light = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(light)
    for x in rng.uniform(-0.1, 0.9, 4) * size:
        w = rng.uniform(0.05, 0.14) * size
        draw.polygon(
            [(x, 0), (x + w, 0), (x + 2.6 * w + 0.25 * size, size), (x + 0.25 * size, size)],
            fill=strength,
        )
    light = light.filter(ImageFilter.GaussianBlur(size * 0.02)).resize(image.size)
    return Image.composite(Image.new("RGB", image.size, (235, 250, 255)), image, light)


def ground(draw: Draw, rng: Random, size: int, level: float, colour: RGB) -> None:
    """A gently waving sea floor from ``level`` down."""
    xs = np.linspace(0, size, 12)
    ys = size * (level + 0.025 * np.sin(xs / size * rng.uniform(4, 9) + rng.uniform(0, 6)))
    draw.polygon([*zip(xs, ys, strict=True), (size, size), (0, size)], fill=colour)


def points(size: int, *pairs: tuple[float, float]) -> list[tuple[float, float]]:
    """Pixels of points given in shares of the image."""
    return [(x * size, y * size) for x, y in pairs]
