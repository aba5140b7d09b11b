"""Reptiles, amphibians and birds of the reef."""

import numpy as np

from analysis.reef.sketch import BEAK, WHITE, Sketch


def turtle(s: Sketch, rng: np.random.Generator) -> None:
    """A sea turtle from above: plated shell, four flippers, a round head."""
    stroke = rng.uniform(-0.1, 0.12)
    for side in (-1, 1):
        s.blob(
            [
                (0.32, side * 0.3),
                (0.5, side * 0.66),
                (0.16 + stroke, side * 0.98),
                (0.14, side * 0.4),
            ],
            0.8,
            patterned=False,
        )
        s.blob(
            [(-0.4, side * 0.3), (-0.66, side * 0.58), (-0.82, side * 0.5), (-0.55, side * 0.14)],
            0.8,
            patterned=False,
        )
    s.shape([(-0.6, -0.06), (-0.84, 0), (-0.6, 0.06)], 0.8, patterned=False)
    s.blob(
        [(0.5, -0.14), (0.8, -0.19), (0.97, 0.0), (0.8, 0.19), (0.5, 0.14)], 0.85, patterned=False
    )
    s.blob(
        [
            (0.58, 0.0),
            (0.4, -0.38),
            (-0.1, -0.52),
            (-0.52, -0.3),
            (-0.68, 0),
            (-0.52, 0.3),
            (-0.1, 0.52),
            (0.4, 0.38),
        ]
    )
    hexagon = [(0.24, 0.0), (0.1, -0.2), (-0.2, -0.2), (-0.36, 0.0), (-0.2, 0.2), (0.1, 0.2)]
    for i, (x, y) in enumerate(hexagon):
        nx, ny = hexagon[(i + 1) % 6]
        s.line([(x, y), (nx, ny)], 0.045, 0.4)
        s.line([(x, y), (x * 2.1 + 0.06, y * 2.15)], 0.045, 0.4)
    for side in (-1, 1):
        s.eye(0.82, side * 0.12, 0.05)


def penguin(s: Sketch, rng: np.random.Generator) -> None:
    """An upright penguin: pale belly, two flippers, beak and feet."""
    wave = rng.uniform(0.0, 0.2)
    for side in (-1, 1):
        s.oval(side * 0.2, 0.92, 0.18, 0.07, fill=BEAK)
        s.blob(
            [
                (side * 0.36, -0.3),
                (side * (0.7 + wave), 0.2 - wave),
                (side * (0.66 + wave), 0.4 - wave),
                (side * 0.38, 0.2),
            ],
            0.75,
            patterned=False,
        )
    s.blob(
        [
            (0, -0.95),
            (-0.3, -0.78),
            (-0.34, -0.45),
            (-0.5, 0.1),
            (-0.46, 0.7),
            (0, 0.92),
            (0.46, 0.7),
            (0.5, 0.1),
            (0.34, -0.45),
            (0.3, -0.78),
        ]
    )
    s.blob(
        [
            (0, -0.4),
            (-0.24, -0.2),
            (-0.3, 0.4),
            (-0.16, 0.76),
            (0.16, 0.76),
            (0.3, 0.4),
            (0.24, -0.2),
        ],
        1.85,
        patterned=False,
    )
    for side in (-1, 1):
        s.oval(side * 0.13, -0.64, 0.13, 0.15, 0, 1.85, patterned=False)
        s.dot(side * 0.12, -0.66, 0.06)
    s.shape([(-0.1, -0.54), (0.1, -0.54), (0, -0.36)], fill=BEAK)


def crocodile(s: Sketch, rng: np.random.Generator) -> None:
    """A crocodile from the side: long toothed jaws, ridged back, tapering tail."""
    gape = rng.uniform(0.1, 0.2)
    for x in (-0.3, 0.2):
        s.limb([(x, 0.12), (x - 0.06, 0.34), (x + 0.08, 0.42)], [0.2, 0.14, 0.08], 0.75)
    tail = [(-0.2, 0.04), (-0.6, 0.08), (-0.84, -0.04), (-0.98, -0.28)]
    s.band(tail, [0.34, 0.22, 0.12, 0.03])
    for x in np.linspace(-0.7, 0.24, 9):
        top = -0.08 - 0.08 * np.cos(2 * (x - 0.05))
        s.shape(
            [(x - 0.07, top + 0.06), (x, top - 0.12), (x + 0.07, top + 0.06)], 0.7, patterned=False
        )
    s.blob(
        [
            (0.34, 0.08),
            (0.6, 0.14 + gape * 0.4),
            (0.96, 0.12 + gape),
            (0.95, 0.2 + gape),
            (0.6, 0.26 + gape * 0.5),
            (0.3, 0.22),
        ],
        0.85,
        patterned=False,
    )
    for x in np.linspace(0.58, 0.9, 5):
        s.shape([(x - 0.04, 0.0), (x + 0.04, 0.0), (x, 0.12)], fill=WHITE)
    s.blob(
        [
            (-0.4, 0.0),
            (-0.1, -0.16),
            (0.2, -0.16),
            (0.42, -0.22),
            (0.6, -0.08),
            (0.95, -0.1),
            (0.98, 0.0),
            (0.6, 0.05),
            (0.36, 0.18),
            (0.0, 0.24),
            (-0.36, 0.16),
        ]
    )
    s.eye(0.44, -0.17, 0.07)
    s.dot(0.9, -0.08, 0.03)


def frog(s: Sketch, rng: np.random.Generator) -> None:
    """A sitting frog from the front: bulging eyes, wide mouth, bent legs."""
    spread = rng.uniform(0.0, 0.08)
    for side in (-1, 1):
        s.blob(
            [
                (side * 0.3, 0.1),
                (side * (0.84 + spread), 0.2),
                (side * (0.9 + spread), 0.6),
                (side * 0.5, 0.76),
            ],
            0.8,
        )
        s.blob(
            [(side * 0.4, 0.7), (side * 0.98, 0.84), (side * 0.9, 0.94), (side * 0.36, 0.88)],
            0.75,
            patterned=False,
        )
    s.blob([(-0.46, -0.1), (-0.52, 0.5), (-0.3, 0.86), (0.3, 0.86), (0.52, 0.5), (0.46, -0.1)])
    s.blob([(-0.3, 0.2), (-0.26, 0.7), (0.26, 0.7), (0.3, 0.2)], 1.5, patterned=False)
    for side in (-1, 1):
        s.limb(
            [(side * 0.34, 0.3), (side * 0.32, 0.66), (side * 0.2, 0.9)], [0.18, 0.13, 0.18], 0.82
        )
        s.oval(side * 0.34, -0.55, 0.21, 0.21, 0, 0.95)
    s.blob(
        [
            (-0.62, -0.12),
            (-0.44, -0.44),
            (0, -0.5),
            (0.44, -0.44),
            (0.62, -0.12),
            (0.36, 0.12),
            (-0.36, 0.12),
        ]
    )
    s.line([(-0.48, -0.14), (-0.2, -0.02), (0.2, -0.02), (0.48, -0.14)], 0.05, 0.3)
    for side in (-1, 1):
        s.eye(side * 0.34, -0.58, 0.14)
        s.dot(side * 0.07, -0.28, 0.025)


def duck(s: Sketch, rng: np.random.Generator) -> None:
    """A swimming duck: round body, folded wing, raised tail and a flat beak."""
    neck = rng.uniform(-0.04, 0.06)
    s.shape([(-0.6, 0.1), (-0.98, -0.26), (-0.7, 0.32)], 0.85, patterned=False)
    for x in (-0.1, 0.12):
        s.limb([(x, 0.5), (x - 0.02, 0.76)], [0.07, 0.07], 0.6)
        s.shape([(x - 0.06, 0.72), (x + 0.2, 0.86), (x - 0.12, 0.88)], fill=BEAK)
    s.blob(
        [
            (-0.78, 0.08),
            (-0.3, 0.0),
            (0.1, 0.04),
            (0.24, -0.3),
            (0.56, -0.28),
            (0.58, 0.2),
            (0.36, 0.52),
            (-0.1, 0.64),
            (-0.56, 0.46),
        ]
    )
    s.blob(
        [(-0.56, 0.2), (-0.1, 0.08), (0.24, 0.24), (0.0, 0.46), (-0.4, 0.42)], 0.78, patterned=False
    )
    s.blob(
        [(0.62, -0.56 + neck), (0.98, -0.5 + neck), (0.96, -0.38 + neck), (0.62, -0.36 + neck)],
        1.0,
        patterned=False,
    )
    s.shape(
        [(0.6, -0.58 + neck), (0.98, -0.48 + neck), (0.94, -0.38 + neck), (0.6, -0.36 + neck)],
        fill=BEAK,
    )
    s.oval(0.42, -0.5 + neck, 0.3, 0.29)
    s.eye(0.5, -0.58 + neck, 0.075)


def tadpole(s: Sketch, rng: np.random.Generator) -> None:
    """A round head with a long wavy tail."""
    wave = rng.uniform(0.12, 0.22) * rng.choice((-1, 1))
    path = [(0.2, 0.0), (-0.2, wave), (-0.55, -wave), (-0.98, wave * 0.8)]
    s.limb([(x, float(y)) for x, y in path], [0.4, 0.42, 0.34, 0.04], 1.35)
    s.band([(x, float(y)) for x, y in path], [0.4, 0.22, 0.12, 0.03])
    s.blob(
        [
            (0.0, 0.0),
            (0.12, -0.36),
            (0.5, -0.46),
            (0.88, -0.26),
            (0.96, 0.04),
            (0.82, 0.34),
            (0.45, 0.46),
            (0.1, 0.34),
        ]
    )
    s.eye(0.66, -0.16, 0.1)
    s.line([(0.94, 0.12), (0.8, 0.18), (0.7, 0.14)], 0.04, 0.3)


def axolotl(s: Sketch, rng: np.random.Generator) -> None:
    """A smiling axolotl: broad head with feathery gills, short legs, finned tail."""
    swing = rng.uniform(-0.15, 0.15)
    s.limb([(0.1, 0.08), (-0.5, 0.1), (-0.98, swing)], [0.5, 0.42, 0.04], 1.3)
    for x in (-0.3, 0.12):
        for side in (-1, 1):
            s.limb(
                [(x, side * 0.1), (x - 0.06, side * 0.36), (x + 0.06, side * 0.48)],
                [0.13, 0.1, 0.09],
                0.85,
            )
    s.band([(0.4, 0.0), (-0.1, 0.05), (-0.5, 0.05), (-0.9, swing)], [0.4, 0.42, 0.2, 0.03])
    for side in (-1, 1):
        for i, x in enumerate((0.16, 0.3, 0.46)):
            tip = (x - 0.28 + 0.13 * i, side * (0.72 + 0.08 * i))
            s.limb([(x, side * 0.28), (x - 0.06, side * 0.5), tip], [0.14, 0.18, 0.06], 0.65)
    s.blob(
        [
            (0.2, 0.0),
            (0.28, -0.32),
            (0.62, -0.42),
            (0.9, -0.26),
            (0.98, 0.0),
            (0.9, 0.26),
            (0.62, 0.42),
            (0.28, 0.32),
        ]
    )
    s.line([(0.8, -0.2), (0.88, 0.0), (0.8, 0.2)], 0.04, 0.3)
    for side in (-1, 1):
        s.dot(0.68, side * 0.27, 0.065)
        s.dot(0.7, side * 0.27 - 0.02, 0.022, WHITE)
