"""How strongly a class holds each concept, in one audit against the other."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard import data
from dashboard.data import Store
from dashboard.parts import charts, numbers
from dashboard.parts.compare.other import Key, called, key
from dashboard.text import chart, md, plain
from db.queries import concepts, frame

_NAMED = 400  # points that say their names
_TOLD = 6  # concepts either way
_HELD = 2.0  # standard deviations: below, a concept says nothing of the class
_BLOCK = 64  # classes whose scores are held at once


def shown(audits: tuple[Store, Store], ids: tuple[int, int], class_name: str) -> None:
    """Every concept that both audits know, a point each; what sets them apart, in words.

    Args:
        ids: of the class, in either audit.
    """
    st.subheader("Concepts of the class", anchor=False)
    texts, first, second = _matched((key(audits[0]), key(audits[1])), audits)
    scores = [_scores(audit, i) for audit, i in zip(audits, ids, strict=True)]
    if not texts or scores[0] is None or scores[1] is None:
        st.caption("One of the audits holds no concept scores, or they share no concept.")
        return
    here, there = scores[0][first], scores[1][second]
    related = float(np.corrcoef(here, there)[0, 1]) if len(texts) > 2 else float("nan")
    st.caption(
        f"How far **{md(class_name)}**'s weights lean towards each of the "
        f"{numbers.many(len(texts), 'concept')} that both know, in standard deviations above the "
        f"concept's mean over each audit's classes, by the text map each shows first. Correlation "
        f"{numbers.number(related)}; the line is where both agree."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        charts.show(
            scatter(texts, here, there, called(audits)),
            key="x_scatter",
            alt=f"Strength of {len(texts)} concepts in both audits, for {plain(class_name)}",
        )
    with right:
        for title, order in zip(
            ("here", "in the other"), (apart(here, there), apart(there, here)), strict=True
        ):
            st.markdown(f"**Stronger {title}**")
            st.table(
                {
                    "concept": [md(texts[i], 60) for i in order],
                    "here": [numbers.signed(float(here[i])) for i in order],
                    "other": [numbers.signed(float(there[i])) for i in order],
                },
                border="horizontal",
                hide_index=True,
            )


def apart(stronger: np.ndarray, weaker: np.ndarray) -> list[int]:
    """The concepts that are held in the first, ``_HELD`` or more, and least so in the other."""
    held = np.flatnonzero((stronger >= _HELD) & (stronger > weaker))
    return held[np.argsort(weaker[held] - stronger[held], kind="stable")][:_TOLD].tolist()


def scatter(
    texts: list[str], here: np.ndarray, there: np.ndarray, names: tuple[str, str]
) -> go.Figure:
    """Strengths (concepts,) in both audits, by WebGL; those that say most have their names."""
    most = np.argsort(-np.maximum(np.abs(here - there), np.maximum(here, there)))[:_NAMED]
    low, high = float(min(here.min(), there.min())), float(max(here.max(), there.max()))
    figure = go.Figure(
        [
            go.Scattergl(
                x=there,
                y=here,
                mode="markers",
                marker={"size": 4, "color": charts.GREY, "opacity": 0.45},
                hoverinfo="skip",
            ),
            go.Scattergl(
                x=there[most],
                y=here[most],
                mode="markers",
                marker={"size": 6, "color": charts.BLUE, "opacity": 0.8},
                text=[chart(texts[i], 60) for i in most],
                hovertemplate="%{text}<br>here %{y:.1f}, other %{x:.1f}<extra></extra>",
            ),
        ]
    )
    figure.add_shape(
        type="line",
        x0=low, y0=low, x1=high, y1=high,
        line={"color": charts.GREY, "width": 1, "dash": "dot"},
    )  # fmt: skip
    figure.update_xaxes(title={"text": chart(f"in {names[1]}", 60)}, zeroline=True)
    figure.update_yaxes(title={"text": chart(f"in {names[0]}", 60)}, zeroline=True)
    figure.update_layout(
        height=460,
        margin={"l": 0, "r": 12, "t": 8, "b": 34},
        showlegend=False,
        uirevision="fixed",
    )
    return figure


@st.cache_resource(max_entries=4, show_spinner=False)
def _matched(
    key: tuple[Key, Key],  # noqa: ARG001  (what the cache goes by)
    _audits: tuple[Store, Store],
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts in both vocabularies, and their rows in either; of equal texts the last."""
    first, second = (
        {text: i for i, text in enumerate(data.ask_of(audit, concepts.concept_texts))}
        for audit in _audits
    )
    texts = [text for text in first if text in second]
    places = [np.array([rows[text] for text in texts], int) for rows in (first, second)]
    return texts, places[0], places[1]


def _scores(audit: Store, class_id: int) -> np.ndarray | None:
    """Of a class with every concept, (concepts,), against the concept's mean over all classes."""
    found = _matrix(audit)
    if found is None or not 0 <= class_id < len(found):
        return None
    mean, spread = _moments(key(audit), found)
    return (np.asarray(found[class_id], np.float64) - mean) / spread


def _matrix(audit: Store) -> np.ndarray | None:
    name = data.ask_of(audit, frame.shown_first)
    return (
        None
        if name is None
        else data.array_of(audit, f"class_concepts.weights.{name}", (None, None))
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _moments(
    key: Key,  # noqa: ARG001  (what the cache goes by)
    _scores: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each concept over the classes; 1 where it never varies."""
    blocks = [_scores[start : start + _BLOCK] for start in range(0, len(_scores), _BLOCK)]
    mean = np.sum([block.sum(axis=0, dtype=np.float64) for block in blocks], axis=0) / len(_scores)
    squares = np.sum([((block - mean) ** 2).sum(axis=0) for block in blocks], axis=0)
    spread = np.sqrt(squares / len(_scores))
    return mean, np.where(spread > 0, spread, 1)
