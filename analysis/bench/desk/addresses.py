"""The pages that the bench visits. A new page of the desk needs a line here, and no more."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, get_args
from urllib.parse import quote

import numpy as np

from analysis.bench.desk.made_up.people import LISTS
from analysis.bench.desk.made_up.stages.autoencoder import changed_images
from analysis.bench.desk.made_up.stages.explanations import (
    explained,
    explained_classes,
    explained_images,
    other_images,
)
from analysis.bench.desk.made_up.stages.shortcuts import tested
from analysis.bench.desk.made_up.world import World
from analysis.guard.diff import Kind


@dataclass(frozen=True)
class Address:
    """A page as the address bar has it; ``{…}`` in the query names one of ``CHOICES``, and
    ``{…[0]}`` a part of it."""

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
    Address("Channels", "channels"),
    Address("Channels: one", "channels", "channel={channel}"),
    Address("Images", "images"),
    Address("Images: one", "images", "image={image}"),
    Address("Images: one explained", "images", "image={explained_image}"),
    Address("Images: one changed", "images", "image={changed[0]}&w={changed[1]}"),
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
    Address("Map: all in an area", "map", "m_in=-99:-99,99:99"),
    Address("Map: around a class", "map", "m_at=class:{class}"),
    Address("Compare", "compare"),
    Address("Compare: a class", "compare", "x_class={class}"),
    Address("Compare: a kind of change", "compare", "x_kind={change}"),
    Address("Report & log", "log"),
    Address("Report & log: decisions", "log", "g_show=Decisions"),
    Address("Report & log: a list", "log", "g_show=Lists&g_list={list}"),
    Address("Report & log: the log", "log", "g_show=Log"),
)

CHOICES: dict[str, Callable[[World], Sequence[Any] | np.ndarray]] = {
    "finding": tested,
    "class": lambda world: range(world.sizes.classes),
    "class_name": lambda world: world.class_names,
    "explained_class": explained_classes,
    "latent": lambda world: np.flatnonzero(world.latents_alive),
    "neuron": lambda world: range(world.kinds["neuron"]),
    "channel": lambda world: range(world.kinds["channel"]),
    "image": other_images,
    "explained_image": explained_images,
    "changed": changed_images,
    "change": lambda _: get_args(Kind),
    "list": lambda _: LISTS,
    "explanation": lambda world: range(explained(world)),
    "word": lambda world: world.words,
    "file": lambda world: [world.path(i)[-12:] for i in range(world.sizes.images)],
}
"""What may stand in a query: each is drawn without repetition while there are any left."""


def queries(address: Address, world: World, rng: np.random.Generator) -> Iterator[str]:
    """Queries of an address without end, each with something else in it."""
    fields = [field for _, field, _, _ in Formatter().parse(address.query) if field]
    if not fields:
        while True:
            yield address.query
    (name,) = {field.partition("[")[0] for field in fields}
    choices = CHOICES[name](world)
    while True:
        for i in rng.permutation(len(choices)):
            yield address.query.format(**{name: _quoted(choices[i])})


def _quoted(choice: Any) -> str | list[str]:
    if isinstance(choice, tuple):
        return [quote(str(part)) for part in choice]
    return quote(str(choice))
