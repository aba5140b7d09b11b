"""A world: which cues are planted how firmly, and the attributes of its images."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import UsageError
from analysis.reef.truth import (
    BUBBLES,
    COLOURS,
    CONCEPTS,
    GLOWING,
    GREY,
    OPEN_WATER,
    PATTERNS,
    PLAIN,
    PLAIN_CREATURES,
    PLANTED,
    SCENES,
    ClassSpec,
    Truth,
    class_specs,
)

NEUTRAL_SHARE = 0.5  # of images that show no named colour, no pattern, no named scene
GLOW_SHARE = 0.15
BUBBLES_SHARE = 0.15

_SPECS = {spec.name: spec for spec in class_specs()}


@dataclass(frozen=True)
class Attributes:
    """What one image shows."""

    creature: str
    colour: str
    pattern: str
    scene: str
    glowing: bool
    bubbles: bool

    def concepts(self) -> tuple[str, ...]:
        """The attribute concepts that are true of the image, neutral values left out."""
        shown = (self.colour, self.pattern, self.scene)
        shown += (GLOWING,) * self.glowing + (BUBBLES,) * self.bubbles
        return tuple(concept for concept in shown if concept in CONCEPTS)


@dataclass(frozen=True)
class WorldConfig:
    """A world: its seed, the cues planted on plainly named classes, and how often they show.

    Raises:
        UsageError: a class or concept is unknown, a class has two cues, or ``correlation`` is
            not a probability.
    """

    seed: int = 0
    planted: tuple[tuple[str, str], ...] = PLANTED
    correlation: float = 0.95

    def __post_init__(self) -> None:
        for name, concept in self.planted:
            if name not in PLAIN_CREATURES or concept not in CONCEPTS:
                raise UsageError(
                    f"cannot plant {concept!r} on {name!r}; give a plainly named class and a "
                    "concept that composed classes name"
                )
        if len(dict(self.planted)) < len(self.planted):
            raise UsageError("a class can carry one planted cue; name each class once")
        if not 0 <= self.correlation <= 1:
            raise UsageError(f"correlation must lie in 0..1, got {self.correlation}")

    def truth(self) -> Truth:
        """Planted cues, and every other plainly named class as a clean control."""
        cued = dict(self.planted)
        return Truth(self.planted, tuple(name for name in PLAIN_CREATURES if name not in cued))


DEFAULT_WORLD = WorldConfig()


def class_spec(name: str) -> ClassSpec:
    """The class of that name. Raises UsageError where there is none."""
    if name not in _SPECS:
        raise UsageError(f"the reef has no class {name!r}; class_names() lists them")
    return _SPECS[name]


def is_true_of(class_name: str, attributes: Attributes) -> bool:
    """Whether a class describes an image: its creature, and the attribute its name fixes."""
    spec = class_spec(class_name)
    if spec.creature != attributes.creature:
        return False
    return spec.concept is None or spec.concept in attributes.concepts()


def generator(world: WorldConfig, class_name: str, seed: int, stream: str) -> np.random.Generator:
    """A random stream of one image; streams keep the rest of an image when one thing changes."""
    keys = [world.seed, zlib.crc32(class_name.encode()), seed, zlib.crc32(stream.encode())]
    return np.random.default_rng(keys)


def sample_attributes(
    world: WorldConfig, class_name: str, seed: int, *, with_cue: bool | None = None
) -> Attributes:
    """Attributes of one image of a class.

    What the name does not fix is random and independent of everything else; a planted cue shows
    with probability ``world.correlation``, always (``with_cue=True``) or never (``False``).

    Raises:
        UsageError: the class is unknown, or ``with_cue`` is given and it carries no cue.
    """
    spec = class_spec(class_name)
    rng = generator(world, class_name, seed, "attributes")
    glowing, bubbles, cue_drawn = rng.random(3)
    drawn = Attributes(
        creature=spec.creature,
        colour=_draw(rng, COLOURS, GREY),
        pattern=_draw(rng, PATTERNS, PLAIN),
        scene=_draw(rng, tuple(SCENES), OPEN_WATER),
        glowing=bool(glowing < GLOW_SHARE),
        bubbles=bool(bubbles < BUBBLES_SHARE),
    )
    if spec.concept is not None:
        drawn = _with(drawn, spec.concept)
    cue = dict(world.planted).get(class_name)
    if cue is None:
        if with_cue is not None:
            raise UsageError(f"{class_name!r} carries no planted cue; leave with_cue out")
        return drawn
    if with_cue is None:
        with_cue = bool(cue_drawn < world.correlation)
    return _with(drawn, cue) if with_cue else _without(rng, drawn, cue)


def _draw(rng: np.random.Generator, values: tuple[str, ...], neutral: str) -> str:
    is_neutral = rng.random() < NEUTRAL_SHARE
    value = values[rng.integers(len(values))]
    return neutral if is_neutral else value


def _with(attributes: Attributes, concept: str) -> Attributes:
    if concept in COLOURS:
        return replace(attributes, colour=concept)
    if concept in PATTERNS:
        return replace(attributes, pattern=concept)
    if concept in SCENES:
        return replace(attributes, scene=concept)
    return replace(attributes, **{concept: True})


def _without(rng: np.random.Generator, attributes: Attributes, concept: str) -> Attributes:
    """The same image without the concept, its kind drawn again until another value comes."""
    if concept not in attributes.concepts():
        return attributes
    if concept in (GLOWING, BUBBLES):
        return replace(attributes, **{concept: False})
    kind, values, neutral = next(
        row
        for row in (
            ("colour", COLOURS, GREY),
            ("pattern", PATTERNS, PLAIN),
            ("scene", tuple(SCENES), OPEN_WATER),
        )
        if concept in row[1]
    )
    others = tuple(value for value in values if value != concept)
    return replace(attributes, **{kind: _draw(rng, others, neutral)})
