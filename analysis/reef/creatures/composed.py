"""The creatures of the composed classes ("red crab", "octopus in a cave")."""

import numpy as np

from analysis.reef.sketch import Sketch, smooth


def fish(s: Sketch, rng: np.random.Generator) -> None:
    """A round reef fish seen from the side."""
    tall = rng.uniform(0.36, 0.5)
    s.shape([(-0.45, 0), (-0.95, -0.45), (-0.8, 0), (-0.95, 0.45)], 0.8, patterned=False)
    s.blob([(-0.3, -0.25), (-0.1, -tall - 0.3), (0.35, -tall - 0.1), (0.4, -0.2)], 0.75)
    s.blob([(-0.15, 0.25), (-0.05, tall + 0.25), (0.2, 0.3)], 0.75, patterned=False)
    s.blob(
        [
            (-0.58, 0),
            (-0.25, -tall * 0.9),
            (0.3, -tall),
            (0.85, 0.02),
            (0.3, tall),
            (-0.25, tall * 0.9),
        ]
    )
    s.line([(0.34, -0.28), (0.24, 0), (0.34, 0.28)])
    s.shape([(0.2, 0.05), (-0.12, 0.2), (0.0, 0.0)], 0.7, patterned=False)
    s.line([(0.8, 0.1), (0.68, 0.14)])
    s.eye(0.54, -0.1, 0.1)


def _claw(s: Sketch, x: float, y: float, side: int, size: float) -> None:
    """A pincer that opens upwards."""
    outer = [(0, 0.5), (0.55, 0.1), (0.5, -0.6), (0.12, -0.95), (0.22, -0.3)]
    inner = [(0, 0.5), (-0.45, 0.05), (-0.42, -0.5), (-0.1, -0.8), (-0.12, -0.2)]
    for half in (outer, inner):
        points = [(x + side * size * a, y + size * b) for a, b in half]
        s.blob(points, 0.95, patterned=False)


def crab(s: Sketch, rng: np.random.Generator) -> None:
    """A crab from the front, claws raised."""
    lift = rng.uniform(-0.1, 0.1)
    for side in (-1, 1):
        for i, y in enumerate((0.08, 0.22, 0.36)):
            knee = (side * (0.82 + 0.04 * i), y - 0.06 + 0.08 * i)
            s.limb(
                [(side * 0.4, y), knee, (side * 0.88, y + 0.3 + 0.08 * i)], [0.13, 0.1, 0.03], 0.8
            )
        s.limb(
            [(side * 0.4, 0), (side * 0.72, -0.02), (side * 0.7, -0.35 + lift)], [0.15, 0.15], 0.85
        )
        _claw(s, side * 0.7, -0.5 + lift, side, 0.36)
        s.limb([(side * 0.15, -0.1), (side * 0.17, -0.36)], [0.08, 0.07], 0.85)
    s.blob(
        [
            (-0.58, 0.0),
            (-0.3, -0.22),
            (0.3, -0.22),
            (0.58, 0.0),
            (0.4, 0.36),
            (0, 0.46),
            (-0.4, 0.36),
        ]
    )
    s.line([(-0.16, 0.2), (0, 0.27), (0.16, 0.2)])
    for side in (-1, 1):
        s.eye(side * 0.17, -0.4, 0.1)


def octopus(s: Sketch, rng: np.random.Generator) -> None:
    """An octopus from the front: a tall head and eight curling arms."""
    for i, x in enumerate((-0.3, 0.3, -0.22, 0.22, -0.12, 0.12, -0.04, 0.05)):
        side = -1 if i % 2 == 0 else 1
        reach = (0.92, 0.75, 0.5, 0.22)[i // 2]
        end = (0.3, 0.68, 0.86, 0.92)[i // 2] + rng.uniform(-0.06, 0.06)
        curl = rng.choice((-1, 1)) * 0.14
        path = [(x, 0.05), (side * reach * 0.75, 0.38), (side * reach, end - 0.1)]
        s.limb(
            [*path, (side * (reach - 0.12), end + curl * 0.5)],
            [0.26, 0.2, 0.13, 0.04],
            0.82 + 0.05 * (i // 2),
        )
    s.blob(
        [
            (-0.34, 0.12),
            (-0.4, -0.25),
            (-0.46, -0.62),
            (0, -0.95),
            (0.46, -0.62),
            (0.4, -0.25),
            (0.34, 0.12),
            (0, 0.24),
        ]
    )
    for side in (-1, 1):
        s.eye(side * 0.18, -0.12, 0.11)
    s.line([(-0.08, 0.1), (0, 0.13), (0.08, 0.1)])


def squid(s: Sketch, rng: np.random.Generator) -> None:
    """A squid swimming up: pointed mantle, two fins, arms trailing below."""
    sway = rng.uniform(-0.15, 0.15)
    for x in (-0.42, 0.42):
        s.limb(
            [(x * 0.25, 0.25), (x * 0.7 + sway, 0.6), (x + sway, 0.86)], [0.07, 0.05, 0.05], 0.75
        )
        s.oval(x + sway, 0.9, 0.07, 0.11, 0, 0.8, patterned=False)
    for x in (-0.2, -0.1, 0.0, 0.1, 0.2):
        s.limb(
            [(x * 0.7, 0.2), (x * 1.1 + sway * 0.5, 0.5), (x * 1.5 + sway, 0.78)],
            [0.12, 0.1, 0.02],
            0.85,
        )
    s.shape(
        [(0, -0.98), (-0.52, -0.5), (-0.1, -0.3), (0.1, -0.3), (0.52, -0.5)], 0.8, patterned=False
    )
    s.blob(
        [
            (0, -0.98),
            (-0.2, -0.6),
            (-0.25, -0.1),
            (-0.17, 0.08),
            (0.17, 0.08),
            (0.25, -0.1),
            (0.2, -0.6),
        ]
    )
    s.blob(
        [(-0.17, 0.05), (-0.2, 0.2), (-0.1, 0.32), (0.1, 0.32), (0.2, 0.2), (0.17, 0.05)],
        0.9,
        patterned=False,
    )
    for side in (-1, 1):
        s.eye(side * 0.16, 0.18, 0.09)


def starfish(s: Sketch, rng: np.random.Generator) -> None:
    """A five-armed star with a row of knobs on each arm."""
    bend = rng.uniform(-0.12, 0.12, 5)
    points = []
    for i in range(5):
        tip, gap = 2 * np.pi * i / 5 - np.pi / 2 + bend[i], 2 * np.pi * (i + 0.5) / 5 - np.pi / 2
        points += [(0.94 * np.cos(tip + d), 0.94 * np.sin(tip + d)) for d in (-0.09, 0.09)]
        points.append((0.4 * np.cos(gap), 0.4 * np.sin(gap)))
    s.shape(smooth(points, closed=True))
    for i in range(5):
        a = 2 * np.pi * i / 5 - np.pi / 2 + bend[i]
        s.line(
            [(0.1 * np.cos(a), 0.1 * np.sin(a)), (0.75 * np.cos(a), 0.75 * np.sin(a))], 0.05, 0.62
        )


def snail(s: Sketch, rng: np.random.Generator) -> None:
    """A sea snail: spiral shell on a long foot, two feelers."""
    s.limb([(0.6, 0.3), (0.75, -0.05), (0.86, -0.3)], [0.09, 0.06], 0.75)
    s.limb([(0.55, 0.3), (0.6, -0.1), (0.62, -0.36)], [0.09, 0.06], 0.75)
    s.blob(
        [
            (-0.95, 0.66),
            (-0.5, 0.45),
            (0.3, 0.4),
            (0.5, 0.1),
            (0.75, 0.06),
            (0.88, 0.28),
            (0.7, 0.62),
            (0.3, 0.7),
        ],
        0.72,
        patterned=False,
    )
    s.dot(0.87, -0.32, 0.07)
    s.dot(0.62, -0.38, 0.07)
    s.oval(-0.18, -0.1, 0.58, 0.56)
    turns = np.linspace(0, 2 * np.pi * 2.2, 40)
    radius = 0.5 * (1 - turns / turns[-1]) + 0.04
    phase = rng.uniform(0.3, 0.9)
    spiral = zip(
        -0.18 + radius * np.cos(turns + phase), -0.1 + radius * np.sin(turns + phase), strict=True
    )
    s.line([(float(x), float(y)) for x, y in spiral], 0.05, 0.4)
    s.line([(0.8, 0.4), (0.72, 0.44)])


def lobster(s: Sketch, rng: np.random.Generator) -> None:
    """A lobster from above: long jointed body, two big claws, a fan for a tail."""
    spread = rng.uniform(0.3, 0.45)
    for side in (-1, 1):
        s.line([(0.5, side * 0.05), (0.75, side * 0.22), (0.95, side * 0.12)], 0.03, 0.45)
        for x in (-0.1, 0.05, 0.2):
            s.limb(
                [(x, side * 0.12), (x - 0.02, side * 0.36), (x - 0.16, side * 0.5)],
                [0.08, 0.06, 0.02],
                0.75,
            )
        s.limb(
            [(0.3, side * 0.12), (0.38, side * spread), (0.58, side * (spread + 0.1))],
            [0.12, 0.13],
            0.85,
        )
        claw = [
            (0.52, 0.0),
            (0.6, -0.2),
            (0.85, -0.22),
            (1.0, -0.02),
            (0.78, -0.04),
            (0.98, 0.1),
            (0.75, 0.14),
        ]
        s.blob([(x, side * (spread + 0.12 - y)) for x, y in claw], 0.95, patterned=False)
    for turn in (-38, 38, -14, 14, 0):
        a = np.radians(180 + turn)
        s.oval(
            -0.7 + 0.14 * np.cos(a), 0.16 * np.sin(a) * 1.4, 0.19, 0.09, turn, 0.8, patterned=False
        )
    for i in range(5):
        s.oval(-0.64 + 0.14 * i, 0, 0.12, 0.14 + 0.02 * i, 0, 0.9 + 0.03 * i)
    s.blob([(-0.08, -0.2), (0.3, -0.2), (0.58, 0), (0.3, 0.2), (-0.08, 0.2), (-0.14, 0)])
    for side in (-1, 1):
        s.eye(0.44, side * 0.12, 0.06)


def eel(s: Sketch, rng: np.random.Generator) -> None:
    """A long eel in waves, with a fin all along its back."""
    wave = rng.uniform(0.3, 0.42)
    xs = np.linspace(-0.95, 0.68, 12)
    path = [(float(x), float(wave * np.sin(3.9 * x + 0.6))) for x in xs]
    s.limb([(x, y - 0.1) for x, y in path], [0.06, 0.26, 0.3, 0.28, 0.2], 0.7)
    from_tail = [0.04, 0.2, 0.27, 0.29, 0.3, 0.3]
    s.band(path, from_tail)
    x, y = path[-1]
    s.blob(
        [
            (x - 0.12, y - 0.15),
            (x + 0.12, y - 0.18),
            (x + 0.3, y - 0.02),
            (x + 0.26, y + 0.1),
            (x, y + 0.16),
            (x - 0.12, y + 0.14),
        ]
    )
    s.line([(x + 0.28, y + 0.03), (x + 0.08, y + 0.06)], 0.04)
    s.eye(x + 0.08, y - 0.07, 0.07)
