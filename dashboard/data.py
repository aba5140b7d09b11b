"""The audit at hand: opened read-only, its queries answered from a cache.

``open_store`` runs once at the top of every script run; pages then call ``ask`` with a query of
``db.queries``. What was read is kept until the store is written again.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import streamlit as st
from sqlalchemy import Engine

from dashboard.serve import READ_ONLY_VARIABLE, REVIEWER_VARIABLE, STORE_VARIABLE
from db import layout
from db.arrays import read_array
from db.engine import reader_engine
from db.errors import StoreError, StoreMissing
from db.queries import human, images, overview

P = ParamSpec("P")
Answer = TypeVar("Answer")

_STATE = "glowworm_store"


@dataclass(frozen=True)
class Store:
    """One audit, as one script run sees it."""

    directory: Path
    version: str  # changes whenever the store is written, by an audit or by a person
    engine: Engine


def open_store() -> Store:
    """Open the audit that ``glowworm serve`` was given; StoreError where that cannot be read."""
    given = os.environ.get(STORE_VARIABLE)
    if not given:
        raise StoreMissing("no audit was given; start the dashboard with: glowworm serve DIR")
    store = opened(Path(given))
    st.session_state[_STATE] = store
    return store


def opened(directory: Path) -> Store:
    """Any audit, opened for reading; StoreError where it cannot be read."""
    database = layout.database(directory)
    # An audit made anew in the same place is another file: its engine is another one too.
    identity = database.stat().st_ino if database.is_file() else 0
    engine = _engine(str(directory), identity)
    version = f"{overview.data_version(engine)} {human.human_version(engine)}"
    return Store(directory, version, engine)


def audit_key() -> tuple[str, str]:
    """What a cache goes by that rests on the audit alone: nothing that people say changes it."""
    return str(store().directory), store().version.partition(" ")[0]


def store() -> Store:
    """The audit that this script run opened."""
    return st.session_state[_STATE]


def ask(
    query: Callable[Concatenate[Engine, P], Answer], *args: P.args, **kwargs: P.kwargs
) -> Answer:
    """The answer of a query of ``db.queries`` on the audit at hand."""
    return ask_of(store(), query, *args, **kwargs)


def ask_of(
    audit: Store,
    query: Callable[Concatenate[Engine, P], Answer],
    *args: P.args,
    **kwargs: P.kwargs,
) -> Answer:
    """The answer of a query on any audit."""
    name = f"{query.__module__}.{query.__qualname__}"
    key = (str(audit.directory), audit.version, name, args, kwargs)
    return cast(Answer, _answer(key, audit.engine, query, args, kwargs))


def thumbnails(image_ids: Sequence[int]) -> dict[int, bytes]:
    """JPEG bytes of the images that have a thumbnail."""
    at_hand = store()
    ids = tuple(int(i) for i in image_ids)
    return _thumbnails((str(at_hand.directory), at_hand.version, ids), at_hand.engine, ids)


def array(name: str, shape: Sequence[int | None]) -> np.ndarray | None:
    """An array of the audit, memory-mapped; None where there is none of this shape to be read.

    ``None`` in the shape stands for any length.
    """
    return array_of(store(), name, shape)


def array_of(audit: Store, name: str, shape: Sequence[int | None]) -> np.ndarray | None:
    """The same of any audit."""
    try:
        found = read_array(audit.directory, audit.engine, name)
    except (StoreError, OSError, ValueError):
        return None
    fits = len(found.shape) == len(shape) and all(
        wanted is None or wanted == length
        for wanted, length in zip(shape, found.shape, strict=True)
    )
    return found if fits and found.dtype.kind == "f" else None


def reviewer() -> str:
    """Who looks at the audit, as ``serve --reviewer`` was told; empty without."""
    return os.environ.get(REVIEWER_VARIABLE, "").strip()


def read_only() -> bool:
    """Whether nothing may be written: the audit is a bundle, unpacked for this once."""
    return os.environ.get(READ_ONLY_VARIABLE) == "1"


@st.cache_resource(max_entries=4, show_spinner=False)
def _engine(directory: str, identity: int) -> Engine:  # noqa: ARG001  (part of the key)
    return reader_engine(Path(directory))


@st.cache_data(max_entries=400, show_spinner=False)
def _answer(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _engine: Engine,
    _query: Any,
    _args: Any,
    _kwargs: Any,
) -> Any:
    return _query(_engine, *_args, **_kwargs)


@st.cache_data(max_entries=60, show_spinner=False)
def _thumbnails(
    key: Any,  # noqa: ARG001  (what the cache goes by)
    _engine: Engine,
    _ids: tuple[int, ...],
) -> dict[int, bytes]:
    return images.thumbnails(_engine, _ids)
