"""The other audit: the one that ``glowworm serve DIR --against OTHER`` names, or a neighbour.

An address names a neighbour, never a path: only directories that lie beside this audit are opened.
"""

import os
from pathlib import Path

import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import numbers
from dashboard.serve import AGAINST_VARIABLE
from dashboard.text import md, plain
from db import layout
from db.engine import reader_engine
from db.errors import StoreError

PARAMETER = "x_with"
_MOST = 50  # neighbours that are looked at
_REMEMBERED = 20  # seconds
Key = tuple[str, str]


def chosen() -> Store | None:
    """The audit that the address names, or the only one to compare with; None where none is."""
    here = data.store().directory.resolve()
    named = _named(here)
    usable = [name for name, trouble in named.items() if trouble is None]
    asked = st.query_params.get(PARAMETER)
    if asked is not None and asked not in usable:
        trouble = named.get(asked)
        why = f"“{md(asked, 60)}” cannot be compared: " + (
            md(trouble, 300) if trouble else "no audit of that name lies beside this one."
        )
        st.warning(why, icon=":material/link_off:")
    picked = _box(usable, asked if asked in usable else None)
    _unusable({name: why for name, why in named.items() if why is not None})
    return None if picked is None else data.opened(_directory(here, picked))


def key(audit: Store) -> Key:
    """What a cache goes by that rests on the audit alone: nothing that people say changes it."""
    return str(audit.directory), audit.version.partition(" ")[0]


def called(audits: tuple[Store, Store]) -> tuple[str, str]:
    """What both are called: their directories, as short as tells them apart."""
    return told_apart(*(str(audit.directory) for audit in audits))


def told_apart(first: str, second: str) -> tuple[str, str]:
    """Two paths by their last names, and by the directories they lie in where those are equal."""
    one, other = Path(first).parts, Path(second).parts
    if one == other:
        return one[-1], other[-1]
    length = next(n for n in range(1, len(one) + len(other)) if one[-n:] != other[-n:])
    return "/".join(one[-length:]), "/".join(other[-length:])


def _named(here: Path) -> dict[str, str | None]:
    """All audits that could be meant by their names, and why one cannot be opened."""
    given = os.environ.get(AGAINST_VARIABLE)
    # A bundle is unpacked among whatever else is temporary: what lies there is not its neighbour.
    found = {} if data.read_only() else dict(_neighbours(str(here)))
    return ({Path(given).name: _trouble(Path(given))} if given else {}) | found


def _directory(here: Path, name: str) -> Path:
    given = os.environ.get(AGAINST_VARIABLE)
    return Path(given) if given and Path(given).name == name else here.parent / name


@st.cache_data(max_entries=4, ttl=_REMEMBERED, show_spinner=False)
def _neighbours(here: str) -> dict[str, str | None]:
    own = Path(here)
    try:
        beside = sorted(path for path in own.parent.iterdir() if path != own)
        audits = [path for path in beside if layout.database(path).is_file()]
    except OSError:
        return {}
    return {path.name: _trouble(path) for path in audits[:_MOST]}


def _trouble(directory: Path) -> str | None:
    try:
        reader_engine(directory).dispose()
    except StoreError as error:
        return str(error)
    return None


def _box(usable: list[str], asked: str | None) -> str | None:
    """A choice among those that can be opened; the address says which."""
    if not usable:
        st.info(
            "There is no other audit to compare with. Give one: `glowworm serve DIR --against "
            "OTHER`; or put it beside this one, in the same directory.",
            icon=":material/compare_arrows:",
        )
        return None
    key = "compare_with"
    alone = len(usable) == 1 or AGAINST_VARIABLE in os.environ
    st.session_state[key] = asked or (usable[0] if alone else None)  # one that was given leads

    def picked() -> None:
        st.query_params[PARAMETER] = st.session_state[key]

    st.selectbox(
        "Compare with",
        usable,
        key=key,
        on_change=picked,
        width=360,
        format_func=plain,
        placeholder="choose an audit that lies beside this one",
    )
    return st.session_state[key] if st.session_state[key] in usable else None


def _unusable(troubles: dict[str, str]) -> None:
    if troubles:
        said = numbers.many(len(troubles), "audit")
        with st.expander(f"{said} beside this one cannot be compared", icon=":material/info:"):
            st.markdown("\n".join(f"- **{md(n)}**: {md(why, 300)}" for n, why in troubles.items()))
