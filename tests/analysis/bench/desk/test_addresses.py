"""Which pages are visited, and about what."""

import re
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from analysis.bench.desk.addresses import ADDRESSES, CHOICES, Address, queries
from analysis.bench.desk.made_up.world import World
from dashboard.parts.whatif import address
from sae.autoencoder import SparseAutoencoder
from tests.analysis.bench.desk.conftest import TINY


def test_names_are_apart() -> None:
    names = [address.name for address in ADDRESSES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_query_can_be_filled(address: Address) -> None:
    drawn = list(islice(queries(address, World(TINY), np.random.default_rng(0)), 5))
    assert not any("{" in query for query in drawn)
    few = {"change": 4, "list": 2}  # all that there are
    named = re.findall(r"{(\w+)", address.query)
    assert len(set(drawn)) == (few.get(named[0], 5) if named else 1)


def test_nothing_comes_twice_while_there_is_another() -> None:
    one = Address("one", "classes", "class={class}")
    drawn = list(islice(queries(one, World(TINY), np.random.default_rng(0)), 2 * TINY.classes))
    every = {f"class={i}" for i in range(TINY.classes)}
    assert set(drawn[: TINY.classes]) == set(drawn[TINY.classes :]) == every


def test_words_are_written_as_an_address_has_them() -> None:
    one = Address("search", "findings", "f_search={word}")
    drawn = islice(queries(one, World(TINY), np.random.default_rng(0)), 500)
    assert any("%20" in query for query in drawn)


def test_only_what_is_there_is_asked_for() -> None:
    world = World(TINY)
    alive = set(CHOICES["latent"](world))
    assert alive == {i for i, lives in enumerate(world.latents_alive) if lives}
    assert max(CHOICES["finding"](world)) < 2 * 20 * TINY.classes


def test_parts_of_a_choice_go_together() -> None:
    world = World(TINY)
    one = Address("changed", "images", "image={changed[0]}&w={changed[1]}")
    drawn = set(islice(queries(one, world, np.random.default_rng(0)), TINY.images))
    every = {f"image={image}&w={quote(change)}" for image, change in CHOICES["changed"](world)}
    assert drawn == every


def test_changes_are_of_latents_that_are_active(tiny_store: Path) -> None:
    latents = SparseAutoencoder.from_directory(tiny_store / "sae" / "made_up")
    world = World(TINY)
    for image, change in CHOICES["changed"](world):
        found = address.read(change)[0]
        ((kind, number),) = found
        assert (kind, found[kind, number]) == ("latent", 0)
        assert latents.encode(world.features[[image]])[0, number] > 0
