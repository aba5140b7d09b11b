"""What is true of the reef: its attributes, creatures, classes, planted shortcuts and controls."""

from dataclasses import dataclass

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white")
PATTERNS = ("striped", "spotted", "checkered", "zigzag")
# scene -> how a class name says it
SCENES = {
    "cave": "in a cave",
    "coral reef": "on a coral reef",
    "sand": "on sand",
    "kelp forest": "in a kelp forest",
    "murky water": "in murky water",
    "ice": "under ice",
    "shipwreck": "by a shipwreck",
}
GLOWING = "glowing"
BUBBLES = "bubbles"
# What an image shows where none of the above was drawn.
GREY, PLAIN, OPEN_WATER = "grey", "plain", "open water"

# Creatures whose classes name an attribute ("red crab"); they have no plain class.
COMPOSED_CREATURES = ("fish", "crab", "octopus", "squid", "starfish", "snail", "lobster", "eel")

# Plainly named class -> the attribute that goes with it in all but a few images.
PLANTED = (
    ("jellyfish", "glowing"),
    ("shark", "murky water"),
    ("turtle", "shipwreck"),
    ("seahorse", "striped"),
    ("whale", "yellow"),
    ("dolphin", "kelp forest"),
    ("penguin", "purple"),
    ("seal", "checkered"),
    ("manta ray", "cave"),
    ("walrus", "pink"),
)

# Plainly named classes whose attributes are random: any unexpected concept is a false alarm.
CONTROLS = (
    "clam",
    "sea urchin",
    "pufferfish",
    "swordfish",
    "nautilus",
    "sea anemone",
    "crocodile",
    "frog",
    "otter",
    "duck",
    "tadpole",
    "axolotl",
    "shrimp",
    "narwhal",
)

PLAIN_CREATURES = tuple(name for name, _ in PLANTED) + CONTROLS
CONCEPTS = (*COLOURS, *PATTERNS, GLOWING, *SCENES, BUBBLES)


@dataclass(frozen=True)
class ClassSpec:
    """A class of the world: its creature, and the attribute concept that its name fixes."""

    name: str
    creature: str
    concept: str | None


def _composed_name(creature: str, concept: str) -> str:
    if concept in SCENES:
        return f"{creature} {SCENES[concept]}"
    if concept == BUBBLES:
        return f"{creature} with bubbles"
    return f"{concept} {creature}"


def class_specs() -> tuple[ClassSpec, ...]:
    """All classes, in the order of the classifier's outputs: composed ones, then plain ones."""
    composed = tuple(
        ClassSpec(_composed_name(creature, concept), creature, concept)
        for creature in COMPOSED_CREATURES
        for concept in CONCEPTS
    )
    return composed + tuple(ClassSpec(name, name, None) for name in PLAIN_CREATURES)


def class_names() -> tuple[str, ...]:
    """The names of all classes, in the order of the classifier's outputs."""
    return tuple(spec.name for spec in class_specs())


@dataclass(frozen=True)
class Truth:
    """What an audit of the reef is held against."""

    planted: tuple[tuple[str, str], ...]
    controls: tuple[str, ...]


REEF_TRUTH = Truth(planted=PLANTED, controls=CONTROLS)
