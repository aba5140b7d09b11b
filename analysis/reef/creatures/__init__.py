"""How each creature is drawn: name -> function that draws it on a sketch."""

from collections.abc import Callable

import numpy as np

from analysis.reef.creatures import composed, fishes, invertebrates, mammals, others
from analysis.reef.sketch import Sketch

DRAWINGS: dict[str, Callable[[Sketch, np.random.Generator], None]] = {
    "fish": composed.fish,
    "crab": composed.crab,
    "octopus": composed.octopus,
    "squid": composed.squid,
    "starfish": composed.starfish,
    "snail": composed.snail,
    "lobster": composed.lobster,
    "eel": composed.eel,
    "shark": fishes.shark,
    "seahorse": fishes.seahorse,
    "manta ray": fishes.manta_ray,
    "pufferfish": fishes.pufferfish,
    "swordfish": fishes.swordfish,
    "jellyfish": invertebrates.jellyfish,
    "clam": invertebrates.clam,
    "sea urchin": invertebrates.sea_urchin,
    "nautilus": invertebrates.nautilus,
    "sea anemone": invertebrates.sea_anemone,
    "shrimp": invertebrates.shrimp,
    "whale": mammals.whale,
    "dolphin": mammals.dolphin,
    "seal": mammals.seal,
    "walrus": mammals.walrus,
    "otter": mammals.otter,
    "narwhal": mammals.narwhal,
    "turtle": others.turtle,
    "penguin": others.penguin,
    "crocodile": others.crocodile,
    "frog": others.frog,
    "duck": others.duck,
    "tadpole": others.tadpole,
    "axolotl": others.axolotl,
}
