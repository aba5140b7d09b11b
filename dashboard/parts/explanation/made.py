"""How an explanation was made: enough to make it again, and what lost against it."""

import streamlit as st

from analysis.wording import MEANING
from dashboard.parts import numbers
from dashboard.text import md
from db.queries.explanations import ExplanationInfo

_MOST = 20  # sentences that lost


def shown(one: ExplanationInfo) -> None:
    """Method, models, seed, configuration; the other sentences; what the method keeps besides."""
    with st.expander("How this was made", icon=":material/tune:"):
        numbers.facts(
            [
                ("method", one.method),
                ("units", one.unit_kind or "none"),
                ("text map", one.text_map),
                ("language model", one.language_model or "none"),
                ("fluency", numbers.number(one.fluency)),
                ("second judge", one.judge or "none"),
                ("seed", "not stored" if one.seed is None else one.seed),
                ("seconds", f"{one.seconds:.1f}"),
                *[(f"option {name}", value) for name, value in one.config.items()],
            ]
        )
        if one.fluency is not None:
            st.caption(f"Fluency: {MEANING['fluency']}")
        _others(one)
        if one.details:
            st.markdown("**What it rests on**")
            st.json(one.details, expanded=2)


def _others(one: ExplanationInfo) -> None:
    said = [c for c in one.candidates if isinstance(c, dict) and "text" in c]
    if not said:
        return
    st.markdown(f"**{numbers.many(len(said), 'other sentence')} of the search**")
    for other in said[:_MOST]:
        score = other.get("score")
        shown = f"{score:.2f}" if isinstance(score, int | float) else "–"
        st.markdown(f"- {shown} · “{md(other['text'], 300)}”")
