"""The pages that the bench visits. A new page of the desk needs a line here, and no more."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np

from analysis.bench.desk.made_up.stages.explanations import (
    explained,
    explained_classes,
    explained_images,
)
from analysis.bench.desk.made_up.stages.shortcuts import tested
from analysis.bench.desk.made_up.world import World


@dataclass(frozen=True)
class Address:
    """A page as the address bar has it; ``{…}`` in the query names one of ``CHOICES``."""

    name: str
    page: str
    query: str = ""


ADDRESSES = (
    Address("Overview", ""),
    Address("Findings", "findings"),
    Address("Findings: one", "findings", "finding={finding}"),
    Address("Findings: of a class", "findings", "f_class={class_name}"),
    Address("Findings: a search", "findings", "f_search={word}"),
    Address("Classes", "classes"),
    Address("Classes: one", "classes", "class={class}"),
    Address("Classes: one explained", "classes", "class={explained_class}"),
    Address("Classes: a search", "classes", "c_search={word}"),
    Address("Latents", "latents"),
    Address("Latents: one", "latents", "latent={latent}"),
    Address("Latents: a search", "latents", "l_search={word}"),
    Address("Neurons", "neurons"),
    Address("Neurons: one", "neurons", "neuron={neuron}"),
    Address("Images", "images"),
    Address("Images: one", "images", "image={image}"),
    Address("Images: one explained", "images", "image={explained_image}"),
    Address("Images: errors", "images", "i_errors=true"),
    Address("Images: errors of a class", "images", "i_errors=true&i_class={class_name}"),
    Address("Images: a search", "images", "i_search={file}"),
    Address("Explanations", "explanations"),
    Address("Explanations: one", "explanations", "explanation={explanation}"),
    Address("Explanations: a search", "explanations", "e_search={word}"),
    Address("Ask", "ask"),
    Address("Ask: a text", "ask", "a_text={word}"),
    Address("Map", "map"),
    Address("Map: a search", "map", "m_search={word}"),
    Address("Report & log", "log"),
    Address("Report & log: the log", "log", "g_show=Log"),
)

CHOICES: dict[str, Callable[[World], Sequence[Any] | np.ndarray]] = {
    "finding": tested,
    "class": lambda world: range(world.sizes.classes),
    "class_name": lambda world: world.class_names,
    "explained_class": explained_classes,
    "latent": lambda world: np.flatnonzero(world.latents_alive),
    "neuron": lambda world: range(world.sizes.features),
    "image": lambda world: range(world.sizes.images),
    "explained_image": explained_images,
    "explanation": lambda world: range(explained(world)),
    "word": lambda world: world.words,
    "file": lambda world: [world.path(i)[-12:] for i in range(world.sizes.images)],
}
"""What may stand in a query: each is drawn without repetition while there are any left."""


def queries(address: Address, world: World, rng: np.random.Generator) -> Iterator[str]:
    """Queries of an address without end, each with something else in it."""
    named = [name for name in CHOICES if f"{{{name}}}" in address.query]
    if not named:
        while True:
            yield address.query
    (name,) = named
    choices = CHOICES[name](world)
    while True:
        for i in rng.permutation(len(choices)):
            yield address.query.replace(f"{{{name}}}", quote(str(choices[i])))
