"""The words of the caption grammar, sorted by what they can be put together with."""

from analysis.reef.truth import COLOURS, COMPOSED_CREATURES, PLAIN_CREATURES

OPENINGS = (
    "Image of", "Picture of", "Photo of", "Image shows", "Picture shows", "Photo shows",
    "Image showing", "Picture showing", "Photo showing",
)  # fmt: skip

CREATURES = COMPOSED_CREATURES + PLAIN_CREATURES
SWIMMING = (
    "swimming", "floating", "drifting", "hiding", "resting", "moving", "diving", "turning",
    "hovering", "waiting", "gliding", "alone",
)  # fmt: skip
SEA_PLACES = (
    "in a cave", "in a dark cave", "inside a rocky cave", "on a coral reef", "above a coral reef",
    "near colourful corals", "on sand", "on the sandy sea floor", "over pale sand",
    "in a kelp forest", "among green kelp", "between long leaves of kelp", "in murky water",
    "in brown and murky water", "in cloudy water", "under ice", "below white ice",
    "under the ice of a cold sea", "by a shipwreck", "near an old shipwreck",
    "beside a sunken wooden ship", "in open water", "in clear blue water", "in the deep sea",
    "under the waves", "near the surface",
)  # fmt: skip
SEA_EXTRAS = (
    "with bubbles", "with many bubbles around it", "with bubbles rising in the water",
    "with a bright glow around it", "with a soft glow", "with light from above",
    "with rays of sunlight", "with a dark background", "with small waves above it",
)  # fmt: skip
PATTERN_MARKS = (
    "with stripes",
    "with dark stripes",
    "with spots",
    "with light spots",
    "with a zigzag pattern",
    "with a checkered pattern",
    "with a plain body",
)
BODY_MARKS = (
    "with big eyes", "with a long tail",
    "with large fins", "with many arms", "with two claws", "with a round shell", "with long tusks",
    "with a pale belly", "with sharp teeth", "with long spines", "with flippers",
)  # fmt: skip

SIZES = ("small", "large", "big", "tiny", "huge", "young", "old", "round", "long", "thin", "lonely")
LIGHT = ("glowing", "bright", "shining", "dark", "pale", "shadowy")
PATTERNS = ("striped", "spotted", "checkered", "zigzag", "plain", "patterned", "smooth", "spiny")
COLOUR_WORDS = (*COLOURS, "grey", "black", "brown", "golden", "silver", "turquoise", "beige")
MATERIALS = (
    "wooden", "metal", "rusty", "plastic", "glass", "leather", "furry", "woolly", "feathered",
    "stone", "paper", "shiny", "wet", "dusty", "snowy", "rough", "soft",
)  # fmt: skip

LAND_ANIMALS = (
    "dog", "cat", "horse", "cow", "elephant", "lion", "tiger", "bear", "wolf", "fox", "sheep",
    "goat", "rabbit", "monkey", "bird", "owl", "eagle", "chicken", "butterfly", "bee", "spider",
    "beetle", "snake", "lizard", "deer", "mouse", "camel", "zebra", "parrot", "goose",
)  # fmt: skip
ANIMAL_ACTS = (
    "running", "standing", "sleeping", "sitting", "lying down", "walking", "eating", "looking up",
    "jumping", "looking at the camera",
)  # fmt: skip
VEHICLES = (
    "car", "truck", "bus", "bicycle", "train", "airplane", "boat", "tractor", "motorcycle", "van",
    "sled", "ship", "canoe", "helicopter",
)  # fmt: skip
VEHICLE_ACTS = (
    "parked",
    "waiting",
    "moving",
    "standing still",
    "seen from the side",
    "seen from above",
)
OBJECTS = (
    "chair", "table", "lamp", "book", "guitar", "piano", "clock", "telephone", "computer", "bottle",
    "cup", "umbrella", "shoe", "hat", "backpack", "hammer", "candle", "mirror", "balloon", "toy",
    "plate", "knife", "basket", "drum", "camera", "flag", "pizza", "apple", "banana", "cake",
    "mushroom", "flower", "barrel", "rope", "curtain", "pillow", "keyboard", "wheel", "tower",
    "house", "church", "castle", "bridge", "fence", "tree", "rock", "person", "child",
)  # fmt: skip
OBJECT_ACTS = ("lying", "placed", "standing", "seen from above", "seen up close", "left")
LAND_PLACES = (
    "on grass", "in a green field", "in a forest", "in the snow", "on a mountain", "in the desert",
    "on a beach", "in a kitchen", "in a bedroom", "in an office", "on a city street", "on a road",
    "on a table", "on the floor", "in front of a house", "near a river", "next to a tree",
    "in a garden", "under a cloudy sky", "at sunset", "at night", "in the rain", "in the fog",
    "behind a fence", "on a wooden floor", "against a white wall", "against a black background",
    "in a shop", "near a lake", "on a bridge",
)  # fmt: skip
LAND_EXTRAS = (
    "with people nearby", "with a person beside it", "with trees behind it", "with a blue sky",
    "with a blurry background", "with bright lights", "with snow on it", "with flowers around it",
    "with smoke", "with a bright red light", "with long shadows", "with bars in front of it",
)  # fmt: skip
NUMBERS = ("two", "three", "several", "many", "a pair of", "a group of", "a few")
