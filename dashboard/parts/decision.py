"""Explanations of one decision, each beside its floor."""

import streamlit as st

from analysis.wording import LIMITS, MEANING
from dashboard import data
from dashboard.parts import charts, numbers
from dashboard.text import md
from db.queries import explanations
from db.queries.explanations import ExplanationFilter, ExplanationInfo
from db.queries.images import ImageInfo


def explanations_of(image_id: int) -> list[ExplanationInfo]:
    """All explanations of an image, whole."""
    frame = data.ask(explanations.explanations, ExplanationFilter(image_id=image_id))
    found = [data.ask(explanations.explanation, int(i)) for i in frame["explanation_id"]]
    return [one for one in found if one is not None]


def explanations_shown(info: ImageInfo) -> None:
    """The sentences about an image's decision, or that there is none."""
    found = explanations_of(info.image_id)
    if not found:
        st.caption("This image was not among those that the audit explained.")
        return
    for one in found:
        _card(one)
    st.caption(LIMITS[-1])


def _card(one: ExplanationInfo) -> None:
    clears = one.floor is not None and one.score > one.floor
    with st.container(border=True):
        sentence = f"“{md(one.text, 400)}”"
        st.subheader(sentence if clears else f":gray[{sentence}]", anchor=False)
        badge = (
            ":green-badge[:material/check: above its floor]"
            if clears
            else ":gray-badge[:material/remove: not above its floor]"
            if one.floor is not None
            else ":gray-badge[:material/remove: without a floor: no other image was explained]"
        )
        st.markdown(
            f"{badge} why it was taken for **{md(one.class_name)}**",
            help=f"{MEANING['explanation_score']} {MEANING['explanation_floor']}",
        )
        charts.show(
            charts.bars(
                ["this sentence", "floor: sentences for other images"],
                [one.score, one.floor or 0.0],
                x_title="cosine with the image's feature",
                colors=[charts.BLUE if clears else charts.ORANGE, charts.GREY],
            ),
            key=f"explanation_{one.explanation_id}",
            alt="Score of the explanation beside its floor",
        )
        st.caption(
            f"fluency {numbers.number(one.fluency)} · method {md(one.method)} · language model "
            f"{md(one.language_model)} · text map {md(one.text_map)} · {_config(one)} · "
            f"{one.seconds:.1f} s",
            help=f"Fluency: {MEANING['fluency']}",
        )
        _others(one)


def _config(one: ExplanationInfo) -> str:
    return ", ".join(f"{md(name, 30)} {md(value, 30)}" for name, value in one.config.items())


def _others(one: ExplanationInfo) -> None:
    said = [c for c in one.candidates if isinstance(c, dict) and "text" in c]
    if not said:
        return
    with st.expander(f"{numbers.many(len(said), 'other sentence')} of the search"):
        for other in said[:20]:
            score = other.get("score")
            shown = f"{score:.2f}" if isinstance(score, int | float) else "–"
            st.markdown(f"- {shown} · “{md(other['text'], 300)}”")
