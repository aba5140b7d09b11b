"""Addresses: which page shows what, and which number the address asks for.

Every page reads its parameter from the URL first and treats it as a stranger's word: a number in
range or a plain message. Pages are written as Streamlit knows them, relative to ``app.py``.
"""

from typing import Literal

import streamlit as st

from dashboard.text import md

Kind = Literal["finding", "class", "latent", "neuron", "channel", "image", "explanation"]
UnitKind = Literal["latent", "neuron", "channel"]

PAGES: dict[Kind, str] = {
    "finding": "app_pages/findings.py",
    "class": "app_pages/classes.py",
    "latent": "app_pages/latents.py",
    "neuron": "app_pages/neurons.py",
    "channel": "app_pages/channels.py",
    "image": "app_pages/images.py",
    "explanation": "app_pages/explanations.py",
}
Width = Literal["content", "stretch"]

_HERE = "glowworm_page"


def arrive(page: str) -> None:
    """Remember which page is being shown, as ``PAGES`` writes it."""
    st.session_state[_HERE] = page


def here() -> str | None:
    """The page being shown."""
    return st.session_state.get(_HERE)


def number(text: str) -> int | None:
    """The non-negative number that ``text`` writes in plain digits, or None.

    At most 18 digits: what is longer fits no integer of the store.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def asked(kind: Kind) -> tuple[str | None, int | None]:
    """What the address asks for under ``kind``: its words, and the number they write if any."""
    words = st.query_params.get(kind)
    return words, None if words is None else number(words)


def unknown(kind: Kind, words: str, *, lacking: str = "This audit has") -> None:
    """Say plainly that the address asks for something this audit does not hold."""
    st.warning(
        f"{lacking} no {kind} “{md(words, 40)}”. "
        "The address may be mistyped, or belong to another audit.",
        icon=":material/link_off:",
    )


def link(
    kind: Kind,
    identity: int,
    label: object,
    *,
    icon: str = "",
    width: Width = "content",
) -> None:
    """A link to one finding, class, unit or image; ``label`` is escaped here."""
    shown = f":primary[{md(label)}]"
    if here() == PAGES[kind]:
        _stay(kind, identity, shown, icon, width)
    else:
        query = {kind: str(identity)}
        st.page_link(PAGES[kind], label=shown, icon=icon, help="", query_params=query, width=width)


def list_link(kind: Kind, label: str, *, icon: str = ":material/arrow_back:") -> None:
    """A link to the whole list that a page shows without its parameter."""
    shown = f":primary[{label}]"
    if here() == PAGES[kind]:
        _stay(kind, None, shown, icon, "content")
    else:
        st.page_link(PAGES[kind], label=shown, icon=icon, help="")


def asked_label(kind: UnitKind) -> int | None:
    """The concept whose bearers the address asks for in the list of a kind."""
    words = st.query_params.get(f"{kind}_label")
    return None if words is None else number(words)


def same_label(kind: UnitKind, concept_id: int, label: str) -> None:
    """A link, on the page of a kind, to the list of those that carry a concept for their label."""
    # Not in a callback: the whole address changes, in one step of the browser's history.
    if st.button(
        f":primary[{label}]",
        key=f"same_{kind}_{concept_id}",
        icon=":material/content_copy:",
        type="tertiary",
    ):
        st.switch_page(PAGES[kind], query_params={f"{kind}_label": str(concept_id)})


def all_labels(kind: UnitKind) -> None:
    """A way out of the list of the units with one label."""

    def forget() -> None:
        st.query_params.pop(f"{kind}_label", None)

    st.button(
        "Show all again",
        key=f"all_{kind}_labels",
        icon=":material/filter_alt_off:",
        on_click=forget,
    )


def _stay(kind: Kind, identity: int | None, label: str, icon: str, width: Width) -> None:
    """The same on the page at hand: a page link to it would look chosen already."""
    st.button(
        label,
        key=f"to_{kind}_{identity}",
        icon=icon or None,
        type="tertiary",
        width=width,
        wrap=False,
        on_click=ask_for,
        args=(kind, identity),
    )


def open_page(kind: Kind, identity: int) -> None:
    """Go to one finding, class, unit or image at once."""
    st.switch_page(PAGES[kind], query_params={kind: str(identity)})


def ask_for(kind: Kind, identity: int | None) -> None:
    """Ask for something else on the page at hand (in a widget's callback)."""
    if identity is None:
        st.query_params.pop(kind, None)
    else:
        st.query_params[kind] = str(identity)
