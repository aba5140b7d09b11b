"""Scenes: what is behind a creature."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from analysis.reef.corals import draw_corals
from analysis.reef.water import RGB, Draw, Random, box, gradient, ground, points, rays, vary


def _open_water(size: int, rng: Random) -> Image.Image:
    top, bottom = vary(rng, (96, 176, 214)), vary(rng, (24, 78, 138))
    return rays(gradient(size, top, bottom), rng, 40)


def _cave(size: int, rng: Random) -> Image.Image:
    rock = vary(rng, (44, 36, 40), 8)
    image = Image.new("RGB", (size, size), rock)
    hole = Image.new("L", (size, size), 0)
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    r = rng.uniform(0.32, 0.47, 16) * size
    cx, cy = rng.uniform(0.42, 0.58, 2) * size
    ImageDraw.Draw(hole).polygon(
        list(zip(cx + r * np.cos(t), cy + 0.85 * r * np.sin(t), strict=True)), fill=255
    )
    image.paste(
        gradient(size, (62, 112, 138), (18, 42, 66)),
        mask=hole.filter(ImageFilter.GaussianBlur(size * 0.012)),
    )
    draw = ImageDraw.Draw(image)
    for x in rng.uniform(0, 1, 7) * size:  # stalactites and stalagmites
        w, h = rng.uniform(0.04, 0.08) * size, rng.uniform(0.14, 0.3) * size
        draw.polygon([(x - w, 0), (x + w, 0), (x, h)], fill=vary(rng, (66, 54, 56), 8))
        draw.polygon(
            [(x - w, size), (x + 2 * w, size), (x, size - h * 0.7)],
            fill=vary(rng, (58, 47, 50), 8),
        )
    return image


def _coral_reef(size: int, rng: Random) -> Image.Image:
    image = gradient(size, vary(rng, (104, 196, 214)), vary(rng, (40, 116, 160)))
    image = rays(image, rng)
    draw = ImageDraw.Draw(image)
    ground(draw, rng, size, 0.88, (120, 96, 104))
    draw_corals(draw, rng, size)
    return image


def _sand(size: int, rng: Random) -> Image.Image:
    image = rays(gradient(size, vary(rng, (122, 200, 216)), vary(rng, (92, 168, 190))), rng)
    draw = ImageDraw.Draw(image)
    level = rng.uniform(0.42, 0.55)
    ground(draw, rng, size, level, vary(rng, (232, 210, 160), 10))
    for y in np.linspace(level + 0.08, 0.97, 7):
        xs = np.linspace(0, 1, 20)
        ys = y + 0.012 * np.sin(xs * rng.uniform(12, 20) + rng.uniform(0, 6))
        draw.line(
            [*zip(xs * size, ys * size, strict=True)],
            fill=(206, 180, 128),
            width=max(2, size // 110),
        )
    for x, y in zip(rng.uniform(0.05, 0.95, 10), rng.uniform(level + 0.1, 0.97, 10), strict=True):
        r = rng.uniform(0.008, 0.02)
        draw.ellipse(box(x, y, r, 0.7 * r, size), fill=vary(rng, (186, 160, 118)))
    return image


def kelp_blade(draw: Draw, rng: Random, size: int, x: float, width: float, colour: RGB) -> None:
    """One kelp stalk with leaves, from the bottom to above the top."""
    ys = np.linspace(-0.05, 1.05, 24)
    xs = x + 0.035 * np.sin(ys * rng.uniform(5, 9) + rng.uniform(0, 6))
    draw.line(
        [*zip(xs * size, ys * size, strict=True)], fill=colour, width=max(3, round(width * size))
    )
    for i in range(1, 23, 2):
        side = 1 if i % 4 == 1 else -1
        leaf = ((0.0, 0.0), (0.05, -0.06), (0.11, -0.05), (0.05, 0.015))
        outline = [(xs[i] + side * dx, ys[i] + dy) for dx, dy in leaf]
        draw.polygon(points(size, *outline), fill=vary(rng, colour, 8))


def _kelp_forest(size: int, rng: Random) -> Image.Image:
    image = rays(gradient(size, vary(rng, (120, 186, 150)), vary(rng, (22, 78, 74))), rng)
    draw = ImageDraw.Draw(image)
    for x in np.linspace(0.0, 1.0, 7) + rng.uniform(-0.05, 0.05, 7):
        kelp_blade(draw, rng, size, float(x), 0.022, vary(rng, (74, 110, 44)))
    return image


def _murky_water(size: int, rng: Random) -> Image.Image:
    small = size // 4  # it is blurred anyway
    image = gradient(small, vary(rng, (128, 122, 80)), vary(rng, (66, 64, 40)))
    draw = ImageDraw.Draw(image)
    for x, y, r in zip(rng.random(12), rng.random(12), rng.uniform(0.08, 0.2, 12), strict=True):
        draw.ellipse(box(x, y, 1.6 * r, r, small), fill=vary(rng, (98, 94, 60), 18))
    image = image.filter(ImageFilter.GaussianBlur(small * 0.05))
    return image.resize((size, size), Image.Resampling.BILINEAR)


def _ice(size: int, rng: Random) -> Image.Image:
    image = rays(gradient(size, vary(rng, (170, 220, 236)), vary(rng, (58, 122, 164))), rng)
    draw = ImageDraw.Draw(image)
    xs = np.linspace(-0.02, 1.02, 9)
    depth = rng.uniform(0.14, 0.34, 9)
    edge = [*zip(xs * size, depth * size, strict=True)]
    draw.polygon([(0, 0), *edge, (size, 0)], fill=(236, 246, 252))
    for a, b in pairwise(edge):
        mid = ((a[0] + b[0]) / 2, min(a[1], b[1]) * rng.uniform(0.2, 0.6))
        draw.polygon([a, mid, b], fill=vary(rng, (196, 224, 240), 12))
    for x, y in zip(rng.uniform(0.05, 0.95, 5), rng.uniform(0.45, 0.95, 5), strict=True):
        r = rng.uniform(0.03, 0.06)
        floe = ((-1.0, 0.0), (-0.2, -1.0), (1.0, -0.2), (0.3, 0.8))
        outline = points(size, *((x + r * dx, y + r * dy) for dx, dy in floe))
        draw.polygon(outline, fill=(222, 240, 248))
    return image


def _shipwreck(size: int, rng: Random) -> Image.Image:
    image = gradient(size, vary(rng, (84, 140, 160)), vary(rng, (30, 66, 88)))
    draw = ImageDraw.Draw(image)
    ground(draw, rng, size, 0.86, vary(rng, (124, 116, 96)))
    side = 1 if rng.random() < 0.5 else -1
    wood, dark = vary(rng, (112, 78, 52), 8), (58, 38, 28)

    def at(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
        return points(size, *((0.5 + side * (x - 0.5), y) for x, y in pairs))

    for x, top in ((0.34, 0.04), (0.66, 0.14)):  # masts with torn sails
        draw.line(at((x, 0.5), (x + 0.05, top)), fill=dark, width=size // 28)
        sail = ((0.05, 0.02), (0.26, 0.16), (0.17, 0.22), (0.2, 0.32), (0.03, 0.3))
        draw.polygon(at(*((x + dx, top + dy) for dx, dy in sail)), fill=(178, 170, 146))
    hull = ((-0.04, 0.36), (0.1, 0.48), (0.88, 0.52), (1.03, 0.42), (0.9, 0.94), (0.1, 0.96))
    draw.polygon(at(*hull), fill=wood)
    for y in (0.6, 0.7, 0.8):
        draw.line(at((0.02, y - 0.04), (0.95, y)), fill=dark, width=size // 70)
    for x in (0.2, 0.42, 0.64, 0.84):
        porthole = box(0.5 + side * (x - 0.5), 0.66, 0.042, 0.042, size)
        draw.ellipse(porthole, (26, 22, 24), (170, 140, 80), size // 90)
    return image


_BACKGROUNDS: dict[str, Callable[[int, Random], Image.Image]] = {
    "open water": _open_water,
    "cave": _cave,
    "coral reef": _coral_reef,
    "sand": _sand,
    "kelp forest": _kelp_forest,
    "murky water": _murky_water,
    "ice": _ice,
    "shipwreck": _shipwreck,
}


def background(scene: str, size: int, rng: Random) -> Image.Image:
    """The scene without a creature, RGB."""
    return _BACKGROUNDS[scene](size, rng)
