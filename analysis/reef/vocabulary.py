"""The concepts an audit of the reef asks about: what the world holds, and much that it does not."""

from analysis.reef.truth import (
    COMPOSED_CREATURES,
    CONCEPTS,
    GREY,
    OPEN_WATER,
    PLAIN,
    PLAIN_CREATURES,
)

# Nothing here is drawn anywhere in the reef, under this name or another.
DISTRACTORS = (
    # colours, textures and materials
    "black", "maroon", "khaki", "rainbow coloured", "furry", "feathered", "woolly", "wooden",
    "metallic", "rusty", "plastic", "made of glass", "leather", "knitted", "paper", "marble",
    "brick", "velvet", "rubber", "concrete", "floral", "paisley", "camouflage", "transparent",
    # animals
    "dog", "cat", "horse", "cow", "elephant", "giraffe", "lion", "sheep", "chicken", "owl",
    "eagle", "butterfly", "bee", "spider", "monkey", "rabbit", "mouse", "kangaroo", "camel", "wolf",
    # places
    "kitchen", "bedroom", "office", "street", "highway", "city skyline", "mountain", "desert",
    "meadow", "vineyard", "garden", "bathroom", "classroom", "stadium", "church", "castle",
    "bridge", "farm", "train station", "supermarket", "playground", "library",
    # weather and time
    "rain", "fog", "thunderstorm", "sunset", "rainbow", "tornado", "autumn leaves", "full moon",
    "clear sky", "dust storm",
    # artefacts
    "car", "bicycle", "airplane", "train", "tractor", "chair", "table", "lamp", "book", "guitar",
    "piano", "clock", "telephone", "computer", "bottle", "cup", "umbrella", "shoe", "hat",
    "sunglasses", "backpack", "hammer", "scissors", "candle", "mirror", "balloon", "toy",
    # food and plants
    "pizza", "bread", "apple", "banana", "cheese", "cake", "coffee", "mushroom", "rose", "cactus",
    "pine tree", "sunflower",
    # people and pictures
    "person", "child", "crowd", "wedding", "soldier", "hand", "beard", "text", "watermark",
    "cartoon", "oil painting", "photograph frame", "black and white photo",
)  # fmt: skip


def world_concepts() -> tuple[str, ...]:
    """Attributes and creatures of the reef, in plain words."""
    return (*CONCEPTS, GREY, PLAIN, OPEN_WATER, *COMPOSED_CREATURES, *PLAIN_CREATURES)


def vocabulary() -> tuple[str, ...]:
    """All concepts: those of the reef, then distractors that do not occur in it."""
    return world_concepts() + DISTRACTORS
