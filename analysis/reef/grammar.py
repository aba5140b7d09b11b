"""Text for the language model: caption-like sentences from a small grammar, by seed.

Attributes are drawn at random for every noun, so that the language model knows no shortcut: what
an explanation says about an image comes from the classifier.
"""

import random

from analysis.reef import grammar_words as words

# Plurals that do not take an s.
_PLURALS = {
    "fish": "fish", "octopus": "octopuses", "starfish": "starfish", "pufferfish": "pufferfish",
    "swordfish": "swordfish", "jellyfish": "jellyfish", "squid": "squid", "shrimp": "shrimp",
    "nautilus": "nautiluses", "walrus": "walruses", "sheep": "sheep", "wolf": "wolves",
    "fox": "foxes", "mouse": "mice", "goose": "geese", "deer": "deer", "knife": "knives",
    "person": "people", "child": "children", "bus": "buses", "church": "churches",
    "butterfly": "butterflies", "canary": "canaries",
}  # fmt: skip


def sentences(count: int, *, seed: int) -> list[str]:
    """That many sentences, the same for the same seed; each ends with a full stop."""
    rng = random.Random(seed)
    return [_sentence(rng) for _ in range(count)]


def _sentence(rng: random.Random) -> str:
    caption = _sea(rng) if rng.random() < 0.65 else _land(rng)
    if rng.random() < 0.12:
        return f"{caption[0].upper()}{caption[1:]}."
    return f"{rng.choice(words.OPENINGS)} {caption}."


def _sea(rng: random.Random) -> str:
    many = rng.random() < 0.15
    looks = _looks(rng, sea=True)
    parts = [_phrase(rng, rng.choice(words.CREATURES), looks, many)]
    if not many and rng.random() < 0.3:
        patterned = not set(words.PATTERNS).isdisjoint(looks)
        marks = words.BODY_MARKS if patterned else words.BODY_MARKS + words.PATTERN_MARKS
        parts.append(rng.choice(marks))
    if rng.random() < 0.45:
        parts.append(rng.choice(words.SWIMMING))
    if rng.random() < 0.8:
        parts.append(rng.choice(words.SEA_PLACES))
    if rng.random() < 0.15:
        other = _phrase(rng, rng.choice(words.CREATURES), _looks(rng, sea=True), False)
        parts.append(f"next to {other}")
    elif rng.random() < 0.3:
        parts.append(_agreeing(rng.choice(words.SEA_EXTRAS), many))
    return " ".join(parts)


def _land(rng: random.Random) -> str:
    nouns, acts = rng.choice(
        (
            (words.LAND_ANIMALS, words.ANIMAL_ACTS),
            (words.VEHICLES, words.VEHICLE_ACTS),
            (words.OBJECTS, words.OBJECT_ACTS),
        )
    )
    many = rng.random() < 0.15
    parts = [_phrase(rng, rng.choice(nouns), _looks(rng, sea=False), many)]
    if rng.random() < 0.4:
        parts.append(rng.choice(acts))
    parts.append(rng.choice(words.LAND_PLACES))
    if rng.random() < 0.3:
        parts.append(_agreeing(rng.choice(words.LAND_EXTRAS), many))
    return " ".join(parts)


def _looks(rng: random.Random, *, sea: bool) -> list[str]:
    """Zero to three adjectives, in the order English puts them."""
    surface = words.PATTERNS if sea else words.MATERIALS
    kinds = ((words.SIZES, 0.25), (words.LIGHT, 0.25), (surface, 0.35), (words.COLOUR_WORDS, 0.5))
    drawn = [rng.choice(kind) for kind, share in kinds if rng.random() < share]
    return drawn[-3:]


def _phrase(rng: random.Random, noun: str, looks: list[str], many: bool) -> str:
    if many:
        return " ".join([rng.choice(words.NUMBERS), *looks, plural(noun)])
    body = " ".join([*looks, noun])
    return f"{article(body)} {body}"


def article(phrase: str) -> str:
    """The indefinite article of a phrase."""
    return "an" if phrase[0] in "aeiou" else "a"


def plural(noun: str) -> str:
    """The plural of a noun of the grammar."""
    return _PLURALS.get(noun, f"{noun}s")


def _agreeing(extra: str, many: bool) -> str:
    return extra.replace(" it", " them") if many else extra
