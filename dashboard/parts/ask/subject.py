"""The audit made ready to be asked, and the encoder that reads what is typed: once a server."""

from pathlib import Path
from typing import Any

import streamlit as st

from analysis.asking.answers import Ranking, Reading, near_words, place, rank, read
from analysis.asking.encoders import TextReader, load_reader
from analysis.asking.floors import Floor
from analysis.asking.floors import floors as measured_floors
from analysis.asking.subject import Kind, Subject, open_subject
from analysis.errors import TextError
from analysis.hull import Hull
from dashboard import data
from db.errors import GlowwormError
from db.queries import overview

Key = tuple[str, str]

BEST: dict[Kind, int] = {"class": 10, "latent": 10, "neuron": 10, "image": 16}


def subject() -> Subject | str:
    """The audit at hand, or why it cannot be asked."""
    return _subject(_key(), data.store().engine)


def kinds() -> list[Kind]:
    """What of the audit can answer."""
    ready = subject()
    return [] if isinstance(ready, str) else list(ready.rows)


def reading(text: str) -> Reading:
    """A text as the audit's encoder reads it.

    Raises:
        InputError: there is nothing in it to read.
        TextError: the encoder is needed and cannot be had.
    """
    return _reading(_key(), text, _ready())


def placed(told: Reading) -> Hull:
    """The text beside the class names."""
    return place(_ready(), told)


def near(told: Reading) -> dict[int, float]:
    """Concepts that read nearest to the text, and their cosines with it."""
    ids, cosines = near_words(_ready(), told)
    return dict(zip(ids.tolist(), cosines.tolist(), strict=True))


def ranking(kind: Kind, told: Reading, against: Reading | None) -> Ranking:
    """The best of a kind."""
    return rank(_ready(), kind, told, best=BEST[kind], against=against)


def floors() -> dict[Kind, Floor]:
    """For each kind, what any text reaches at its best."""
    return _floors(_key(), _ready())


def _ready() -> Subject:
    ready = subject()
    assert not isinstance(ready, str)
    return ready


def _key() -> Key:
    """Stages make what is asked; what people say of it changes nothing here."""
    return str(data.store().directory), data.ask(overview.data_version)


@st.cache_resource(max_entries=2, show_spinner="Getting the audit ready …")
def _subject(key: Key, _engine: Any) -> Subject | str:
    try:
        return open_subject(Path(key[0]), _engine)
    except GlowwormError as error:
        return str(error)
    except (OSError, ValueError, KeyError, IndexError) as error:
        return f"a file of it cannot be read ({type(error).__name__}); see glowworm doctor"


@st.cache_resource(max_entries=2, show_spinner="Loading the text encoder …")
def _reader(name: str) -> TextReader | TextError:
    try:
        return load_reader(name)
    except TextError as error:
        return error


def _loaded(name: str) -> TextReader:
    found = _reader(name)
    if isinstance(found, TextError):
        raise found
    return found


@st.cache_data(max_entries=200, show_spinner=False)
def _reading(key: Key, text: str, _subject: Subject) -> Reading:  # noqa: ARG001  (part of the key)
    return read(_subject, text, lambda: _loaded(_subject.encoder))


@st.cache_data(max_entries=2, show_spinner=False)
def _floors(key: Key, _subject: Subject) -> dict[Kind, Floor]:  # noqa: ARG001  (part of the key)
    return dict(measured_floors(_subject))
