"""The Hugging Face hub: the local cache first, then one short try at the network."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import huggingface_hub
from huggingface_hub import constants

TIMEOUT = 5.0
"""Seconds the hub has to answer before it counts as out of reach."""

Loaded = TypeVar("Loaded")


def from_cache_or_hub(load: Callable[[], Loaded]) -> Loaded:
    """Call ``load`` without the network, and again with it if that fails and the hub answers.

    The libraries' own way retries for a minute where there is no network.

    Raises:
        OSError: what ``load`` raised when the network was last asked, or without it.
    """
    try:
        with _offline():
            return load()
    except OSError:
        if constants.HF_HUB_OFFLINE or not _hub_answers():
            raise
    return load()


@contextmanager
def _offline() -> Iterator[None]:
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def _hub_answers() -> bool:
    try:
        huggingface_hub.get_session().head(constants.ENDPOINT, timeout=TIMEOUT)
    except Exception:  # any failure of any layer means that it does not answer
        return False
    return True
