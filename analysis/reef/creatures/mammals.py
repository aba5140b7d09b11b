"""Whales, seals and other sea mammals."""

import numpy as np

from analysis.reef.sketch import BLACK, IVORY, WHITE, Sketch


def _fluke(s: Sketch, x: float, y: float) -> None:
    s.blob(
        [
            (x, y),
            (x - 0.08, y - 0.3),
            (x - 0.3, y - 0.38),
            (x - 0.2, y - 0.12),
            (x - 0.36, y + 0.06),
            (x - 0.12, y + 0.08),
        ],
        0.8,
        patterned=False,
    )


def _whiskers(s: Sketch, x: float, y: float, side: int, length: float = 0.24) -> None:
    for dy in (-0.05, 0.02, 0.09):
        s.line(
            [(x, y), (x + side * length * 0.5, y + dy), (x + side * length, y + 1.6 * dy)],
            0.02,
            0.25,
        )


def whale(s: Sketch, rng: np.random.Generator) -> None:
    """A big round whale with a grooved belly, raised tail and a spout."""
    for side in (-1, 1):
        tip = (0.3 + side * 0.24, -0.78 + rng.uniform(-0.04, 0.04))
        s.shape(
            np.vstack(
                [[(0.26, -0.36), (0.34, -0.36)], [tip], [(tip[0] - side * 0.12, tip[1] - 0.14)]]
            ),
            fill=(205, 235, 250),
        )
    _fluke(s, -0.68, -0.26)
    s.blob(
        [
            (-0.82, -0.34),
            (-0.5, -0.06),
            (-0.1, -0.34),
            (0.4, -0.42),
            (0.88, -0.2),
            (0.92, 0.16),
            (0.6, 0.42),
            (0.0, 0.46),
            (-0.5, 0.24),
        ]
    )
    s.blob(
        [(-0.3, 0.34), (0.2, 0.22), (0.9, 0.16), (0.62, 0.42), (0.0, 0.46)], 1.6, patterned=False
    )
    for y in (0.26, 0.34):
        s.line([(0.0, y + 0.06), (0.4, y), (0.75, y - 0.02)], 0.025, 0.75)
    s.blob([(0.2, 0.24), (0.0, 0.62), (-0.1, 0.56), (0.02, 0.26)], 0.8, patterned=False)
    s.eye(0.62, 0.02, 0.06)


def dolphin(s: Sketch, rng: np.random.Generator) -> None:
    """A leaping dolphin: arched back, beak, curved fin."""
    lift = rng.uniform(-0.05, 0.08)
    s.blob(
        [(-0.7, 0.26), (-0.98, 0.14 - lift), (-0.84, 0.34), (-0.92, 0.6), (-0.64, 0.4)],
        0.8,
        patterned=False,
    )
    s.blob([(-0.1, -0.3), (-0.26, -0.66), (0.18, -0.36)], 0.8, patterned=False)
    s.blob(
        [
            (-0.78, 0.34),
            (-0.45, -0.02),
            (0.0, -0.34),
            (0.44, -0.34),
            (0.68, -0.12),
            (0.98, 0.02),
            (0.96, 0.1),
            (0.62, 0.12),
            (0.2, 0.18),
            (-0.3, 0.22),
        ]
    )
    s.blob([(-0.3, 0.2), (0.2, 0.05), (0.66, 0.06), (0.6, 0.12), (0.2, 0.19)], 1.6, patterned=False)
    s.blob([(0.28, 0.1), (0.12, 0.48), (0.02, 0.42), (0.1, 0.12)], 0.8, patterned=False)
    s.line([(0.96, 0.06), (0.74, 0.05), (0.62, 0.0)], 0.03, 0.3)
    s.eye(0.54, -0.1, 0.06)


def seal(s: Sketch, rng: np.random.Generator) -> None:
    """A seal with raised head, short muzzle, flippers and whiskers."""
    nod = rng.uniform(-0.05, 0.05)
    s.blob(
        [(-0.7, 0.4), (-0.98, 0.16), (-0.92, 0.4), (-1.0, 0.62), (-0.7, 0.52)],
        0.78,
        patterned=False,
    )
    s.blob(
        [
            (-0.85, 0.46),
            (-0.4, 0.14),
            (0.05, -0.1),
            (0.26, -0.45),
            (0.5, -0.62),
            (0.76, -0.5),
            (0.72, -0.2),
            (0.6, 0.1),
            (0.4, 0.5),
            (-0.2, 0.6),
        ]
    )
    s.blob([(0.3, 0.3), (0.4, 0.76), (0.22, 0.84), (0.0, 0.7), (0.1, 0.4)], 0.78, patterned=False)
    s.oval(0.74, -0.36 + nod, 0.15, 0.12, 0, 1.5, patterned=False)
    s.dot(0.82, -0.42 + nod, 0.06)
    _whiskers(s, 0.76, -0.32 + nod, 1)
    s.dot(0.55, -0.46, 0.075)
    s.dot(0.57, -0.48, 0.025, WHITE)


def walrus(s: Sketch, rng: np.random.Generator) -> None:
    """A walrus from the front: heavy body, thick muzzle and two long tusks."""
    lean = rng.uniform(-0.05, 0.05)
    for side in (-1, 1):
        s.blob(
            [(side * 0.5, 0.5), (side * 0.95, 0.72), (side * 0.8, 0.95), (side * 0.35, 0.86)],
            0.78,
            patterned=False,
        )
    s.blob(
        [(-0.4, -0.5), (-0.72, 0.2), (-0.7, 0.8), (0, 0.94), (0.7, 0.8), (0.72, 0.2), (0.4, -0.5)]
    )
    s.oval(lean, -0.45, 0.46, 0.46)
    for side in (-1, 1):
        s.shape(
            [(lean + side * 0.08, -0.14), (lean + side * 0.26, -0.14), (lean + side * 0.22, 0.52)],
            fill=IVORY,
        )
        s.oval(lean + side * 0.19, -0.24, 0.24, 0.18, 0, 1.4, patterned=False)
        _whiskers(s, lean + side * 0.24, -0.24, side, 0.32)
        s.dot(lean + side * 0.2, -0.58, 0.065)
        s.dot(lean + side * 0.2 + 0.02, -0.6, 0.022, WHITE)
    s.oval(lean, -0.38, 0.1, 0.07, fill=BLACK)


def otter(s: Sketch, rng: np.random.Generator) -> None:
    """An otter standing up: small ears, pale face and belly, long tail."""
    sway = rng.uniform(-0.1, 0.1)
    s.limb([(-0.1, 0.7), (-0.5, 0.86), (-0.86, 0.66 + sway)], [0.3, 0.22, 0.06], 0.8)
    for side in (-1, 1):
        s.oval(side * 0.24, 0.92, 0.2, 0.08, 0, 0.75, patterned=False)
        s.oval(side * 0.27, -0.84, 0.09, 0.09, 0, 0.75, patterned=False)
    s.blob(
        [
            (-0.22, -0.4),
            (-0.36, 0.1),
            (-0.38, 0.6),
            (-0.2, 0.92),
            (0.2, 0.92),
            (0.38, 0.6),
            (0.36, 0.1),
            (0.22, -0.4),
        ]
    )
    s.oval(0, 0.32, 0.2, 0.48, 0, 1.6, patterned=False)
    for side in (-1, 1):
        s.limb(
            [(side * 0.3, -0.12), (side * 0.34, 0.16), (side * 0.1, 0.24)], [0.16, 0.15, 0.12], 0.82
        )
    s.oval(0, -0.62, 0.34, 0.3)
    s.oval(0, -0.52, 0.2, 0.15, 0, 1.6, patterned=False)
    s.oval(0, -0.6, 0.07, 0.05, fill=BLACK)
    for side in (-1, 1):
        _whiskers(s, side * 0.12, -0.5, side)
        s.dot(side * 0.16, -0.7, 0.055)


def narwhal(s: Sketch, rng: np.random.Generator) -> None:
    """A small round whale with one long twisted tusk."""
    tip = -0.62 + rng.uniform(-0.08, 0.08)
    s.shape([(0.42, -0.12), (0.52, -0.02), (1.0, tip)], fill=IVORY)
    for t in (0.2, 0.4, 0.6):
        x, y = 0.47 + t * 0.53, -0.07 + t * (tip + 0.07)
        s.line([(x - 0.03, y - 0.05), (x + 0.04, y + 0.03)], 0.025, 0.5)
    _fluke(s, -0.72, 0.02)
    s.blob(
        [
            (-0.84, -0.04),
            (-0.5, 0.08),
            (-0.1, -0.22),
            (0.3, -0.26),
            (0.6, -0.06),
            (0.66, 0.2),
            (0.4, 0.42),
            (-0.1, 0.46),
            (-0.56, 0.32),
        ]
    )
    s.blob(
        [(-0.4, 0.36), (0.1, 0.26), (0.64, 0.22), (0.4, 0.42), (-0.1, 0.46)], 1.6, patterned=False
    )
    s.blob([(0.16, 0.26), (0.06, 0.6), (-0.08, 0.54), (0.0, 0.28)], 0.8, patterned=False)
    s.line([(0.64, 0.12), (0.52, 0.16), (0.46, 0.12)], 0.03, 0.3)
    s.eye(0.42, 0.02, 0.06)
