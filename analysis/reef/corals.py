"""Corals: branching ones, brain corals and tube sponges."""

from collections.abc import Callable

import numpy as np

from analysis.reef.water import RGB, Draw, Random, box, vary

COLOURS: tuple[RGB, ...] = (
    (232, 108, 126),
    (240, 150, 90),
    (180, 110, 200),
    (245, 205, 110),
    (120, 190, 150),
    (225, 120, 190),
)


def draw_corals(draw: Draw, rng: Random, size: int) -> None:
    """A row of corals of random kinds and colours along the bottom of the image."""
    for x in np.linspace(0.02, 0.98, 9) + rng.uniform(-0.05, 0.05, 9):
        colour = vary(rng, COLOURS[rng.integers(len(COLOURS))])
        y, kind = rng.uniform(0.9, 1.0), _KINDS[rng.integers(len(_KINDS))]
        kind(draw, rng, size, float(x), float(y), colour)


def _branching(draw: Draw, rng: Random, size: int, x: float, y: float, colour: RGB) -> None:
    length = size * rng.uniform(0.1, 0.15)
    _branch(draw, rng, (x * size, y * size), length, np.pi / 2, colour)


def _branch(
    draw: Draw,
    rng: Random,
    foot: tuple[float, float],
    length: float,
    angle: float,
    colour: RGB,
) -> None:
    x, y = foot[0] + length * np.cos(angle), foot[1] - length * np.sin(angle)
    draw.line([foot, (x, y)], fill=colour, width=max(3, round(length * 0.36)))
    knob = length * 0.18
    draw.ellipse([x - knob, y - knob, x + knob, y + knob], fill=colour)
    if length > 9:
        for turn in (-0.5, 0.45):
            _branch(draw, rng, (x, y), length * rng.uniform(0.62, 0.76), angle + turn, colour)


def _brain(draw: Draw, rng: Random, size: int, x: float, y: float, colour: RGB) -> None:
    r = rng.uniform(0.08, 0.13)
    draw.ellipse(box(x, y, r, r, size), fill=colour)
    for share in (0.35, 0.65):
        groove = vary(rng, (110, 60, 80))
        draw.arc(box(x, y, share * r, r, size), 180, 360, fill=groove, width=2)


def _tubes(draw: Draw, rng: Random, size: int, x: float, y: float, colour: RGB) -> None:
    for dx in (-0.04, 0.0, 0.04):
        half = rng.uniform(0.07, 0.14)
        draw.rounded_rectangle(box(x + dx, y - half, 0.022, half, size), size * 0.02, fill=colour)
        draw.ellipse(box(x + dx, y - 2 * half + 0.015, 0.015, 0.015, size), fill=(70, 40, 60))


_KINDS: tuple[Callable[[Draw, Random, int, float, float, RGB], None], ...] = (
    _branching,
    _brain,
    _tubes,
)
