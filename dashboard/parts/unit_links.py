"""Short lists of units that lead to their pages."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.parts import tables
from dashboard.route import Kind
from dashboard.text import plain

PERSON = "✎"  # before a label that a person gave


def label(text: str | None, abstained: Any, human: str | None = None) -> str:
    """The label of a unit as shown in tables: a person's first and marked; in brackets where the
    machine abstains.
    """
    if human is not None:
        return f"{PERSON} {plain(human, 60)}"
    if text is None:
        return "no label"
    shown = plain(text, 60)
    return f"({shown}?)" if abstained is not pd.NA and abstained else shown


def labels(frame: pd.DataFrame) -> list[str]:
    """The labels of a frame's units; people's only where the frame has them."""
    people = frame["human"] if "human" in frame else [None] * len(frame)
    return [label(*row) for row in zip(frame["label"], frame["abstained"], people, strict=True)]


def _labelled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(label=labels(frame))


def effects(frame: pd.DataFrame, *, key: str, kind: Kind = "latent") -> None:
    """Units and how far each moves the class's logit when it is on as usual."""
    if frame.empty:
        st.caption("none")
        return
    strength = [abs(effect) for effect in frame["effect"]]
    tables.choose(
        _labelled(frame).assign(strength=strength),
        kind,
        "number",
        {
            "number": tables.figure(kind, form="%d", width=60),
            "label": tables.text("label", width=210),
            "strength": tables.bar("effect", max(strength), meaning="effect"),
        },
        key=key,
        alt=f"{kind.capitalize()}s that move the class",
    )


def active(frame: pd.DataFrame, *, key: str, kind: Kind) -> None:
    """Units active on an image: value, and share of the unit's own largest activation."""
    tables.choose(
        _labelled(frame).assign(share=100 * frame["share"]),
        kind,
        "number",
        {
            "number": tables.figure(kind, form="%d", width=60),
            "label": tables.text("label", width=190),
            "value": tables.figure("activation", width=76),
            "share": tables.bar("of its largest", 100, form="%.0f %%"),
        },
        key=key,
        alt=f"{kind.capitalize()}s active on the image",
    )


def neighbours(frame: pd.DataFrame, *, key: str, kind: Kind, value: str) -> None:
    """Units that go with another one, and how closely."""
    tables.choose(
        _labelled(frame),
        kind,
        "number",
        {
            "number": tables.figure(kind, form="%d", width=64),
            "label": tables.text("label", width=230),
            "value": tables.bar(value, 1.0),
        },
        key=key,
        alt=f"{kind.capitalize()}s that go with it",
        height="content",
    )
