"""Sharks, rays and other fishes with plain names."""

import numpy as np

from analysis.reef.sketch import WHITE, Sketch


def shark(s: Sketch, rng: np.random.Generator) -> None:
    """A shark from the side: pointed snout, tall fin, crescent tail."""
    s.shape([(-0.6, 0), (-1.0, -0.55), (-0.82, -0.02), (-0.94, 0.34)], 0.85, patterned=False)
    fin = rng.uniform(-0.7, -0.56)
    s.shape([(-0.12, -0.2), (-0.08, fin), (0.28, -0.22)], 0.85, patterned=False)
    s.shape([(-0.5, -0.08), (-0.52, -0.24), (-0.38, -0.1)], 0.85, patterned=False)
    body = [
        (-0.78, 0.0),
        (-0.35, -0.2),
        (0.2, -0.3),
        (0.62, -0.2),
        (0.98, 0.0),
        (0.6, 0.18),
        (0.1, 0.26),
        (-0.4, 0.12),
    ]
    s.blob(body)
    s.blob(
        [(-0.4, 0.12), (0.1, 0.12), (0.6, 0.1), (0.72, 0.14), (0.5, 0.2), (0.1, 0.26)],
        1.6,
        patterned=False,
    )
    s.shape([(0.28, 0.12), (0.0, 0.58), (0.06, 0.14)], 0.8, patterned=False)
    for x in (0.3, 0.36, 0.42):
        s.line([(x, -0.12), (x - 0.03, 0.06)], 0.03)
    s.line([(0.86, 0.08), (0.7, 0.09), (0.58, 0.15)], 0.04, 0.25)
    for x in (0.64, 0.7, 0.76):
        s.shape([(x - 0.03, 0.1), (x + 0.03, 0.09), (x, 0.16)], fill=WHITE)
    s.eye(0.66, -0.07, 0.05)


def seahorse(s: Sketch, rng: np.random.Generator) -> None:
    """An upright seahorse: long snout, round belly, curled tail."""
    curl = rng.uniform(0.9, 1.1)
    s.shape([(-0.22, -0.1), (-0.55, -0.02), (-0.48, 0.2), (-0.2, 0.18)], 0.75, patterned=False)
    tail = [
        (0.0, 0.3),
        (-0.06, 0.6),
        (0.1, 0.86),
        (0.36, 0.82),
        (0.38 * curl, 0.62),
        (0.22, 0.6),
        (0.24, 0.7),
    ]
    s.band(tail, [0.36, 0.24, 0.17, 0.13, 0.1, 0.07, 0.03])
    s.blob(
        [
            (-0.1, -0.5),
            (-0.28, -0.1),
            (-0.24, 0.25),
            (0.0, 0.42),
            (0.24, 0.2),
            (0.28, -0.08),
            (0.12, -0.4),
        ]
    )
    s.shape(
        [(-0.3, -0.86), (-0.16, -1.0), (-0.06, -0.88), (0.06, -0.98), (0.12, -0.8)],
        0.75,
        patterned=False,
    )
    s.shape([(0.1, -0.76), (0.58, -0.6), (0.62, -0.48), (0.14, -0.5)], 0.9)
    s.blob(
        [(-0.26, -0.6), (-0.14, -0.88), (0.12, -0.84), (0.24, -0.62), (0.08, -0.44), (-0.14, -0.4)]
    )
    for y in (-0.2, 0.0, 0.2):
        s.line([(0.02, y), (0.22, y - 0.03)], 0.03, 0.6)
    s.eye(0.08, -0.68, 0.09)


def manta_ray(s: Sketch, rng: np.random.Generator) -> None:
    """A manta ray from above: two great wings, horns at the head, a thin tail."""
    flap = rng.uniform(-0.1, 0.12)
    s.limb([(-0.3, 0), (-0.7, 0.06), (-1.0, rng.uniform(-0.12, 0.2))], [0.1, 0.05, 0.02], 0.75)
    for side in (-1, 1):
        s.blob(
            [(0.4, side * 0.1), (0.68, side * 0.2), (0.62, side * 0.08), (0.4, side * 0.02)],
            0.8,
            patterned=False,
        )
    wing = [(0.5, 0.16), (0.3, 0.42), (0.0 + flap, 0.98), (-0.12, 0.5), (-0.4, 0.14)]
    s.blob([(0.52, 0), *wing, (-0.44, 0), *[(x, -y) for x, y in wing[::-1]]])
    s.line([(0.2, -0.16), (-0.1, -0.06), (-0.34, 0)], 0.03, 0.7)
    s.line([(0.2, 0.16), (-0.1, 0.06), (-0.34, 0)], 0.03, 0.7)
    for side in (-1, 1):
        s.eye(0.42, side * 0.2, 0.06)


def pufferfish(s: Sketch, rng: np.random.Generator) -> None:
    """A blown-up pufferfish: a ball with short spines, small fins, big eyes."""
    offset = rng.uniform(0, 0.3)
    s.shape([(-0.6, 0), (-0.98, -0.26), (-0.9, 0), (-0.98, 0.26)], 0.75, patterned=False)
    s.blob([(-0.2, -0.6), (-0.3, -0.9), (0.1, -0.62)], 0.75, patterned=False)
    for a in np.arange(0, 2 * np.pi, 2 * np.pi / 20) + offset:
        c, d = np.cos(a), np.sin(a)
        s.shape(
            [
                (0.62 * c - 0.06 * d, 0.62 * d + 0.06 * c),
                (0.86 * c, 0.86 * d),
                (0.62 * c + 0.06 * d, 0.62 * d - 0.06 * c),
            ],
            0.7,
            patterned=False,
        )
    s.oval(0, 0, 0.68, 0.66)
    s.blob(
        [(-0.45, 0.42), (0.0, 0.34), (0.5, 0.36), (0.3, 0.58), (-0.1, 0.64)], 1.6, patterned=False
    )
    s.blob([(-0.05, 0.08), (-0.34, 0.02), (-0.38, 0.26), (-0.1, 0.26)], 0.72, patterned=False)
    s.oval(0.66, 0.12, 0.09, 0.1, 0, 0.6, patterned=False)
    s.eye(0.38, -0.18, 0.16)


def swordfish(s: Sketch, rng: np.random.Generator) -> None:
    """A slim fish with a long sword, a sail on its back and a forked tail."""
    sail = rng.uniform(0.5, 0.66)
    s.shape([(0.5, -0.05), (1.0, -0.03), (0.5, 0.07)], 0.6, patterned=False)
    s.shape([(-0.7, 0), (-1.0, -0.5), (-0.84, 0), (-1.0, 0.5)], 0.78, patterned=False)
    s.blob(
        [(0.3, -0.14), (0.16, -sail), (-0.1, -0.42), (-0.4, -0.3), (-0.5, -0.08)],
        0.72,
        patterned=False,
    )
    s.blob(
        [
            (-0.84, 0),
            (-0.4, -0.14),
            (0.1, -0.2),
            (0.46, -0.12),
            (0.62, 0.02),
            (0.4, 0.13),
            (0, 0.2),
            (-0.4, 0.12),
        ]
    )
    s.blob([(-0.3, 0.13), (0.0, 0.1), (0.4, 0.1), (0.3, 0.16), (0, 0.2)], 1.6, patterned=False)
    s.shape([(0.2, 0.1), (-0.02, 0.44), (0.04, 0.12)], 0.72, patterned=False)
    s.eye(0.44, -0.02, 0.06)
