"""Jellyfish, shells and other animals without a backbone that have plain names."""

import numpy as np

from analysis.reef.sketch import Sketch, smooth


def jellyfish(s: Sketch, rng: np.random.Generator) -> None:
    """A bell with a scalloped rim and long trailing tentacles."""
    for x in np.linspace(-0.5, 0.5, 7):
        sway = rng.uniform(-0.16, 0.16)
        path = [
            (x, -0.1),
            (x * 1.1 + sway, 0.25),
            (x * 1.1 - sway, 0.55),
            (x * 1.2 + sway * 0.5, rng.uniform(0.75, 0.98)),
        ]
        s.limb([(float(a), float(b)) for a, b in path], [0.07, 0.05, 0.02], 0.8)
    for x in (-0.16, 0.0, 0.16):
        s.limb([(x, -0.1), (x - 0.08, 0.15), (x + 0.08, 0.35), (x, 0.55)], [0.18, 0.14, 0.04], 1.15)
    rim = [(0.62 - 0.155 * i, 0.0 if i % 2 == 0 else 0.1) for i in range(9)]
    s.blob([(-0.66, -0.2), (-0.5, -0.66), (0, -0.88), (0.5, -0.66), (0.66, -0.2), *rim])
    s.line([(-0.4, -0.5), (-0.2, -0.7), (0.0, -0.76)], 0.06, 1.6)


def clam(s: Sketch, rng: np.random.Generator) -> None:
    """An open fan shell with ribs, and its lower half."""
    tilt = rng.uniform(-0.06, 0.06)
    s.blob(
        [(-0.85, 0.28), (-0.5, 0.66), (0, 0.8), (0.5, 0.66), (0.85, 0.28), (0, 0.4)],
        0.7,
        patterned=False,
    )
    s.blob([(-0.7, 0.3), (0, 0.2), (0.7, 0.3), (0.3, 0.46), (-0.3, 0.46)], 1.5, patterned=False)
    angles = np.linspace(np.pi, 2 * np.pi, 15)
    fan = [
        (
            0.92 * np.cos(a) * (1 if i % 2 == 0 else 0.94),
            0.3 + (0.98 if i % 2 == 0 else 0.92) * np.sin(a),
        )
        for i, a in enumerate(angles)
    ]
    s.shape(smooth([(float(x) + tilt, float(y)) for x, y in fan] + [(0.0, 0.42)], closed=True))
    for a in angles[2:-2:2]:
        s.line(
            [(0.1 * np.cos(a), 0.34), (0.84 * np.cos(a) + tilt, 0.3 + 0.86 * np.sin(a))], 0.035, 0.5
        )


def sea_urchin(s: Sketch, rng: np.random.Generator) -> None:
    """A dark ball bristling with long thin spines."""
    angles = np.arange(0, 2 * np.pi, 2 * np.pi / 34) + rng.uniform(0, 0.2)
    for a in angles:
        r = rng.uniform(0.8, 1.0)
        c, d = np.cos(a), np.sin(a)
        s.shape(
            [
                (0.3 * c - 0.045 * d, 0.3 * d + 0.045 * c),
                (r * c, r * d),
                (0.3 * c + 0.045 * d, 0.3 * d - 0.045 * c),
            ],
            0.7,
            patterned=False,
        )
    s.oval(0, 0, 0.5, 0.48)
    for a in angles[::4]:
        s.dot(0.3 * np.cos(a), 0.3 * np.sin(a), 0.035)
    s.dot(0, 0, 0.06)


def nautilus(s: Sketch, rng: np.random.Generator) -> None:
    """A coiled shell with a hood, a big eye and a bunch of tentacles in front."""
    for i, y in enumerate(np.linspace(0.14, 0.58, 7)):
        end = (rng.uniform(0.82, 0.98), float(y) + 0.12 * (i - 3) / 3)
        s.limb([(0.3, float(y)), (0.6, float(y) + 0.04), end], [0.12, 0.08, 0.03], 0.78)
    s.oval(-0.14, -0.06, 0.72, 0.7)
    turns = np.linspace(0, 2 * np.pi * 1.6, 36)
    radius = 0.62 * np.exp(-0.24 * turns)
    spiral = zip(
        -0.1 + radius * np.cos(-turns + 0.9), -0.02 + radius * np.sin(-turns + 0.9), strict=True
    )
    s.line([(float(x), float(y)) for x, y in spiral], 0.06, 0.4)
    s.blob(
        [(0.0, 0.2), (0.42, -0.06), (0.66, 0.14), (0.56, 0.5), (0.26, 0.62)], 1.35, patterned=False
    )
    s.eye(0.4, 0.22, 0.11)


def sea_anemone(s: Sketch, rng: np.random.Generator) -> None:
    """A stout column crowned with many soft arms."""
    for row, (count, reach, tone) in enumerate(((11, 0.98, 0.75), (9, 0.82, 0.9), (7, 0.62, 1.15))):
        for a in np.linspace(np.pi * 1.02, np.pi * 1.98, count):
            bend = rng.uniform(-0.12, 0.12)
            x, y = reach * np.cos(a), 0.25 + reach * np.sin(a) * 1.15
            s.limb(
                [
                    (0.3 * np.cos(a), 0.3 + 0.04 * row),
                    (0.6 * x + bend, 0.25 + 0.62 * (y - 0.25)),
                    (x, y),
                ],
                [0.15, 0.13, 0.14],
                tone,
            )
            s.dot(x, y, 0.065, s.tone(1.6)[:3])
    s.blob(
        [
            (-0.46, 0.22),
            (-0.38, 0.6),
            (-0.5, 0.92),
            (0.5, 0.92),
            (0.38, 0.6),
            (0.46, 0.22),
            (0, 0.36),
        ]
    )


def shrimp(s: Sketch, rng: np.random.Generator) -> None:
    """A curved, jointed body with feelers, thin legs and a tail fan."""
    droop = rng.uniform(-0.1, 0.1)
    for dy in (-0.1, 0.06):
        s.line([(0.5, -0.3), (0.8, -0.5 + dy), (0.98, droop - 0.1 + 4 * dy)], 0.03, 0.5)
    for x in (-0.1, 0.05, 0.2, 0.34):
        s.limb([(x, 0.0), (x + 0.04, 0.3), (x - 0.08, 0.46)], [0.06, 0.05, 0.02], 0.75)
    for turn in (60, 90, 120):
        a = np.radians(turn + 10)
        s.oval(
            -0.5 + 0.2 * np.cos(a),
            0.66 + 0.2 * np.sin(a),
            0.2,
            0.08,
            turn + 10,
            0.8,
            patterned=False,
        )
    arc = np.linspace(np.radians(165), np.radians(290), 7)
    for i, a in enumerate(arc):
        x, y = -0.02 + 0.58 * np.cos(a), 0.34 + 0.62 * np.sin(a)
        s.oval(
            float(x),
            float(y),
            0.13 + 0.018 * i,
            0.16 + 0.012 * i,
            float(np.degrees(a)) + 90,
            0.9 + 0.02 * i,
        )
    s.oval(-0.53, 0.52, 0.11, 0.13, 0, 0.9)
    s.blob([(0.0, -0.46), (0.3, -0.48), (0.74, -0.36), (0.5, -0.16), (0.25, 0.02), (0.02, -0.02)])
    s.shape([(0.5, -0.42), (0.9, -0.44), (0.56, -0.34)], 0.8, patterned=False)
    s.eye(0.5, -0.32, 0.07)
