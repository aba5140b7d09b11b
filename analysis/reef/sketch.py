"""Drawing a creature: smooth shapes in its own coordinates, painted with one colour in tones.

Creatures live in the square [-1, 1]^2, x to the right (the way they look), y down.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Real = float | int  # annotations are checked at runtime, where an int is not a float
Point = tuple[Real, Real]
RGB = tuple[int, int, int]

WHITE: RGB = (250, 250, 245)
BLACK: RGB = (15, 15, 25)
IVORY: RGB = (245, 238, 215)
BEAK: RGB = (240, 165, 50)


def smooth(points: list[Point], *, closed: bool, steps: int = 7) -> np.ndarray:
    """A Catmull-Rom curve through the points, as an array (n, 2)."""
    p = np.asarray(points, float)
    if closed:
        p = np.vstack([p[-1], p, p[0], p[1]])
    else:
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    curve = curve.transpose(1, 0, 2).reshape(-1, 2)
    return curve if closed else np.vstack([curve, p[-2]])


def ellipse(x: Real, y: Real, rx: Real, ry: Real, turn: Real = 0.0) -> np.ndarray:
    """Points of an ellipse, turned by ``turn`` degrees."""
    t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    u, v = rx * np.cos(t), ry * np.sin(t)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return np.stack([x + c * u - s * v, y + s * u + c * v], axis=1)


def ribbon(points: list[Point], widths: list[Real]) -> np.ndarray:
    """A band along a smooth path whose width goes through ``widths``."""
    path = smooth(points, closed=False)
    step = np.gradient(path, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
    at = np.linspace(0, 1, len(path))
    half = np.interp(at, np.linspace(0, 1, len(widths)), widths)[:, None] / 2
    return np.vstack([path + half * normal, (path - half * normal)[::-1]])


@dataclass(frozen=True)
class Pose:
    """Where a creature is: centre and half-extent in pixels, turn in degrees, mirrored or not."""

    x: Real
    y: Real
    extent: Real
    turn: Real
    mirrored: bool

    def __call__(self, points: np.ndarray | list[Point]) -> list[float]:
        """Pixels x, y, x, y, ... of points in the creature's coordinates."""
        p = np.asarray(points, float)
        c, s = np.cos(np.radians(self.turn)), np.sin(np.radians(self.turn))
        u, v = c * p[:, 0] - s * p[:, 1], s * p[:, 0] + c * p[:, 1]
        u = -u if self.mirrored else u
        pixels = np.stack([self.x + self.extent * u, self.y + self.extent * v], axis=1)
        return pixels.ravel().tolist()


class Sketch:
    """A layer on which one creature is drawn, and the part of it that takes its pattern."""

    def __init__(self, size: int, pose: Pose, colour: RGB) -> None:
        self.pose = pose
        self.colour = np.array(colour, float)
        self.layer = Image.new("RGBA", (size, size), (*colour, 0))
        self.patterned = Image.new("L", (size, size), 0)
        self._draw = ImageDraw.Draw(self.layer)
        self._draw_patterned = ImageDraw.Draw(self.patterned)
        self._outline = max(2, round(0.028 * pose.extent))

    def tone(self, tone: Real) -> tuple[int, int, int, int]:
        """The creature's colour, darker below 1, mixed with white above 1."""
        rgb = self.colour * tone if tone <= 1 else self.colour + (255 - self.colour) * (tone - 1)
        return (round(rgb[0]), round(rgb[1]), round(rgb[2]), 255)

    def shape(
        self,
        points: np.ndarray | list[Point],
        tone: Real = 1.0,
        *,
        patterned: bool = True,
        fill: RGB | None = None,
    ) -> None:
        """A filled, outlined polygon, in a tone of the creature's colour or in a fixed one."""
        pixels = self.pose(points)
        self._draw.polygon(pixels, fill=self.tone(tone) if fill is None else (*fill, 255))
        edge = self.tone(0.32)
        self._draw.line(pixels + pixels[:4], edge, self._outline, joint="curve")
        self._draw_patterned.polygon(pixels, fill=255 if patterned and fill is None else 0)

    def blob(self, points: list[Point], tone: Real = 1.0, *, patterned: bool = True) -> None:
        """A smooth closed shape through the points."""
        self.shape(smooth(points, closed=True), tone, patterned=patterned)

    def oval(
        self,
        x: Real,
        y: Real,
        rx: Real,
        ry: Real,
        turn: Real = 0.0,
        tone: Real = 1.0,
        *,
        patterned: bool = True,
        fill: RGB | None = None,
    ) -> None:
        """An ellipse."""
        self.shape(ellipse(x, y, rx, ry, turn), tone, patterned=patterned, fill=fill)

    def limb(self, points: list[Point], widths: list[Real], tone: Real = 1.0) -> None:
        """A tapering arm along a smooth path; it takes no pattern."""
        self.shape(ribbon(points, widths), tone, patterned=False)

    def band(self, points: list[Point], widths: list[Real], tone: Real = 1.0) -> None:
        """A tapering body along a smooth path; it takes the pattern."""
        self.shape(ribbon(points, widths), tone)

    def line(self, points: list[Point], width: Real = 0.035, tone: Real = 0.4) -> None:
        """A thin line over what was drawn."""
        pixels = self.pose(smooth(points, closed=False))
        thick = max(2, round(width * self.pose.extent))
        self._draw.line(pixels, self.tone(tone), thick, joint="curve")

    def dot(self, x: Real, y: Real, radius: Real, fill: RGB = BLACK) -> None:
        """A filled disc without outline."""
        pixels = self.pose(ellipse(x, y, radius, radius))
        self._draw.polygon(pixels, fill=(*fill, 255))
        self._draw_patterned.polygon(pixels, fill=0)

    def eye(self, x: Real, y: Real, radius: Real = 0.1) -> None:
        """A white eye with a dark pupil and a glint."""
        self.dot(x, y, radius * 1.25)
        self.dot(x, y, radius, WHITE)
        self.dot(x + 0.15 * radius, y, radius * 0.62)
        self.dot(x + 0.35 * radius, y - 0.3 * radius, radius * 0.22, WHITE)
