"""One decision, or one class, in the words of all three methods."""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from analysis.explanation_wording import METHOD, told_of_claims
from dashboard import data
from dashboard.parts import numbers
from dashboard.parts.explanation.card import card
from dashboard.parts.explanation.section import LIMIT, command
from dashboard.parts.explanation.sentence import marked
from dashboard.text import md
from db.queries import explanations
from db.queries.explanations import ExplanationInfo

_WORD = re.compile(r"\w{3,}")
_LITTLE = frozenset(("and", "the", "with", "that", "has", "its", "for", "from", "are", "not"))
Claims = list[dict[Any, Any]]


def shown(found: Sequence[ExplanationInfo], subject: list[str], chosen: int | None) -> None:
    """A column for each method; below them the whole card of one explanation.

    Args:
        found: all explanations of the subject.
        subject: how the command line names it.
        chosen: id of the explanation whose card is shown first.
    """
    found = sorted(found, key=lambda one: list(METHOD).index(one.method))
    claims = {one.explanation_id: _claims(one.explanation_id) for one in found}
    for place, method in zip(st.columns(len(METHOD), gap="medium"), METHOD, strict=True):
        with place:
            st.markdown(f"**{method.capitalize()}**")
            st.caption(METHOD[method])
            of_method = [one for one in found if one.method == method]
            for one in of_method:
                others = [c for o in found if o.method != method for c in claims[o.explanation_id]]
                _short(one, claims[one.explanation_id], others, compared=len(found) > 1)
            if not of_method:
                st.caption(f"{method}: none stored. To make one:")
                command([*subject, "--method", method])
    st.caption(LIMIT)
    if found:
        _card(found, chosen)


def _claims(explanation_id: int) -> Claims:
    return data.ask(explanations.claims, explanation_id).to_dict("records")


def _short(one: ExplanationInfo, own: Claims, others: Claims, *, compared: bool) -> None:
    with st.container(border=True):
        st.markdown(f"“{marked(one.text, own)}”")
        by = f" · by {one.unit_kind}s" if one.unit_kind else ""
        score = f"score {numbers.number(one.score)}, floor {numbers.number(one.floor)}"
        st.caption(f"{told_of_claims(one.claims, one.struck)} · {score}{by}")
        for claim in own:
            st.markdown(_line(claim))
        if compared and own:
            alone = [_struck(c) for c in own if is_alone(c, others)]
            st.caption(f"Named by this method alone: {', '.join(alone) or 'nothing'}.")


def _struck(claim: dict[Any, Any]) -> str:
    text = md(claim["text"], 120)
    return text if claim["supported"] else f"~~{text}~~"


def _line(claim: dict[Any, Any]) -> str:
    if claim["supported"]:
        return f":green[:material/check:] {md(claim['text'], 120)}"
    reason = md(claim["reason"] or "no reason is stored", 200)
    return f":orange[:material/close:] {_struck(claim)}: {reason}"


def is_alone(claim: dict[Any, Any], others: Claims) -> bool:
    """Whether no other claim shares a word with it that says something."""
    named = _words(claim["meaning"])
    return not any(named & _words(other["meaning"]) for other in others)


def _words(meaning: str) -> set[str]:
    """Of three letters at least, a plural's s taken off."""
    found = (word.removesuffix("s") for word in _WORD.findall(meaning.casefold()))
    return {word for word in found if word not in _LITTLE}


def _card(found: Sequence[ExplanationInfo], chosen: int | None) -> None:
    """All that is stored of one."""
    ids = [one.explanation_id for one in found]
    by_id = dict(zip(ids, found, strict=True))
    st.subheader("Every claim with its tests", anchor=False)
    picked = st.segmented_control(
        "Explanation",
        ids,
        # Another key for another subject: what was picked belongs to it
        key=f"e_card_{found[0].subject}_{found[0].image_id}_{found[0].class_id}_{chosen}",
        default=chosen if chosen in by_id else ids[0],
        required=True,
        format_func=lambda i: _called(by_id[i], found),
        label_visibility="collapsed",
    )
    card(by_id[picked if picked in by_id else ids[0]])


def _called(one: ExplanationInfo, found: Sequence[ExplanationInfo]) -> str:
    """The method; what tells it from another of the same method."""
    same = [o for o in found if o.method == one.method]
    return one.method if len(same) == 1 else f"{one.method} {same.index(one) + 1}"
