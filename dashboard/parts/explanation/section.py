"""All explanations of an image's decision, or of a class, method by method."""

import shlex

import streamlit as st

from analysis.explanation_wording import METHOD
from analysis.wording import LIMITS
from dashboard import data, route
from dashboard.parts import tables
from dashboard.parts.explanation.card import card
from dashboard.text import md, plain
from db.queries import explanations
from db.queries.classes import ClassInfo
from db.queries.explanations import ExplanationFilter, ExplanationInfo
from db.queries.images import ImageInfo

LIMIT = next(limit for limit in LIMITS if limit.startswith("An explanation"))
_MOST = 200


def of_image(info: ImageInfo) -> None:
    """Explanations of an image, or the command that makes one."""
    found = stored(ExplanationFilter(image_id=info.image_id))
    if found:
        _by_method(found)
        return
    st.caption("This image was not among those that the audit explained. To explain it:")
    command([info.path, "--method", "pipeline"], f"or another method: {_others('pipeline')}")


def of_class(info: ClassInfo) -> None:
    """Explanations of a class as a whole, or the command that makes one; then its decisions."""
    found = stored(ExplanationFilter(class_id=info.class_id, subject="class"))
    if found:
        _by_method(found)
    else:
        st.caption("The class as a whole was not explained. To explain it:")
        command(["--class", info.class_name])
    _decisions(info)


def stored(filter: ExplanationFilter) -> list[ExplanationInfo]:
    """The explanations that match, at most ``_MOST``, with all that is stored of each."""
    frame = data.ask(explanations.explanations, filter, limit=_MOST)
    found = [data.ask(explanations.explanation, int(i)) for i in frame["explanation_id"]]
    return [one for one in found if one is not None]


def _by_method(found: list[ExplanationInfo]) -> None:
    methods = [name for name in METHOD if any(one.method == name for one in found)]
    for tab, method in zip(st.tabs(methods), methods, strict=True):
        with tab:
            st.caption(METHOD[method])
            for one in found:
                if one.method == method:
                    card(one)
    st.caption(LIMIT)
    route.link(
        "explanation",
        found[0].explanation_id,
        "The methods side by side",
        icon=":material/view_column:",
    )


def _decisions(info: ClassInfo) -> None:
    """Images taken for the class whose decisions were explained."""
    chosen = ExplanationFilter(class_id=info.class_id, subject="image")
    frame = data.ask(explanations.explanations, chosen, limit=_MOST)
    if frame.empty:
        return
    st.markdown("**Decisions for this class that were explained**")
    tables.choose(
        frame.assign(
            path=[plain(path) for path in frame["path"]],
            text=[plain(text, 200) for text in frame["text"]],
            holding=[
                f"{claims - struck} of {claims}" if claims else None
                for claims, struck in zip(frame["claims"], frame["struck"], strict=True)
            ],
        ),
        "image",
        "image_id",
        {
            "path": tables.text("image", width=160),
            "method": tables.text("method", width=90),
            "text": tables.text("explanation", width="large"),
            "holding": tables.text("claims that hold", width=110),
        },
        key="class_decisions",
        alt="Explained decisions for the class",
        height="content",
    )


def command(words: list[str], besides: str = "") -> None:
    """The command that explains; a name that cannot be shown as it is is not given.

    A bundle can be given nothing more, so there is none.
    """
    if data.read_only():
        st.caption("This is a bundle: explanations are made on the audit it was made of.")
        return
    told = [word if plain(word, 4096) == word else "NAME" for word in words]
    directory = str(data.store().directory)
    st.code(shlex.join(["glowworm", "explain", directory, *told]), language="bash", wrap_lines=True)
    if besides:
        st.caption(besides)


def _others(method: str) -> str:
    return ", ".join(md(name) for name in METHOD if name != method)
